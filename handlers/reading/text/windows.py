"""From when to when: the window that an admin gives an activity, seen from the moment of writing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from handlers.reading.text.normalise import characters
from handlers.reading.text.numbers import CHINESE, value_of
from handlers.reading.text.patterns import pattern

# The parts of a day: hours are as they are said, those of the half after noon, of the night on both its sides, of noon.
_MORNING, _LATE = "早[上晨间]?|清[晨早]|凌晨|上午", "下午|午后|傍晚|晚[上间]?"
_NIGHT, _NOON = "夜[里间晚]|[半深]夜", "[中正]午|晌午"
_N = r"(?:\d{1,2}|二?三?十[一二三四五六七八九]?|[一二三四五六七八九])"
# The words of a window; what stands between two of them ends it.
_WORDS = (
    r"(?P<iso>20\d\d[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,2}[日号]?)",  # 2026-04-01, 2026年4月1日
    rf"(?P<day>{_N}月份?\s?{_N}[日号]?|(?<![\d.:])\d{{1,2}}[./]\d{{1,2}}(?![\d:]))",  # 4月1日, 4.1
    rf"(?P<only>{_N}[日号])",  # 至7日
    r"(?P<near>今[天日晚]|明[天日晚]|后天|次日|第二天|当[天日晚])",
    r"(?P<weekday>(?:本|这个?|下个?)?(?:周|星期)[一二三四五六日天])",
    r"(?P<week>[本这下]个?(?:周|星期)内?)",
    # 18:00, 晚上8点半
    rf"(?P<clock>(?:{_MORNING}|{_LATE}|{_NIGHT}|{_NOON})?\s?\d{{1,2}}(?::\d\d|[点时](?:半|整|[13]刻|\d{{1,2}}分?)?))",
    r"(?P<until>之?前|以前|为止|截[止至]时?间?)",
    r"(?P<to>[-~至到—]+)",
    r"(?P<space>[\s:,从自在于]+)",
)
_WORD = pattern("|".join(_WORDS))
_DAYS = frozenset({"iso", "day", "only", "near", "weekday"})
_CLOCK = pattern(
    r"(?P<part>\D*)(?P<hour>\d{1,2})(?::(?P<minute>\d\d)|[点时](?:(?P<half>半)|整|(?P<quarter>[13])刻|(?P<more>\d{1,2})分?)?)"
)
_SPOKEN = pattern(f"[{CHINESE}]{{1,3}}(?=[点时分刻])")
_WEEKDAYS = "一二三四五六日"
_HALF_A_YEAR = timedelta(days=180)
_Word = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Window:
    """Naive local times; a day without a time is whole, and ends at the midnight after it."""

    begins: datetime
    ends: datetime


def window_in(text: str, now: datetime) -> tuple[Window | None, str]:
    """
    (the window that the text names, the text without it): 4月1日-4月7日, 4月1日18:00至次日1:00, 4月7日前, 本周, 今天.

    None where it names none, or one that ends before it begins. `now` is naive and local.
    """
    plain = characters(text)
    for start, end, words in _runs(plain):
        found = _window(words, now)
        if found is not None:
            rest = " ".join(f"{plain[:start]} {plain[end:]}".split())
            return (found if found.begins < found.ends else None), rest
    return None, plain


def hours_in(text: str) -> list[time | None]:
    """The times of day in the text: 7:30-20:00, 早上七点半到晚上八点; None for one that does not exist."""
    words = [word for _, _, words in _runs(_SPOKEN.sub(_digits, characters(text))) for word in words]
    return [_clock([word]) for word in words if word[0] == "clock"]


def _digits(match: "re.Match[str]") -> str:
    return str(value_of(match[0]) or 0)


def _runs(text: str) -> list[tuple[int, int, list[_Word]]]:
    """The stretches of `text` that are made of such words alone."""
    runs: list[tuple[int, int, list[_Word]]] = []
    for match in _WORD.finditer(text):
        word = (str(match.lastgroup), match[0])
        if runs and runs[-1][1] == match.start():
            start, _, words = runs[-1]
            runs[-1] = (start, match.end(), [*words, word])
        else:
            runs.append((match.start(), match.end(), [word]))
    return [(start, end, [word for word in words if word[0] != "space"]) for start, end, words in runs]


def _window(words: Sequence[_Word], now: datetime) -> Window | None:
    """First a moment, then perhaps `to` and another; `until` alone begins now."""
    kinds = [kind for kind, _ in words]
    if "week" in kinds:
        return _week(next(written for kind, written in words if kind == "week"), now)
    if not _DAYS.intersection(kinds):
        return None
    if kinds[0] in ("to", "until") or (kinds[-1] == "until" and "to" not in kinds):
        return _until([word for word in words if word[0] not in ("to", "until")], now)
    cut = kinds.index("to") if "to" in kinds else len(words)
    day = _day(words[:cut], now.date(), now.date())
    if day is None:
        return None
    last = _after(day, _day(words[cut:], now.date(), day) or day)
    begins = datetime.combine(day, _clock(words[:cut]) or time())
    until = _clock(words[cut:]) if cut < len(words) else None
    if until is not None and last == day and until <= begins.time():
        return Window(begins, _later(begins, until))
    return Window(begins, _end(last, until))


def _after(first: date, last: date) -> date:
    """12月30日至1月3日: the next year's."""
    following = last.replace(year=last.year + 1) if last < first and last.day < 29 else last
    return following if following - first < _HALF_A_YEAR else last


