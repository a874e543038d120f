"""The week or day that words mean, and how both are written."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from handlers.kit import Ask, Refusal, Unit
from handlers.wording import days
from scheduling import spans
from scheduling.periods import monday_of, week_before, week_of
from storage.organisation import school_days

_WEEK_WORD = re.compile(r"(上+)周|本周|这周")
_WEEK_NUMBER = re.compile(r"(?:(20\d\d)[-年 ]*的?)?(?:[Ww](\d{1,2})|第? ?(\d{1,2}) ?周)")
# 第16周; with its year it is a week of the calendar.
_TAUGHT = re.compile(r"(?<![\d年Ww\- ])第 ?(\d{1,2}) ?(?:教学)?周")
_DAY_WORD = re.compile(r"今天|今日|昨天|前天")
# 上周五, 上周三(2)中队
_DAY_OF_WEEK = re.compile(r"([本这]|上+)周([一二三四五六日天])(?![\d(（一二三四五六七八九十])")
_DAY = re.compile(r"(?:(20\d\d)[-/.年])?(\d{1,2})[-/.月](\d{1,2})[日号]?")
# A day in words that no unit is called by: 3-2 may be one.
_DATE = re.compile(r"(?:(20\d\d)[-/.年]|(?=\d{1,2}月))(\d{1,2})[-/.月](\d{1,2})[日号]?")
_TO_COME = re.compile(r"下+个?周|下+个?星期|明天|大?后天|下个?月|明年")
_LONGER = re.compile(r"本月|这个?月|上+个?月|(?<!\d)\d{1,2}月份?(?!\d)|[今去前]年|[本上这]个?学期")
_HALF_A_YEAR = 26
_DAYS_BACK = {"今天": 0, "今日": 0, "昨天": 1, "前天": 2}


@dataclass(frozen=True, slots=True)
class Period:
    """A week by its label, or one day of it."""

    week: str
    day: date | None = None


def period_in(args: str, today: date, single: bool = False) -> tuple[Period, str]:
    """
    (the period that the arguments name, the rest of them); without one: this week.

    A day is its week, with `single` the day itself.

    Raises Refusal for a period that does not exist or has not begun.
    """
    args = spans.plain(unicodedata.normalize("NFKC", args), today)
    args = _DAY_OF_WEEK.sub(lambda match: _day_of(match, today) if single else match[0][:-1], args)
    _check_words(args)
    for pattern in (_WEEK_WORD, _WEEK_NUMBER, _DAY_WORD, _DAY if single else _DATE):
        match = pattern.search(args)
        if match:
            rest = f"{args[: match.start()]} {args[match.end() :]}"
            found = _begun(pattern, match, today)
            return found if single else Period(found.week), " ".join(rest.split())
    return Period(week_of(today)), " ".join(args.split())


def _day_of(match: "re.Match[str]", today: date) -> str:
    monday = today - timedelta(days=today.weekday() + 7 * match[1].count("上"))
    return f"{monday + timedelta(days=min('一二三四五六日天'.index(match[2]), 6)):%Y年%-m月%-d日}"


def taught(ask: Ask, args: str) -> str:
    """
    The arguments with 第16周 as the week which is that of teaching, where the asker's unit has noted its term.

    Raises Refusal where 第16教学周 is said and no term is noted.
    """
    match = _TAUGHT.search(spans.plain(unicodedata.normalize("NFKC", args), ask.today))
    if match is None or not ask.me.grants:
        return args
    week = school_days.week_of_teaching(ask.db, ask.me.grants[0].unit.path, int(match[1]), ask.today)
    if not week and "教学" in match[0]:
        raise Refusal(f"没有记开学的日子，不知道第几教学周是哪几天。先记，像这样发：校历 开学 {ask.today:%-m-%-d}")
    return f"{match.string[: match.start()]}{week}{match.string[match.end() :]}" if week else args


def _check_words(args: str) -> None:
    """Refuse times that are clear but not meant here: what has not come, and what is longer than a week."""
    if match := _TO_COME.search(args):
        raise Refusal(f"「{match[0]}」还没有到。可以看本周、上周或更早的，如 上上周。")
    if (match := _LONGER.search(args)) and not _DAY.search(args):
        raise Refusal(f"这里一周一周地看，没有「{match[0]}」的。可以这样写：本周、上周、上上周。")


def _begun(pattern: "re.Pattern[str]", match: "re.Match[str]", today: date) -> Period:
    try:
        found = _PERIODS[pattern](match, today)
    except ValueError:
        raise Refusal(f"没有「{match[0]}」这个时间。可以这样写：本周、上周、上上周。") from None
    if (found.day or monday_of(found.week)) > today:
        # A teaching week has been made 2026-W32.
        said = week_days(found.week) if "W" in match[0] else f"「{match[0]}」"
        raise Refusal(f"{said}还没有到。可以看本周、上周或更早的，如 上上周。")
    return found


def _week_word(match: "re.Match[str]", today: date) -> Period:
    return Period(week_of(today - timedelta(weeks=len(match[1] or ""))))


def _week_number(match: "re.Match[str]", today: date) -> Period:
    """A bare number is of this year; 第52周 said in January is of the last one."""
    number = int(match[2] or match[3])
    year = int(match[1] or today.isocalendar().year)
    if not match[1] and number - today.isocalendar().week > _HALF_A_YEAR:
        year -= 1
    return Period(week_of(monday_of(f"{year}-W{number:02}")))


def _day_word(match: "re.Match[str]", today: date) -> Period:
    day = today - timedelta(days=_DAYS_BACK[match[0]])
    return Period(week_of(day), day)


def _day(match: "re.Match[str]", today: date) -> Period:
    """Without a year: the last such day."""
    month, number = int(match[2]), int(match[3])
    day = date(int(match[1] or today.year), month, number)
    if not match[1] and day > today:
        day = date(today.year - 1, month, number)
    return Period(week_of(day), day)


_PERIODS = {_WEEK_WORD: _week_word, _WEEK_NUMBER: _week_number, _DAY_WORD: _day_word, _DAY: _day, _DATE: _day}


def week_name(week: str) -> str:
    """第14周."""
    return f"第{int(week[6:])}周"


def name_of(week: str, of: Unit) -> str:
    """第14周; of a squad its days, 3月30日–4月5日: who reports for one counts no weeks of the year."""
    return in_days(week) if of.key else week_name(week)


def in_days(week: str) -> str:
    """3月30日–4月5日."""
    return week_days(week).partition("年")[2]


def period_name(period: Period, today: date) -> str:
    """本周, 上周, 第14周, 4月3日."""
    if period.day:
        return days.short(period.day)
    this = week_of(today)
    return {this: "本周", week_before(this): "上周"}.get(period.week, week_name(period.week))


def week_spoken(week: str, today: date) -> str:
    """As one says it who counts no weeks: 上周, 2月16日那一周."""
    return "上周" if week == week_before(week_of(today)) else f"{days.short(monday_of(week))}那一周"


def week_said(week: str, today: date) -> str:
    """As it is typed: 本周, 上周, 第14周; what is longer ago with its year, 2025年第14周."""
    recent = monday_of(week) > today - timedelta(weeks=_HALF_A_YEAR)
    return period_name(Period(week), today) if recent else f"{week[:4]}年{week_name(week)}"


def week_days(week: str) -> str:
    """The days of a week: 2026年3月30日–4月5日."""
    first = monday_of(week)
    last = first + timedelta(days=6)
    return f"{first.year}年{days.short(first)}–{days.short(last)}"


def last_school_day(week: str, worked: Callable[[date], bool]) -> str:
    """The last working day of its Monday to Friday, Friday of a week that is free: 4月3日."""
    friday = monday_of(week) + timedelta(days=4)
    return days.short(next((day for n in range(5) if worked(day := friday - timedelta(days=n))), friday))
