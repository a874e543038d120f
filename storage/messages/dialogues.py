"""One open question a person and chat: kept as a row with an expiry, never in memory."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from storage.base.vault import Vault
from storage.tables import account, dialogue

KEPT = timedelta(hours=24)
_OF_SENDERS = select(
    dialogue.c.chat, dialogue.c.sender, dialogue.c.kind, dialogue.c.payload, dialogue.c.expires_at
).where(dialogue.c.channel == bindparam("channel"), dialogue.c.sender.in_(bindparam("senders", expanding=True)))


@dataclass(frozen=True, slots=True)
class Where:
    """Whose question it is: the channel, the chat and the sender in it."""

    channel: str
    chat: str
    sender: str


@dataclass(frozen=True, slots=True)
class Dialogue:
    """An open question: which feature asked, what it knew (sealed), and when it is too late to answer."""

    kind: str
    payload: bytes
    expires_at: datetime

    @property
    def asked_at(self) -> datetime:
        """When it was asked."""
        return self.expires_at - KEPT


def open_question(
    db: Connection, vault: Vault, where: Where, kind: str, payload: dict[str, Any], now: datetime
) -> None:
    """Ask a question that the next message answers; an older open one is forgotten."""
    close(db, where)
    reopen(db, where, Dialogue(kind, vault.seal(payload), now + KEPT))


def reopen(db: Connection, where: Where, question: Dialogue) -> None:
    """Put back a question that was closed and is not answered yet."""
    db.execute(insert(dialogue).values(**asdict(where), **asdict(question)))


def of_senders(db: Connection, channel: str, senders: Collection[str]) -> dict[Where, Dialogue]:
    """The questions that are open with these senders of a channel."""
    rows = db.execute(_OF_SENDERS, {"channel": channel, "senders": senders})
    return {Where(channel, chat, sender): Dialogue(*rest) for chat, sender, *rest in rows}


def of_person(db: Connection, person_id: int, kinds: Collection[str], now: datetime) -> list[tuple[Where, Dialogue]]:
    """The questions of these kinds that are open with somebody in a chat of their own."""
    columns = dialogue.c.channel, dialogue.c.chat, dialogue.c.sender
    query = select(*columns, dialogue.c.kind, dialogue.c.payload, dialogue.c.expires_at)
    theirs = (account.c.channel == dialogue.c.channel) & (account.c.address == dialogue.c.sender)
    query = query.join(account, theirs).where(account.c.person_id == person_id, dialogue.c.chat == dialogue.c.sender)
    rows = db.execute(query.where(dialogue.c.kind.in_(list(kinds)), dialogue.c.expires_at > now))
    return [(Where(*row[:3]), Dialogue(*row[3:])) for row in rows]


def kind_at(db: Connection, where: Where) -> str:
    """Which kind of question is open there; empty: none."""
    return db.scalar(select(dialogue.c.kind).where(_is(where))) or ""


def take_over(db: Connection, where: Where, question: Dialogue, now: datetime) -> bool:
    """Somebody else is asked now; False when another question is open there."""
    if db.execute(select(dialogue.c.kind).where(_is(where), dialogue.c.expires_at > now)).first():
        return False
    close(db, where)
    reopen(db, where, Dialogue(question.kind, question.payload, now + KEPT))
    return True


def grow_old(db: Connection, where: Where, question: Dialogue, by: timedelta) -> None:
    """Count the question, where it is still the one that is open, as asked so much earlier than `question` was."""
    same = _is(where) & (dialogue.c.payload == question.payload)
    db.execute(update(dialogue).where(same).values(expires_at=question.expires_at - by))


def close(db: Connection, where: Where, only: Dialogue | None = None) -> bool:
    """Forget the question, with `only` unless another one is asked now; whether there was one."""
    same = _is(where) if only is None else _is(where) & (dialogue.c.payload == only.payload)
    return db.execute(delete(dialogue).where(same)).rowcount > 0


def purge(db: Connection, before: datetime) -> None:
    """Forget the questions that expired before this instant."""
    db.execute(delete(dialogue).where(dialogue.c.expires_at < before))


def _is(where: Where) -> Any:
    return (dialogue.c.channel == where.channel) & (dialogue.c.chat == where.chat) & (dialogue.c.sender == where.sender)
