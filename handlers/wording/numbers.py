"""Rates, changes, and the numbers of cases."""

import re

_NUMBER = re.compile(r"\s*[NnＮｎ]?\s*(\d{8})\s*[-－—–]\s*(\d{1,4})(?!\d)[\s,，:：、。]*")


def rate(value: float | None) -> str:
    """90.9%, or a dash where there is nothing to divide by."""
    return "–" if value is None else f"{value:.1f}%"


def change(by: float, unit: str = "") -> str:
    """+3, −3 or 持平."""
    return f"{'+' if by > 0 else '−'}{abs(by)}{unit}" if by else "持平"


def points(new: float | None, old: float | None) -> float | None:
    """By how many percentage points a rate changed; None when one of them is unknown."""
    return None if new is None or old is None else round(new - old, 1)


def numbered(text: str) -> tuple[str, str]:
    """(case number, the rest) of `N20260403-07 材料不全`, however it was typed; ("", text) without a number."""
    match = _NUMBER.match(text)
    if match is None:
        return "", text.strip()
    return f"N{int(match[1]):08}-{int(match[2]):02}", text[match.end() :].strip()


def all_numbers(text: str) -> tuple[str, ...]:
    """Every case number that the text begins with, once each."""
    found: dict[str, None] = {}
    number, rest = numbered(text)
    while number:
        found[number] = None
        number, rest = numbered(rest)
    return tuple(found)
