"""How a day and a moment are written, and the day that words name: 9月1日, 2026-09-01, 昨天."""

import re
import unicodedata
from datetime import date, datetime, timedelta, tzinfo

from handlers.kit import Refusal

_WEEKDAYS = "一二三四五六日"

_FULL = re.compile(r"(20\d\d)[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?")
_SHORT = re.compile(r"(?<!\d)(\d{1,2})月(\d{1,2})[日号]?")
_WORDS = {"今天": 0, "今日": 0, "昨天": -1, "前天": -2, "明天": 1}
_WORD = re.compile("|".join(_WORDS))


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


def _day(match: "re.Match[str]", today: date, ahead: bool) -> date:
    if match[0] in _WORDS:
        return today + timedelta(days=_WORDS[match[0]])
    numbers = [int(group) for group in match.groups()]
    try:
        if len(numbers) == 3:
            return date(*numbers)
        near = date(today.year, *numbers)
        if ahead:
            return near if near >= today else date(today.year + 1, *numbers)
        return near if near <= today else date(today.year - 1, *numbers)
    except ValueError:
        raise Refusal(f"没有「{match[0]}」这一天。可以这样写:9月1日、2026-09-01。") from None


def day(value: date, today: date | None = None) -> str:
    """4月3日(周五); with its year when that is not today's: 2025年10月13日(周一)."""
    year = f"{value.year}年" if today is not None and value.year != today.year else ""
    return f"{year}{short(value)}({weekday(value)})"


def short(value: date) -> str:
    """4月3日."""
    return f"{value.month}月{value.day}日"


def moment(at: datetime, zone: tzinfo | None = None) -> str:
    """4月3日 16:20, in this zone or in its own."""
    local = at.astimezone(zone) if zone else at
    return f"{short(local)} {local:%H:%M}"


def weekday(value: date) -> str:
    """周五."""
    return f"周{_WEEKDAYS[value.weekday()]}"
