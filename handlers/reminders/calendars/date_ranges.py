"""The days from … to … that words name: 2-5至2-21, 2月5日到21日, 2027.1.20—2.21, 12-30至1-2."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta

from handlers.kit import Refusal
from handlers.reminders import naming
from storage.organisation.school_days import OFF, TERM, VACATION, WORK

_DAY = r"(?:(20\d\d)\s?[-/.年]\s?)?(\d{1,2})\s?[-/.月]\s?(\d{1,2})[日号]?"
_TO = r"\s*[放休]?(?:至|到|-|–|—+|~|～)\s*"
_RANGE = re.compile(rf"{_DAY}{_TO}(?:{_DAY}|(\d{{1,2}})[日号]?(?![\d月.-]))")
_SPAN = re.compile(f"{_RANGE.pattern}|{_DAY}")
_YEAR = re.compile(r"(20\d\d)年?|明年|今年|去年")
# (周六), (农历除夕、周五), 共9天 say what the days say, 国办发明电〔2026〕7号 nothing of them.
_BESIDE = re.compile(r"\([^()\d]{1,14}\)|共\s?\d{1,3}\s?天|[(〔\[]20\d\d[)〕\]]\s?\d{1,3}号")
# Of a whole notice only the sentences that say what their days are count, and not its head, its end and its own day.
_NOTICE = re.compile("的通知|通知如下|各位家长|家长朋友")
_CLAUSE = re.compile(r"[。;,\n]|(?<!\d):")
# Days that are not off after all, or not worked; or neither is to count.
NOT_OFF, NOT_WORK, NOT = "not off", "not work", "not"
_STOP = "(?:取消|撤[销回]|删除|删掉|去掉|不算)"
_FREE, _MAKE_UP = "(?:放假|停课|假期|[寒暑春秋]假)", "补[班课]"
# The first that a clause has is its kind: 放假调休 is days off.
_KINDS = (
    (re.compile(rf"不再?(?:放假?|休息?|停课|调休)|{_STOP}(?=.*{_FREE})|{_FREE}(?=.*{_STOP})"), NOT_OFF),
    (re.compile(rf"不[用再]?(?:{_MAKE_UP}|上[班课学])|{_STOP}(?=.*{_MAKE_UP})|{_MAKE_UP}(?=.*{_STOP})"), NOT_WORK),
    (re.compile(_STOP), NOT),
    (re.compile(r"放?(?:寒假|暑假|春假|秋假)"), VACATION),
    (re.compile(r"开学|[上下本新这]?个?学期|上学"), TERM),
    (re.compile(r"补班|补课|(?:照常|正常|照样|改[为成])?(?:上班|上课)"), WORK),
    (re.compile(r"放假|休息|假期|停课"), OFF),
    (re.compile(r"调休"), WORK),
)
# 2月14日、28日: the month is said once.
_MONTH_SAID = re.compile(r"((\d{1,2})月\d{1,2}[日号]?)\s*[、,和及]\s*(?=\d{1,2}[日号])")
_COUNTED = re.compile(r"(?<!\d)(\d{1,2})\s?天")
_NOISE = re.compile(
    r"(?<!\d)\d{1,2}\s?天|开始|[起止全整]|(?<![\u4e00-\u9fff])[一二三四五六七八九]\s*、|元旦|春节|清明节?|劳动节|五一|端午节?|中秋节?|国庆节?|十一|除夕|期间|全校|我校|本校|我们|学校|[春秋]季|时间为?|正式|统一"
    r"|[的从是有日和与、:。;,\n]"
)
# So many days nearer counts what is to come: of days off one speaks ahead, of a term when it has begun as well.
_TO_COME, _NEAR = 270, 30
LIKE = "像这样发：校历 放假 2-5至2-21，补班 2-27"


def spans(words: str, today: date) -> tuple[list[tuple[str, date, date | None]], str]:
    """
    ([(kind of storage.organisation.school_days, first day, last where one is named)], the rest of the words).

    Reads the notice of the State Council as well: 2月15日至23日放假调休，共9天。2月14日（周六）、28日（周六）上班。
    Raises Refusal where there are no days, or it is not said what they are.
    """
    words = _MONTH_SAID.sub(r"\1、\2月", _BESIDE.sub(" ", unicodedata.normalize("NFKC", words)))
    clauses = [clause for clause in _CLAUSE.split(words) if clause.strip()]
    kinds = [next((kind for pattern, kind in _KINDS if pattern.search(clause)), "") for clause in clauses]
    if _NOTICE.search(words):
        telling = [each for each in zip(clauses, kinds, strict=True) if each[1] and _SPAN.search(each[0])]
        year = _year(words, today)
        clauses, kinds = [clause for clause, _ in telling], [kind for _, kind in telling]
        words = "。".join([*([f"{year}年"] if year else []), *clauses])
    found: list[tuple[str, date, date | None]] = []
    said, year = next(filter(None, kinds), ""), _year(words, today)
    if not said:
        raise Refusal(f"没看懂是放假、补班还是开学，没有记。{LIKE}")
    for clause, kind in zip(clauses, kinds, strict=True):
        said = kind or said
        bias = _NEAR if said == TERM else _TO_COME
        found += [(said, *_counted(clause, *_read(match, year, today, bias))) for match in _matches(clause)]
    if not found:
        raise Refusal(f"没看懂是哪几天，没有记。{LIKE}")
    return found, _rest(words)


def _counted(clause: str, first: date, last: date | None) -> tuple[date, date | None]:
    """2月5日起放假3天: to the 7th."""
    count = _COUNTED.search(clause)
    return first, first + timedelta(days=max(int(count[1]), 1) - 1) if count and last is None else last


def span(words: str, today: date) -> tuple[date, date | None]:
    """The first days in the words: (first, last where one is named), without a year near `today`; raises Refusal."""
    words = unicodedata.normalize("NFKC", words)
    match = next(_matches(words), None)
    if match is None:
        raise Refusal(f"没看懂是哪几天，没有改。{LIKE}")
    return _read(match, _year(words, today), today, _NEAR)


def _matches(words: str) -> Iterator["re.Match[str]"]:
    return _SPAN.finditer(words)


def _year(words: str, today: date) -> int | None:
    """The one that is said before the days and not as a part of them."""
    said = _YEAR.search(_SPAN.sub(" ", words))
    return (today.year + naming.YEARS[said[0]] if said[0] in naming.YEARS else int(said[1])) if said else None


def _rest(words: str) -> str:
    for pattern in (_SPAN, _YEAR, *(pattern for pattern, _ in _KINDS), _NOISE):
        words = pattern.sub(" ", words)
    return " ".join(words.split())


def _read(match: "re.Match[str]", year: int | None, today: date, bias: int) -> tuple[date, date | None]:
    try:
        first, last = _days(match, year, today, bias)
    except ValueError:
        raise Refusal(f"没有「{match[0]}」这样的日子，没有记。{LIKE}") from None
    if last and last < first:
        raise Refusal(f"「{match[0]}」前后颠倒了，没有记。{LIKE}")
    return first, last


def _days(match: "re.Match[str]", year: int | None, today: date, bias: int) -> tuple[date, date | None]:
    *of_range, one_year, one_month, one_day = match.groups()
    own, month, day, end_year, end_month, end_day, same_month = of_range
    if one_month:
        return _nearest(int(one_year) if one_year else year, int(one_month), int(one_day), today, bias), None
    first = _nearest(int(own) if own else year, int(month), int(day), today, bias)
    if same_month:
        return first, first.replace(day=int(same_month))
    last = date(int(end_year or first.year), int(end_month), int(end_day))
    over_new_year = not end_year and (last.month, last.day) < (first.month, first.day) and first.month - last.month > 6
    return first, last.replace(year=last.year + 1) if over_new_year else last


def _nearest(year: int | None, month: int, day: int, today: date, bias: int) -> date:
    if year:
        return date(year, month, day)
    found: list[date] = []
    for near in (today.year - 1, today.year, today.year + 1):
        try:
            found.append(date(near, month, day))
        except ValueError:
            continue
    if not found:
        raise ValueError(f"no such day: {month}-{day}")
    return min(found, key=lambda each: (abs(each - today) - timedelta(days=bias * (each >= today)), each))
