"""The longer periods that words mean: 4月, 上学期, 2025年, 从3月1日到4月15日."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

from handlers.kit import Ask, Refusal, Unit
from handlers.reading.text.numbers import value_of
from handlers.wording import days, weeks
from scheduling import spans

_DAY = r"(?:(20\d\d)[-/.年])?(\d{1,2})[-/.月](\d{1,2})[日号]?"
_RANGE = re.compile(rf"从?\s?{_DAY}\s?(?:到|至|[-–—~])\s?{_DAY}")
_MONTHS = re.compile(r"从?(?:(20\d\d)年)?(1[0-2]|[1-9])月?(?:到|至|[-–—~])(?:(20\d\d)年)?(1[0-2]|[1-9])月份?(?!\d)")
# 最近30天, 近两周, 最近一个月: so many days, weeks of 7, months of 30, up to today.
_RECENT = re.compile(r"(?:最近|近|过去|连续)的?(\d{1,3}|[两一二三四五六七八九十]{1,3})个?([天周月])")
_DAYS_OF = {"天": 1, "周": 7, "月": 30}
_HALF = re.compile(r"([今去]年|20\d\d年)?的?([上下])半年")
_TODAY = re.compile(r"(?<=[到至])(?:今[天日]|昨[天日]|前天|现在|目前)|(?<=[日号月\d])(?:以来|起?至今(?![天日年])|起)")
_WEEK = re.compile(r"[Ww]\d|\d ?周|周[一二三四五六日]|[本这上]周")
# More than the longest school year: a digest of many years is no digest.
LONGEST = timedelta(days=732)


@dataclass(frozen=True, slots=True)
class Span:
    """Some days, and how they are called; `label` is that of scheduling/spans, empty for a range of days."""

    first: date
    last: date
    name: str
    label: str = ""

    @property
    def words(self) -> str:
        """As commands name it again."""
        return self.label or f"{self.first}到{self.last}"

    @property
    def dated(self) -> str:
        """As the name of a file has it: 2026年3月30日至4月5日."""
        return days.span(self.first, self.last)


def longer(args: str, today: date) -> tuple[Span | None, str]:
    """(the period longer than a week, or not of whole weeks, that the words name; the rest of them).

    None where they name none or a week. Raises Refusal for days that do not exist, lie ahead or are too many.
    """
    args = _TODAY.sub(lambda match: _until(match, today), spans.plain(unicodedata.normalize("NFKC", args), today))
    args = _HALF.sub(lambda match: _half(match, today), args)
    if match := _RECENT.search(args):
        count = int(match[1]) if match[1].isdigit() else value_of(match[1].replace("两", "二")) or 1
        first = today - timedelta(days=min(count * _DAYS_OF[match[2]] - 1, LONGEST.days))
        return Span(first, today, _name(first, today)), " ".join(
            f"{args[: match.start()]} {args[match.end() :]}".split()
        )
    if match := _RANGE.search(args) or _MONTHS.search(args):
        return _between(match, today), " ".join(f"{args[: match.start()]} {args[match.end() :]}".split())
    if _WEEK.search(args):
        return None, args
    label, rest = spans.named(args, today)
    # 2026.4.1 is a day, 2026级 a name.
    a_year = label not in args or not label.isdigit() or re.search(rf"(?<!\w){label}(?:年|(?![\w.\-/]))", args)
    if not label or "W" in label or not a_year:
        return None, args
    return named(label, today), " ".join(rest.split())


def _half(match: "re.Match[str]", today: date) -> str:
    """去年下半年 → 2025年7月到2025年12月."""
    said = match[1] or "今年"
    year = said if said[0] == "2" else f"{today.year - (said == '去年')}年"
    return f"{year}1月到{year}6月" if match[2] == "上" else f"{year}7月到{year}12月"


def _until(match: "re.Match[str]", today: date) -> str:
    """到今天, 4月1日以来, 9月至今: the day that is meant, or the month."""
    said = match[0]
    day = today - timedelta(days=max("今昨前".find(said[0]), 0))
    # With its year: from 2025-09-01 to today is more than a year.
    month = f"{day.year}年{day.month}月"
    if said[0] in "今昨前现目":
        return f"{month}{day.day}日"
    return f"到{month}" if match.string[match.start() - 1] == "月" else f"到{month}{day.day}日"


def named(label: str, today: date) -> Span:
    """The period with this label; raises Refusal when it has not begun."""
    first, last = spans.span_of(label)
    name = spans.said(label, today)
    if first > today:
        raise Refusal(f"{name}还没有到。可以看本月、上月、本学期、今年，或者一周一周地看：本周、上周。")
    return Span(first, last, name, label)


def of_week(label: str) -> Span:
    """A week as a span, named by its number."""
    return Span(*spans.span_of(label), weeks.week_name(label), label)


def name_of(span: Span, *of: Unit) -> str:
    """What it is called where it is about these units: a week that has a number, by its days for squads alone."""
    numbered = "W" in span.label and span.name == weeks.week_name(span.label)
    return weeks.name_of(span.label, of[0]) if numbered and all(unit.key for unit in of) else span.name


def any_of(args: str, today: date, single: bool = False) -> tuple[Span, str]:
    """(the period that the words name, a week as well as a longer one; the rest); without one this week's.

    A day is its week, with `single` the day itself. Raises Refusal.
    """
    span, rest = longer(args, today)
    if span:
        return span, rest
    week, rest = weeks.period_in(args, today, single)
    label = week.day.isoformat() if week.day else week.week
    return Span(*spans.span_of(label), weeks.period_name(week, today), label), rest


def asked(ask: Ask, args: str, single: bool = False) -> tuple[Span, str]:
    """The same, with 第16周 as the asker's teaching week where there is one."""
    return any_of(weeks.taught(ask, args), ask.today, single)


