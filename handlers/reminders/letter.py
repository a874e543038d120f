"""The one letter a day: what is due for somebody, one thing behind the other, and how it is answered."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection

from handlers.catalogue.loader import FESTIVE
from handlers.kit import Button, Due, Reply
from scheduling.occasions import Cleared, Occasions
from storage.people import people
from storage.reminders.deliveries import DeliveryRow

LATER, MUTE = "晚点提醒", "不再提醒"
# So many things are written out, and so many of their buttons stand beside those of the letter itself.
MOST, _MOST_BUTTONS = 7, 4

Part = tuple[DeliveryRow, Reply]


def words(
    db: Connection, occasions: Occasions, row: DeliveryRow, now: datetime, brief: bool = False,
    known: Mapping[Any, Any] = MappingProxyType({}),
) -> Reply | None:  # fmt: skip
    """Those of one delivery, for its person with the roles of then; `known` was read ahead. Raises Cleared."""
    person = people.by_id(db, row.person_id, now)
    due = Due(db, now, person, row.occurrence, row.lead, row.day, row.payload, row.late, brief, known)
    reply: Reply | None = occasions.of(row).say(due)
    return reply


def still(db: Connection, occasions: Occasions, row: DeliveryRow, now: datetime) -> str:
    """What a delivery that was said would say now; empty: it asks for nothing any more."""
    reply = unless_cleared(db, occasions, row, now, True)
    return reply.text if reply else ""


def unless_cleared(
    db: Connection, occasions: Occasions, row: DeliveryRow, now: datetime, brief: bool = False
) -> Reply | None:
    """The same as `words`; None also for what came before it was asked."""
    try:
        return words(db, occasions, row, now, brief)
    except Cleared:
        return None


def join(occasions: Occasions, day: date, parts: Sequence[Part]) -> Reply:
    """All of it as one letter; of a day that has something solemn nothing festive is said."""
    solemn = any(row.payload.get("solemn") for row, _ in parts)
    texts = [_plain(reply.text) if solemn and not row.payload.get("solemn") else reply.text for row, reply in parts]
    first, *others = texts
    listed = [f"· {text}" for text in others[: MOST - 1]]
    rest = [f"还有 {len(others) - len(listed)} 件，发「提醒」看。"] if len(others) > len(listed) else []
    text = "\n".join([first, *(["另外：", *listed, *rest] if others else [])])
    buttons = dict.fromkeys(_told_apart([reply for _, reply in parts]))
    page = next((reply.page for _, reply in parts if reply.page), "")
    return Reply(text, (*tuple(buttons)[:_MOST_BUTTONS], *_answers(occasions, day, parts)), page=page)


def _told_apart(replies: Sequence[Reply]) -> Iterator[Button]:
    """The buttons; those that do different things under the same words say of what."""
    ways: dict[str, set[tuple[str, str]]] = {}
    for each in (each for reply in replies for each in reply.buttons):
        ways.setdefault(each.label, set()).add((each.word, each.args))
    for reply in replies:
        for each in reply.buttons:
            yield replace(each, label=f"{each.label} {reply.name}".strip()) if len(ways[each.label]) > 1 else each


def _plain(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not FESTIVE.search(line)) or text


def _answers(occasions: Occasions, day: date, parts: Sequence[Part]) -> tuple[Button, ...]:
    """By the day of the letter: everybody with the same words has the same buttons, so that one call reaches all."""
    if not any(occasions.of(row).asks for row, _ in parts):
        return ()
    return Button(LATER, LATER, f"{day:%m-%d}"), Button("不再提醒这件", MUTE, f"{day:%m-%d}")
