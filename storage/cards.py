"""The buttons of sent messages: a press names a card's token and a place on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_urlsafe
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from storage.tables import card


@dataclass(frozen=True, slots=True)
class Press:
    """What a pressed button stands for: a text command, for one person (None: anyone) in one chat."""

    command: str
    channel: str
    chat: str
    person_id: int | None


def new_token() -> str:
    """An unguessable token; with `.` and a place it is a button's id, 19 bytes at most."""
    return token_urlsafe(12)


def put(db: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows (token, channel, chat, person_id, commands, made_at)."""
    if rows:
        db.execute(insert(card), list(rows))


def press(db: Connection, button: str) -> Press | None:
    """What the button with this id stands for; None when it is unknown or no longer kept."""
    token, _, place = button.partition(".")
    row = db.execute(select(card).where(card.c.token == token)).first()
    if row is None or not (place.isascii() and place.isdigit()) or int(place) >= len(row.commands):
        return None
    return Press(row.commands[int(place)], row.channel, row.chat, row.person_id)


def purge(db: Connection, before: datetime) -> None:
    """Forget the cards made before this instant."""
    db.execute(delete(card).where(card.c.made_at < before))
