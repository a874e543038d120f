"""The periods that reports are for, by their labels: a day, week, month, quarter, term, school year, year; pure."""

import re
from calendar import monthrange
from datetime import date, timedelta

from scheduling.periods import monday_of, school_year, term_of
from storage.checkins.rollups import week_of

ALWAYS = "always"
_QUARTER = re.compile(r"(\d{4})-Q([1-4])")
_MONTH = re.compile(r"(\d{4})-(\d\d)")
_TERM = re.compile(r"(\d{4})([春秋])")
_SAID_MONTH = re.compile(r"(?:(20\d\d)年)?(?<!\d)(1[0-2]|[1-9])月份?(?!\d)")
_SAID_QUARTER = re.compile(r"(?:(20\d\d)年?)?(?:第?([1-4一二三四])季度|[qQ]([1-4]))")
_SAID_YEAR = re.compile(r"(20\d\d)年?(?![\d\-年W])")
_SAID_WEEK = re.compile(r"(20\d\d)-[wW](\d{1,2})")
_NUMERALS = "一二三四五六七八九十"
# 去年3月, 前年的第10周; 五月花小学 is a name.
_YEAR_OF = re.compile(rf"([今去前])年的?(?=第?\s?[\d{_NUMERALS}]{{1,3}}\s?(?:月|周|季度)|[春秋]季?学期)")
_MONTH_IN_WORDS = re.compile(
    rf"(?<![{_NUMERALS}])(十[一二]?|[一二三四五六七八九])月(?=份|的|\s|$|[到至]|[月季]报|情况)"
)
_WEEK_IN_WORDS = re.compile(rf"第(十[{_NUMERALS[:9]}]?|二十[{_NUMERALS[:9]}]?|[{_NUMERALS[:9]}])(?=(?:教学)?周)")
_SAID_WEEKS = re.compile(r"([上本这]+)个?(?:周|星期|礼拜)(?![一二三四五六日天末])")
_YEARS_BACK = "今去前"


def label_of(kind: str, day: date) -> str:
    """The period of this kind that holds the day: `2026-W14`, `2026-04`, `2026-Q2`, `2026春`, `2025学年`, `2026`."""
    return {
        "day": day.isoformat(),
        "week": week_of(day),
        "month": f"{day:%Y-%m}",
        "quarter": f"{day.year}-Q{(day.month + 2) // 3}",
        "term": term_of(day),
        "school_year": f"{school_year(day)}学年",
        "year": str(day.year),
        # A round of two years ends with the even one.
        "two_years": f"{day.year - 1 + day.year % 2}起两年",
    }.get(kind, ALWAYS)


def span_of(label: str) -> tuple[date, date]:
    """The first and the last day of a period; raises ValueError for no label."""
    if label == ALWAYS:
        return date(2000, 1, 1), date(2999, 12, 31)
    if "W" in label:
        first = monday_of(label)
        return first, first + timedelta(days=6)
    if match := _QUARTER.fullmatch(label):
        return _months(int(match[1]), 3 * int(match[2]) - 2, 3)
    if match := _TERM.fullmatch(label):
        return _months(int(match[1]), 9, 5) if match[2] == "秋" else _months(int(match[1]), 2, 7)
    if label.endswith("学年"):
        return _months(int(label[:4]), 9, 12)
    if label.endswith("起两年"):
        return _months(int(label[:4]), 1, 24)
    if match := _MONTH.fullmatch(label):
        return _months(int(match[1]), int(match[2]), 1)
    if re.fullmatch(r"\d{4}", label):
        return _months(int(label), 1, 12)
    day = date.fromisoformat(label)
    return day, day


def _months(year: int, first: int, count: int) -> tuple[date, date]:
    last = first + count - 1
    end_year, end_month = year + (last - 1) // 12, (last - 1) % 12 + 1
    return date(year, first, 1), date(end_year, end_month, monthrange(end_year, end_month)[1])


def kind_of(label: str) -> str:
    """The kind of the period with this label: the one that `label_of` makes it of."""
    first, _ = span_of(label)
    kinds = ("week", "month", "quarter", "term", "school_year", "year", "two_years", "day")
    return next((kind for kind in kinds if label_of(kind, first) == label), ALWAYS)


def due_day(due: str, label: str) -> date:
    """
    The day by which the report of a period is due.

    `due` is `05` (day of the period's first month), `last` or `term_end` (its last day), or `11-30` (of its year).
    """
    first, last = span_of(label)
    if due in ("last", "term_end"):
        return last
    month, _, number = due.rpartition("-")
    if not month:
        return first.replace(day=min(int(number), monthrange(first.year, first.month)[1]))
    found = date(first.year, int(month), int(number))
    return found if found >= first else found.replace(year=first.year + 1)


def after(label: str) -> str:
    """The label of the next period of its kind."""
    return label_of(kind_of(label), span_of(label)[1] + timedelta(days=1))


def before(label: str) -> str:
    """The label of the period of its kind before it."""
    return label_of(kind_of(label), span_of(label)[0] - timedelta(days=1))


