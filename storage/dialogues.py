"""One open question a person and chat: kept as a row with an expiry, never in memory."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from storage.tables import dialogue
from storage.vault import Vault

KEPT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Where:
    """Whose question it is: the channel, the chat and the sender in it."""

    channel: str
    chat: str
    sender: str


@dataclass(frozen=True, slots=True)
class Dialogue:
    """An open question: which feature asked, and what it knew."""

    kind: str
    payload: dict[str, Any]
    expired: bool


def open_question(
    db: Connection, vault: Vault, where: Where, kind: str, payload: dict[str, Any], now: datetime
) -> None:
    """Ask a question that the next message answers; an older open one is forgotten."""
    close(db, where)
    row = {"channel": where.channel, "chat": where.chat, "sender": where.sender}
    db.execute(insert(dialogue).values(**row, kind=kind, payload=vault.seal(payload), expires_at=now + KEPT))


def current(db: Connection, vault: Vault, where: Where, now: datetime) -> Dialogue | None:
    """The question that is open there, `expired` when it has waited too long."""
    row = db.execute(select(dialogue.c.kind, dialogue.c.payload, dialogue.c.expires_at).where(_is(where))).first()
    return None if row is None else Dialogue(row.kind, vault.open(row.payload), row.expires_at <= now)


def close(db: Connection, where: Where) -> None:
    """Forget the question."""
    db.execute(delete(dialogue).where(_is(where)))


def purge(db: Connection, before: datetime) -> None:
    """Forget the questions that expired before this instant."""
    db.execute(delete(dialogue).where(dialogue.c.expires_at < before))


def _is(where: Where) -> Any:
    return (dialogue.c.channel == where.channel) & (dialogue.c.chat == where.chat) & (dialogue.c.sender == where.sender)