def before(span: Span, today: date) -> Span:
    """The period of the same kind before this one, or as many days before."""
    if span.label:
        return named(spans.label_of(spans.kind_of(span.label), span.first - timedelta(days=1)), today)
    last = span.first - timedelta(days=1)
    first = last - (span.last - span.first)
    return Span(first, last, _name(first, last))


def _between(match: "re.Match[str]", today: date) -> Span:
    try:
        first, last = _ends(match, today)
    except ValueError:
        raise Refusal(f"没有「{match[0]}」这样的日期。可以这样写：从3月1日到4月15日。") from None
    if first > last:
        raise Refusal(f"「{match[0]}」前后颠倒了。可以这样写：从3月1日到4月15日。")
    if first > today:
        raise Refusal(f"「{match[0]}」还没有到。可以这样写：从3月1日到4月15日。")
    if last - first > LONGEST:
        raise Refusal("一次最多看两年。可以这样写：从3月1日到4月15日，或者：年报 2025年。")
    return Span(first, last, _name(first, last))


def _ends(match: "re.Match[str]", today: date) -> tuple[date, date]:
    """Without a year it is the last such time: 从11月1日到1月15日 said in March began the year before."""
    if match.re is _MONTHS:
        year, month, end_year, end_month = match.groups()
        until = _year(end_year, today, date(today.year, int(end_month), 1))
        last = spans.span_of(f"{until}-{int(end_month):02}")[1]
        return date(int(year or until - (int(month) > int(end_month))), int(month), 1), last
    year, month, day, end_year, end_month, end_day = match.groups()
    over_new_year = (int(month), int(day)) > (int(end_month), int(end_day))
    if year and not end_year:
        until = int(year) + over_new_year
    else:
        until = _year(end_year, today, date(int(end_year or today.year), int(end_month), int(end_day)))
    begun = int(year or until - over_new_year)
    return date(begun, int(month), int(day)), date(until, int(end_month), int(end_day))


def _year(said: str | None, today: date, end: date) -> int:
    # 到6月30日 said in May is this year's, to be cut off today; in January it is last year's.
    return int(said or today.year - (end - today > timedelta(days=183)))


def _name(first: date, last: date) -> str:
    if first.year == last.year:
        return f"{first.year}年{days.short(first)}至{days.short(last)}"
    return f"{first.year}年{days.short(first)}至{last.year}年{days.short(last)}"
