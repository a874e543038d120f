"""接龙 and other numbered lists: the numbers and the senders' names in front of each entry are not data."""

import re

from handlers.reading.checkins.activities import names_activity
from handlers.reading.text.normalise import GAP
from handlers.reading.text.patterns import pattern

# What follows on the same line says what it is about.
_CHAIN = pattern(r"^[ \t]*[#(]?[ \t]?接龙\)?", re.M)
_NUMBERED = pattern(r"^[ \t]*(\d{1,3})(?:[.、)]|\s(?=\S))[ \t]*", re.M)
_EXAMPLE = pattern(r"^[ \t]*(?:例|示例|格式|模板)[^\n]*", re.M)
# 王老师 三(1)中队 40人, 雨过天晴: 三3 41; in a list of names only 王老师 is surely the sender
_SENDER = pattern(r"([^\s\d()\n:班队级站社团]{1,12})(?:[ \t]+|[ \t]?:[ \t]?)(?=\S)")
_TEACHER = pattern(r"([^\s\d()\n:]{1,8}(?:老师|辅导员|主任))(?:[ \t]+|[ \t]?:[ \t]?)(?=\S)")


def _is_chain(text: str) -> bool:
    """Whether `text` is a WeChat 接龙."""
    return "接龙" in text[:40] and _CHAIN.search(text) is not None


def without_numbers(text: str, of_names: bool) -> tuple[str, list[int], bool]:
    """`text` with entry numbers, and in a 接龙 senders' names, blanked (same length); where each starts; if it is one.

    In a list `of_names` (nominations) only what is surely a sender's name goes.
    """
    if "\n" not in text:
        return text, [], False
    entries, chain = _entries(text), _is_chain(text)
    if not chain and len(entries) < 2:
        return text, [], False
    if chain:
        text = _blank(_EXAMPLE, _blank_first(_CHAIN, text))
    parts, at = [], 0
    who = _TEACHER if of_names else _SENDER
    for start, end in entries:
        sender = who.match(text, end) if chain else None
        stop = sender.end() if sender and not names_activity(sender[1]) else end
        parts += [text[at:start], GAP * (stop - start)]
        at = stop
    return "".join([*parts, text[at:]]), [start for start, _ in entries], chain


def _entries(text: str) -> list[tuple[int, int]]:
    """The numbers at the starts of lines that count up from 1."""
    found: list[tuple[int, int]] = []
    for match in _NUMBERED.finditer(text):
        if int(match[1]) == len(found) + 1:
            found.append(match.span())
    return found


def _blank(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda match: GAP * len(match[0]), text)


def _blank_first(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda match: GAP * len(match[0]), text, count=1)