def months_of(first: date, last: date) -> list[str]:
    """The months from the one of `first` to the one of `last`: 2026-01, 2026-02 …"""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [f"{first.year + (first.month - 1 + n) // 12}-{(first.month - 1 + n) % 12 + 1:02}" for n in range(count)]


def plain(text: str, today: date) -> str:
    """The words with their periods as they are read here: 去年三月份 → 2025年3月份, 上个星期 → 上周."""
    text = _MONTH_IN_WORDS.sub(lambda match: f"{_of_numeral(match[1])}月", text)
    text = _WEEK_IN_WORDS.sub(lambda match: f"第{_of_numeral(match[1])}", text)
    text = re.sub(r"教学第(\d{1,2})周", r"第\1教学周", text)
    text = _YEAR_OF.sub(lambda match: f"{today.year - _YEARS_BACK.find(match[1])}年", text)
    return _SAID_WEEKS.sub(lambda match: f"{match[1]}周", text)


def _of_numeral(numeral: str) -> int:
    tens, ten, ones = numeral.rpartition("十")
    return 10 * bool(ten) * (_NUMERALS.find(tens) + 1 if tens else 1) + (_NUMERALS.find(ones) + 1 if ones else 0)


def named(text: str, today: date) -> tuple[str, str]:
    """(label of the period that the words name, the rest of them), empty without one: 上月, 去年三月, 二季度, 今年."""
    text = plain(text, today)
    for pattern, find in _NAMED:
        if match := pattern.search(text):
            return find(match, today), f"{text[: match.start()]} {text[match.end() :]}".strip()
    return "", text.strip()


def _week_back(match: "re.Match[str]", today: date) -> str:
    return week_of(today - timedelta(days=7 * match[0].count("上")))


def _month_back(match: "re.Match[str]", today: date) -> str:
    year, month = divmod(today.year * 12 + today.month - 1 - match[0].count("上"), 12)
    return f"{year}-{month + 1:02}"


def _month(match: "re.Match[str]", today: date) -> str:
    number = int(match[2])
    year = int(match[1]) if match[1] else today.year - (number > today.month)
    return f"{year}-{number:02}"


def _quarter(match: "re.Match[str]", today: date) -> str:
    number = match[2] or match[3]
    which = "一二三四".find(number) + 1 if number in "一二三四" else int(number)
    # As of months, one that has not begun is last year's.
    return f"{match[1] or today.year - (3 * which - 2 > today.month)}-Q{which}"


def _quarter_back(match: "re.Match[str]", today: date) -> str:
    first, _ = span_of(label_of("quarter", today))
    return label_of("quarter", first - timedelta(days=1) if "上" in match[0] else today)


def _term_back(match: "re.Match[str]", today: date) -> str:
    first, _ = span_of(term_of(today))
    return term_of(first - timedelta(days=1) if "上" in match[0] else today)


def _school_year_back(match: "re.Match[str]", today: date) -> str:
    return f"{school_year(today) - ('上' in match[0])}学年"


def _year(match: "re.Match[str]", today: date) -> str:
    return str(today.year - max(_YEARS_BACK.find(match[0][0]), 0))


_NAMED = (
    (re.compile(r"(20\d\d)学年"), lambda match, today: match[0]),
    (re.compile(r"(20\d\d)年?([春秋])(?:季?学期)?"), lambda match, today: match[1] + match[2]),
    (re.compile(r"(20\d\d)-(1[0-2]|0[1-9])(?![\d\-])"), lambda match, today: match[0]),
    (_SAID_WEEK, lambda match, today: week_of(date.fromisocalendar(int(match[1]), int(match[2]), 1))),
    (re.compile(r"[本这]周|上+周"), _week_back),
    (re.compile(r"[本这]个?学期|上个?学期"), _term_back),
    (re.compile(r"[本这]个?学年|上个?学年"), _school_year_back),
    (re.compile(r"[本这]个?月|上+个?月"), _month_back),
    (re.compile(r"[本这]个?季度|上个?季度"), _quarter_back),
    (_SAID_QUARTER, _quarter),
    (re.compile("[今去前本]年"), _year),
    (_SAID_MONTH, _month),
    (_SAID_YEAR, lambda match, today: match[1]),
)


def said(label: str, today: date) -> str:
    """How a period is written for people: 本周, 4月, 第2季度, 2026年春季学期, 2025学年, 2026年."""
    if label == ALWAYS:
        return "至今"
    if "W" in label:
        back = (monday_of(week_of(today)) - monday_of(label)).days // 7
        return {0: "本周", 1: "上周"}.get(back, f"第{int(label[6:])}周")
    if match := _QUARTER.fullmatch(label):
        return f"第{match[2]}季度" if int(match[1]) == today.year else f"{match[1]}年第{match[2]}季度"
    if match := _TERM.fullmatch(label):
        return f"{match[1]}年{match[2]}季学期"
    if match := _MONTH.fullmatch(label):
        return f"{int(match[2])}月" if int(match[1]) == today.year else f"{match[1]}年{int(match[2])}月"
    if label.isdigit():
        return f"{label}年"
    if label.endswith(("学年", "起两年")):
        return label
    day = date.fromisoformat(label)
    return f"{day.month}月{day.day}日"
