"""What the open campaigns ask somebody to report, whether or not a letter of them has come."""

import re

from handlers.attendance import participation
from handlers.attendance.requests import Asked
from handlers.campaigns import letters
from handlers.kit import Ask
from storage.campaigns import campaigns

_NUMBER = re.compile(r"活动\s*(\d{1,9})(?!\d)[\s:：,，、]*")


def begun(ask: Ask) -> list[Asked]:
    """Of those that have begun, and may still be told of."""
    return [each for one in participation.opened(ask) if one.begins_at <= ask.now for each in _of(ask, one)]


def by_title(ask: Ask, text: str) -> str:
    """书香校园 36 of 活动1 书香校园 36: the title says which one it is, and its number is no heads."""
    number = _NUMBER.search(text)
    titled = number and any(one.id == int(number[1]) and one.title in text for one in participation.opened(ask))
    return text.replace(number[0], " ").strip() if number and titled else text


def waiting(ask: Ask, unit: str) -> list[Asked]:
    """Of those that run and wait for a report of the asker, however long ago a letter said so."""
    found: list[Asked] = []
    for one in participation.opened(ask):
        mine = [each.id for each in participation.due_squads(ask.me, one) if unit in each.name]
        told = campaigns.answered(ask.db, one, mine) if mine and one.begins_at <= ask.now <= one.ends_at else mine
        found += _of(ask, one) if set(mine) - set(told) else []
    return found


def _of(ask: Ask, one: campaigns.Campaign) -> list[Asked]:
    return letters.of(one, ask.me, ask.now)
