"""Which key date people mean: 十一三, 国庆, 学雷锋日, 10月13日, 六月一号."""

import re
import unicodedata
from datetime import date

from handlers.kit import Refusal
from handlers.reading.text.numbers import CHINESE, value_of
from handlers.wording import days
from scheduling.calendar import Calendar, KeyDate

# What a name may be said without.
_AROUND = re.compile(r"^(?:世界|国际|全国|中国|全民|国家|少先队)+|(?:纪念日|活动日|节|日)$")
_NUMBERED = re.compile(rf"([\d{CHINESE}]{{1,3}})[月./-]([\d{CHINESE}]{{1,3}})[日号]?")
_SLASH = re.compile(r"(?<![\d/.-])(\d{1,2})/(\d{1,2})(?![\d/.-])")
_WEEKS = re.compile(rf"(?<=提前)\s*([\d{CHINESE}])个?(?:周|星期)")
_SPOKEN = re.compile(rf"[{CHINESE}]{{1,3}}(?=月|[日号]|天(?!气))")


def named(calendar: Calendar, words: str, today: date) -> list[KeyDate]:
    """The dates that these words name: by a name of theirs, by a part of it, or by the day."""
    wanted = re.sub(r"[\s·.。,，!！?？]", "", unicodedata.normalize("NFKC", words))
    if not wanted:
        return []
    exact = [key for key in calendar.dates if wanted in (_plain(key.name), key.topic, key.id, *map(_plain, key.words))]
    return exact or _on(calendar, words.strip(), today) or _alike(calendar, wanted)


def _plain(name: str) -> str:
    return name.replace("·", "")


def _alike(calendar: Calendar, wanted: str) -> list[KeyDate]:
    core = _AROUND.sub("", wanted) or wanted
    if len(core) < 2:
        return []
    names = {key.id: [_plain(key.name), *map(_plain, key.words), key.topic] for key in calendar.dates}
    return [key for key in calendar.dates if any(core in name or wanted in name for name in names[key.id] if name)]


def _on(calendar: Calendar, words: str, today: date) -> list[KeyDate]:
    if match := _NUMBERED.fullmatch(unicodedata.normalize("NFKC", words)):
        words = f"{value_of(match[1])}月{value_of(match[2])}日"
    try:
        day, rest = days.day_in(words, today, ahead=True)
    except Refusal:
        return []
    return [key for key in calendar.dates if key.day(day.year) == day] if day and not rest else []


def coming(key: KeyDate, today: date) -> date:
    """Its next day from today on; `date.max` for one that comes no more."""
    near = (key.day(year) for year in range(today.year, today.year + 9))
    return next((day for day in near if day and day >= today), date.max)


def digits(words: str) -> str:
    """十二月 → 12月, 五月二十日 → 5月20日, 5/20 → 5月20日, 提前七天 → 提前7天, 提前一周 → 提前7天."""
    words = _WEEKS.sub(lambda match: f"{7 * (value_of(match[1]) or 1)}天", _SLASH.sub(r"\1月\2日", words))
    return _SPOKEN.sub(lambda match: str(value_of(match[0]) or match[0]), words)
