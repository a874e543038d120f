"""From when until when a place is held, as it is said: 2026年9月到2028年8月, 明年1月起两年半, 一学期, 到6月底."""

import re
from calendar import monthrange
from datetime import date, timedelta

from handlers.catalogue.model import Row
from handlers.kit import Refusal
from handlers.programmes.rosters import roster_words
from handlers.reading.text import normalise, numbers
from handlers.wording import days
from scheduling import spans

_DAY = (
    r"(?:(?<!\d)\d{4}\s?[-./年]\s?\d{1,2}(?:[-./月](?:\d{1,2}(?!\d)[日号]?)?)?(?!\d)"
    r"|(?:[去今明后]年)?(?<!\d)\d{1,2}月(?:\d{1,2}(?!\d)[日号]?|[底末])?|(?<!\d)\d{4}年[底末]?|[去今明后]年[底末]?|今[天日]|即日|明天)"
)
_BEGINS = rf"(?:[从自由]\s?)?(?P<since>{_DAY})\s?"
_SPAN = re.compile(rf"{_BEGINS}(?:起|开始)?\s?(?:[到至~—–-]{{1,2}}|\s)\s?(?P<until>{_DAY})(?:为?止|到期|期满)?")
_SINCE = re.compile(rf"{_BEGINS}(?:起|开始)")
_COUNT = r"(?<![\d.])(?P<{}>\d{{1,2}}|[一二两三四五六七八九十]{{1,2}})\s?"
_TERM = re.compile(
    r"(?:聘期|任期|为期|期限)?\s?(?:"
    + _COUNT.format("years")
    + r"年(?P<and_half>半)?(?:[零又]?\s?(?P<more>\d{1,2}|[一二两三四五六七八九十])个月)?|(?P<half>半)年|"
    + _COUNT.format("months")
    + "个月|"
    + _COUNT.format("periods")
    + "个?学(?P<kind>[期年])|[本这]个?学(?P<this>[期年]))"
)
# 从教三十年, 教龄20年: of a life, and no term.
_OF_A_LIFE = re.compile(
    r"(?:从教|从军|参军|[教工党军]龄|工作|退休|入党|服役|[当做干教]了)[已经了满近约有超过]{0,4}\s?[\d一二两三四五六七八九十]{1,3}多?年"
    r"|[\d一二两三四五六七八九十]{1,3}多?年(?=的?(?:[教工党军]龄|老?教师|老?党员))"
)
_KINDS = {"期": "term", "年": "school_year"}


def term(row: Row, text: str, today: date) -> tuple[date, date | None, str]:
    """The first and the last day that are said, or the term of the row from the first one on; the rest."""
    text = _OF_A_LIFE.sub(normalise.GAP, text)
    since, until = today, None
    if match := _SPAN.search(text):
        since = _bounds(match["since"], today, today)[0]
        until = _bounds(match["until"], today, since)[1]
    elif match := _SINCE.search(text):
        since = _bounds(match["since"], today, today)[0]
    text = text.replace(match[0], normalise.GAP) if match else text
    if until is None and (match := roster_words.UNTIL.search(text)):
        said = match["day"] or match["ends"]
        until = days.last_day_in(said, today)[0]
        if until is None:
            raise Refusal(f"「{said}」是到哪一天？没有记。请写明，像这样：到 {after(today, 24):%Y-%m-%d}")
        text = text.replace(match[0], normalise.GAP)
    if until is None and (match := _TERM.search(text)):
        until, text = _end(match, since), text.replace(match[0], normalise.GAP)
    elif until is None and row.term:
        until = after(since, row.term)
    if until and until < since:
        raise Refusal(f"从 {since} 到 {until}，结束在开始以前，没有记。请核对日期。")
    return since, until, text


def _bounds(said: str, today: date, near: date) -> tuple[date, date]:
    """The first and the last day of what is named; without a year the one that is nearest, or comes after `near`."""
    if said in ("今天", "今日", "即日", "明天"):
        day = today + timedelta(days=said == "明天")
        return day, day
    parts = [int(part) for part in re.findall(r"\d+", said)]
    if said[0] in "去今明后":
        parts.insert(0, today.year - 1 + "去今明后".index(said[0]))
    elif not re.match(r"\d{4}", said):
        first = [_day(said, year, *parts) for year in (today.year - 1, today.year, today.year + 1, today.year + 2)]
        ahead = [day for day in first if day > near]
        parts.insert(0, (min(first, key=lambda day: abs(day - near)) if near == today else ahead[0]).year)
    year, month, number = (*parts, 0, 0)[:3]
    last = number or (monthrange(year, month or 12)[1] if month <= 12 else 1)
    return _day(said, year, month or 1, number or 1), _day(said, year, month or 12, last)


def _day(said: str, year: int, month: int, day: int = 1) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise Refusal(f"没有「{said}」这一天，没有记。请核对日期。") from None


def _end(match: "re.Match[str]", since: date) -> date:
    """The last day of the length that is said, which begins with `since`."""
    if kind := match["kind"] or match["this"]:
        count, last = numbers.value_of(match["periods"] or "一") or 1, since - timedelta(days=1)
        for _ in range(count):
            last = spans.span_of(spans.label_of(_KINDS[kind], last + timedelta(days=1)))[1]
        return last
    years, months = (numbers.value_of(match[name] or "") or 0 for name in ("years", "months"))
    half = 6 if match["half"] or match["and_half"] else 0
    return after(since, 12 * years + months + half + (numbers.value_of(match["more"] or "") or 0))


def after(day: date, months: int) -> date:
    """The last day of a term of so many months: 24 from 2026-04-03 → 2028-04-02."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    end = date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    return end - timedelta(days=1)