def _later(begins: datetime, until: time) -> datetime:
    """下午2点到5点 is 17:00, 18:00至1:00 goes on over midnight."""
    noon = datetime.combine(begins.date(), until) + timedelta(hours=12)
    return noon if begins.hour >= 12 and noon > begins else noon + timedelta(hours=12)


def _until(words: Sequence[_Word], now: datetime) -> Window | None:
    day = _day(words, now.date(), now.date())
    return Window(now, _end(day, _clock(words))) if day else None


def _end(day: date, clock: time | None) -> datetime:
    return datetime.combine(day, clock) if clock else datetime.combine(day + timedelta(days=1), time())


def _week(written: str, now: datetime) -> Window:
    monday = datetime.combine(now.date() - timedelta(days=now.weekday()), time())
    if written[0] == "下":
        return Window(monday + timedelta(days=7), monday + timedelta(days=14))
    return Window(now, monday + timedelta(days=7))


def _day(words: Sequence[_Word], today: date, first: date) -> date | None:
    """The day among the words; `first` is the day before the 至: 次日 and 7日 are seen from there."""
    for kind, written in words:
        try:
            found = _DAY[kind](written, today, first) if kind in _DAY else None
        except ValueError:
            return None
        if found is not None:
            return found
    return None


def _iso(written: str, today: date, first: date) -> date:
    year, month, day = map(int, re.findall(r"\d+", written))
    return date(year, month, day)


def _month_day(written: str, today: date, first: date) -> date:
    """4月1日, 4.1: of this year, or of the one that begins soon."""
    month, day = (value_of(part) or 0 for part in re.split(r"月份?\s?|[./]", written.rstrip("日号"), maxsplit=1))
    found = date(today.year, month, day)
    return found if today - found < _HALF_A_YEAR else date(today.year + 1, month, day)


def _only(written: str, today: date, first: date) -> date:
    """4月28日至3日: the next month's."""
    number = value_of(written[:-1]) or 0
    if number >= first.day:
        return first.replace(day=number)
    following = first.replace(day=28) + timedelta(days=4)
    return following.replace(day=number)


def _near(written: str, today: date, first: date) -> date:
    if written[0] in "次第当":
        return first + timedelta(days=written[0] != "当")
    return today + timedelta(days={"今": 0, "明": 1, "后": 2}[written[0]])


def _weekday(written: str, today: date, first: date) -> date:
    wanted = _WEEKDAYS.find("日" if written[-1] == "天" else written[-1])
    monday = today - timedelta(days=today.weekday())
    found = monday + timedelta(days=wanted + (7 if written[0] == "下" else 0))
    # 周一 said on Friday is the one to come.
    return found if found >= today or written[0] in "本这" else found + timedelta(days=7)


_DAY = {"iso": _iso, "day": _month_day, "only": _only, "near": _near, "weekday": _weekday}


def _clock(words: Sequence[_Word]) -> time | None:
    """18:00, 晚上8点半; 24:00 is the midnight after the day, as is no time at all."""
    match = next((_CLOCK.fullmatch(written) for kind, written in words if kind == "clock"), None)
    if match is None:
        return None
    hour, part = int(match["hour"]), match["part"].strip()
    minute = 30 if match["half"] else 15 * int(match["quarter"] or 0) or int(match["minute"] or match["more"] or 0)
    hour += 12 if _is_later(part, hour) else 0
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _is_later(part: str, hour: int) -> bool:
    """下午2点, 晚上12点 (the midnight after the day), 夜里9点 but not 夜里2点, 中午1点 but not 中午12点."""
    if re.fullmatch(_LATE, part):
        return hour < (12 if "午" in part else 13)
    if re.fullmatch(_NIGHT, part):
        return 5 < hour < 13
    return bool(re.fullmatch(_NOON, part)) and hour < 4
