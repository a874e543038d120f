"""What arrived: one row a message of a platform, unique, so that a repeat is recognised."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, literal_column, select, update

from storage.base.upsert import insert_into
from storage.tables import inbox, outbox

Key = tuple[str, str]
# As a literal: with a parameter in its place SQLite could not tell that its partial index holds all these rows.
_FAILED = inbox.c.state == literal_column("'failed'")
_BY_IDS = select(inbox.c.id, inbox.c.message_id, inbox.c.batch, inbox.c.state).where(
    inbox.c.channel == bindparam("of"), inbox.c.message_id.in_(bindparam("ids", expanding=True))
)


FINGERPRINT = 16
_BLANKS = re.compile(r"(?<!\d) | (?!\d)")


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message's row; `fresh` when this transaction wrote it, else it is a repeat of one in this `state`."""

    id: int
    fresh: bool
    state: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A message that a bug stopped: sealed as it came, with the sealed traceback."""

    id: int
    received_at: datetime
    payload: bytes
    error: bytes


# Of what nobody can edit.
_NO_EDITS = {"spoken_as": None, "said": None}


def arrive(db: Connection, rows: Sequence[dict[str, Any]], batch: str) -> dict[Key, Arrival]:
    """Write the rows that are new; find the repeats.

    A row: channel, message_id, chat, sender, received_at; of what may be edited spoken_as and said too.
    """
    if not rows:
        return {}
    ordered = sorted(rows, key=lambda row: (row["channel"], row["message_id"]))
    db.execute(_if_new(db.dialect.name), [{**_NO_EDITS, **row, "batch": batch, "state": "done"} for row in ordered])
    found: dict[Key, Arrival] = {}
    for channel, group in groupby(ordered, key=lambda row: row["channel"]):
        for row in db.execute(_BY_IDS, {"of": channel, "ids": [row["message_id"] for row in group]}):
            found[channel, row.message_id] = Arrival(row.id, row.batch == batch, row.state)
    return found


@cache
def _if_new(dialect: str) -> Any:
    return insert_into(dialect, inbox).on_conflict_do_nothing()


def forget(db: Connection, inbox_id: int) -> None:
    """Nothing has become of the message yet: it comes again, as if for the first time."""
    db.execute(delete(inbox).where(inbox.c.id == inbox_id))


def words(text: str) -> str:
    """What of a text is compared after it was edited: a blank says nothing but between two numbers."""
    return _BLANKS.sub("", " ".join(text.split()))


def said_before(db: Connection, inbox_id: int) -> str | None:
    """The fingerprint of what the message of this row said before it was edited; None when that is not known."""
    edit, before = inbox.alias(), inbox.c
    same = [before[name] == edit.c[name] for name in ("channel", "chat", "spoken_as")]
    query = select(before.said).where(edit.c.id == inbox_id, *same, before.id < inbox_id, before.said.is_not(None))
    found: str | None = db.scalar(query.order_by(before.id.desc()).limit(1))
    return found


def senders(db: Connection, channel: str, since: datetime, most: int = 50_000) -> set[str]:
    """Who has written on this channel since then, as far as it is among the last so many messages of all."""
    newest = db.scalar(select(func.max(inbox.c.id))) or 0
    lately = (inbox.c.id > newest - most) & (inbox.c.channel == channel) & (inbox.c.received_at >= since)
    return set(db.scalars(select(inbox.c.sender).where(lately).distinct())) - {""}


def fail(db: Connection, inbox_id: int, payload: bytes, error: bytes, state: str = "failed") -> None:
    """Keep a message that a bug stopped, for `replay`; as `unreadable` what never became a message."""
    db.execute(update(inbox).where(inbox.c.id == inbox_id).values(state=state, payload=payload, error=error))


def answered_by(db: Connection, letter_id: int) -> str | None:
    """The platform's id of the message that this row of the outbox answers; None when it answers none."""
    query = select(inbox.c.message_id).join(outbox, outbox.c.inbox_id == inbox.c.id)
    found: str | None = db.scalar(query.where(outbox.c.id == letter_id))
    return found


def failed(db: Connection, inbox_id: int | None = None) -> list[Failure]:
    """The failed messages, or just this one, oldest first."""
    query = select(inbox.c.id, inbox.c.received_at, inbox.c.payload, inbox.c.error).where(_FAILED)
    if inbox_id is not None:
        query = query.where(inbox.c.id == inbox_id)
    return [Failure(*row) for row in db.execute(query.order_by(inbox.c.id))]


def unreadable(db: Connection) -> int:
    """How many updates of a platform never became a message."""
    return db.scalar(select(func.count()).select_from(inbox).where(inbox.c.state == "unreadable")) or 0


def done(db: Connection, inbox_id: int) -> bool:
    """A failed message is being handled again: the text goes, the ids stay; False when it is no longer failed."""
    failed = (inbox.c.id == inbox_id) & (inbox.c.state == "failed")
    return db.execute(update(inbox).where(failed).values(state="done", payload=None, error=None)).rowcount == 1


@dataclass(frozen=True, slots=True)
class Heard:
    """How many messages somebody was answered, from when to when."""

    channel: str
    sender: str
    number: int
    first: datetime
    last: datetime


def heard_after(db: Connection, last: int) -> list[Heard]:
    """Who was heard since the row of this number, the first of them first."""
    first = func.min(inbox.c.received_at)
    query = select(inbox.c.channel, inbox.c.sender, func.count(), first, func.max(inbox.c.received_at))
    told = (inbox.c.id > last) & (inbox.c.state == "done")
    return [
        Heard(*row) for row in db.execute(query.where(told).group_by(inbox.c.channel, inbox.c.sender).order_by(first))
    ]


def last(db: Connection) -> int:
    """The number of the newest row."""
    return db.scalar(select(func.max(inbox.c.id))) or 0
