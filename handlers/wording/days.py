"""How a day and a moment are written, and the day that words name: 9月1日, 2026-09-01, 昨天."""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable
from datetime import date, datetime, timedelta, tzinfo

from sqlalchemy import Connection

from handlers.catalogue.loader import calendar_of
from handlers.kit import Refusal
from handlers.reading.text.dates import find_dates
from handlers.reading.text.normalise import GAP, clean
from handlers.reading.text.numbers import value_of
from scheduling import spans

_WEEKDAYS = "一二三四五六日"

_FULL = re.compile(r"(20\d\d)[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?")
_SHORT = re.compile(r"(?<!\d)(\d{1,2})月(\d{1,2})[日号]?")
# 明年6月, 后年年底
_YEAR_TO_COME = re.compile(r"([明后])年(?:年(?=[底末]))?(?:的|份)?(?=年?[底末]|\s?\d)")
_WORDS = {"今天": 0, "今日": 0, "昨天": -1, "前天": -2, "明天": 1}
_WORD = re.compile("|".join(_WORDS))
# 五一节后, 国庆假期
_BESIDE = re.compile("(?<=..)(?:[节日]?(?:假期?|放假)?(?:结束|[以之]?[前后])?)$")
# 3.2中队 is no day.
_CLASS = re.compile(r"\d[.\-]\d{1,2}(?=中队|班)")


def day_in(words: str, today: date, *, ahead: bool = False) -> tuple[date | None, str]:
    """
    (the first day in the words, the rest of them); None without one.

    Without a year it is the last such day, with `ahead` the next one. Raises Refusal for a day that does not exist.
    """
    words = unicodedata.normalize("NFKC", words)
    for pattern in (_FULL, _SHORT, _WORD):
        match = pattern.search(words)
        if match:
            rest = f"{words[: match.start()]} {words[match.end() :]}"
            return _day(match, today, ahead), " ".join(rest.split())
    return None, " ".join(words.split())


def past_day_in(words: str, today: date) -> tuple[date | None, str]:
    """The same as people tell of what was: 上周五, 3.28, too."""
    found, rest = day_in(words, today)
    if found or _CLASS.search(rest):
        return found, rest
    days, scan = find_dates(clean(rest).text, today)
    return (days[0].day, " ".join(scan.replace(GAP, " ").split())) if len(days) == 1 else (None, rest)


def last_day_in(words: str, today: date) -> tuple[date | None, str]:
    """(the day by which something is to be done, the rest): a day to come, 下周五, 10天内, 本月底, 明年6月, 学期末."""
    words = unicodedata.normalize("NFKC", words)
    words = _YEAR_TO_COME.sub(lambda match: f"{today.year + 1 + (match[1] == '后')}年", words)
    found, rest = day_in(words, today, ahead=True)
    if found:
        return found, rest
    for pattern, find in _DEADLINES:
        if match := pattern.search(words):
            rest = f"{words[: match.start()]} {words[match.end() :]}"
            return find(match, today), " ".join(rest.split())
    return None, " ".join(words.split())


def day_called(db: Connection, words: str, today: date) -> date | None:
    """The next day that is called so: 五一, 清明节, 本月底."""
    named = _BESIDE.sub("", words)
    for key in calendar_of(db).dates:
        if not {named, f"{named}节", f"{named}日"}.isdisjoint((key.name, key.topic, *key.words)):
            found = (key.day(year) for year in (today.year, today.year + 1))
            return next((each for each in found if each and each >= today), None)
    return last_day_in(words, today)[0]


def _within(match: "re.Match[str]", today: date) -> date:
    count, unit = value_of(match[1]) or 0, match[2]
    if unit == "月":
        month = today.month - 1 + count
        year, month = today.year + month // 12, month % 12 + 1
        return date(year, month, min(today.day, monthrange(year, month)[1]))
    return today + timedelta(days=count * (1 if unit in "天日" else 7))


def _of_week(match: "re.Match[str]", today: date) -> date:
    monday = today - timedelta(days=today.weekday())
    return monday + timedelta(days=7 * (match[1] == "下") + "一二三四五六日".find(match[2].replace("天", "日")))


def _end_of_month(match: "re.Match[str]", today: date) -> date:
    month = today.month + match[0].startswith("下")
    year, month = (today.year, month) if month <= 12 else (today.year + 1, 1)
    return date(year, month, monthrange(year, month)[1])


def _month(match: "re.Match[str]", today: date) -> date:
    month = int(match[2])
    said = {"今年": today.year, None: today.year + (month < today.month)}.get(match[1])
    year = said or int(match[1][:4])
    day = int(match[3]) if match[3] else monthrange(year, month)[1]
    return _day_of(match[0], year, month, day)


def _day_of(said: str, *numbers: int) -> date:
    try:
        return date(*numbers)
    except ValueError:
        raise Refusal(f"没有「{said}」这一天。可以这样写：9月1日、2026-09-01。") from None


_DEADLINES: tuple[tuple["re.Pattern[str]", Callable[["re.Match[str]", date], date]], ...] = (
    (re.compile(r"(\d{1,3}|[一二两三四五六七八九十]{1,2})\s?个?(天|日|周|星期|礼拜|月)(?:之内|以内|内)"), _within),
    (re.compile(r"(本|这|下)个?(?:周|星期|礼拜)([一二三四五六日天])"), _of_week),
    (re.compile(r"(?<!\d)(?:本|这|下)?个?月[底末]"), _end_of_month),
    (re.compile(r"(?:(今年|20\d\d年))?(1[0-2]|[1-9])月(?:(\d{1,2})[日号]|[底末份])?"), _month),
    (re.compile(r"(?:本|这)?个?学期(?:末|底|结束)"), lambda _, today: spans.span_of(spans.label_of("term", today))[1]),
    (re.compile(r"(?:[今本]|(20\d\d))?年[底末]"), lambda match, today: date(int(match[1] or today.year), 12, 31)),
)


def _day(match: "re.Match[str]", today: date, ahead: bool) -> date:
    if match[0] in _WORDS:
        return today + timedelta(days=_WORDS[match[0]])
    numbers = [int(group) for group in match.groups()]
    if len(numbers) == 3:
        return _day_of(match[0], *numbers)
    near = _day_of(match[0], today.year, *numbers)
    if ahead:
        return near if near >= today else _day_of(match[0], today.year + 1, *numbers)
    return near if near <= today else _day_of(match[0], today.year - 1, *numbers)


def day(value: date, today: date | None = None) -> str:
    """4月3日(周五); with its year when that is not today's: 2025年10月13日(周一)."""
    year = f"{value.year}年" if today is not None and value.year != today.year else ""
    return f"{year}{short(value)}（{weekday(value)}）"


def short(value: date) -> str:
    """4月3日."""
    return f"{value.month}月{value.day}日"


def span(first: date, last: date) -> str:
    """2026年3月30日至4月5日, as the name of a file has it."""
    year = f"{last.year}年" if last.year != first.year else ""
    return f"{first.year}年{short(first)}" + (f"至{year}{short(last)}" if last != first else "")


def moment(at: datetime, zone: tzinfo | None = None) -> str:
    """4月3日 16:20, in this zone or in its own."""
    local = at.astimezone(zone) if zone else at
    return f"{short(local)} {local:%H:%M}"


def stamp(at: datetime) -> str:
    """2026-04-03 09:00, for tables and what is written on files."""
    return f"{at:%Y-%m-%d %H:%M}"


def weekday(value: date) -> str:
    """周五."""
    return f"周{_WEEKDAYS[value.weekday()]}"
