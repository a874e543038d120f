"""Letters that are late, that somebody may have twice, or that were given up: to be looked at, and sent again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, func, literal_column, or_, select, update

from storage.messages.outbox import KEPT, NOTICE
from storage.tables import outbox, person

# What is due waits no longer than this where all is well.
IN_TIME = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A letter without its words: `name` is a person's, None for a group; `forgotten` when its words are gone."""

    id: int
    channel: str
    chat: str
    name: str | None
    state: str
    due_at: datetime
    attempts: int
    error: str | None
    forgotten: bool


def late(now: datetime) -> ColumnElement[bool]:
    """Due for longer than `IN_TIME`, and still under way or waiting."""
    return outbox.c.state.in_(("new", "claimed")) & (outbox.c.due_at < now - IN_TIME)


def oldest(db: Connection, now: datetime) -> float:
    """For how many seconds what is longest overdue has waited; 0: nothing is due."""
    open_ones = or_(*(outbox.c.state == literal_column(f"'{state}'") for state in ("new", "claimed")))
    first = db.scalar(select(func.min(outbox.c.due_at)).where(open_ones, outbox.c.due_at <= now))
    return (now - first).total_seconds() if first else 0.0


def ended(state: str) -> ColumnElement[bool]:
    """Those that were settled so: `uncertain` or `dead`."""
    return outbox.c.state == state


def found(db: Connection, which: ColumnElement[bool]) -> list[Undelivered]:
    """These letters, in the order in which they were written."""
    columns = [outbox.c[name] for name in ("id", "channel", "chat", "state", "due_at", "attempts", "error")]
    query = select(*columns, person.c.name, outbox.c.body.is_(None).label("forgotten"))
    query = query.outerjoin_from(outbox, person, person.c.id == outbox.c.person_id).where(which).order_by(outbox.c.id)
    return [Undelivered(**row._mapping) for row in db.execute(query)]


def of_message(db: Connection, inbox_id: int) -> dict[tuple[str, str], set[str]]:
    """What a message made us say in other chats: (channel, chat) → the states of those letters."""
    told = (outbox.c.inbox_id == inbox_id) & (outbox.c.lane == NOTICE)
    states: dict[tuple[str, str], set[str]] = {}
    for row in db.execute(select(outbox.c.channel, outbox.c.chat, outbox.c.state).where(told)):
        states.setdefault((row.channel, row.chat), set()).add(row.state)
    return states


def send_again(db: Connection, letters: Collection[Undelivered], now: datetime) -> int:
    """Let the senders try these anew, as far as their words are still there; how many they are."""
    ids = [each.id for each in letters if not each.forgotten]
    fresh = {"state": "new", "due_at": now, "expires_at": now + KEPT, "attempts": 0, "error": None, "same": None}
    # Not those that a sender has in its hands.
    mine = outbox.c.id.in_(ids) & (outbox.c.state != "claimed") & outbox.c.body.is_not(None)
    return db.execute(update(outbox).where(mine).values(**fresh, sent_at=None, platform_id=None)).rowcount


def set_aside(db: Connection) -> int:
    """After a restore: what waited when the backup was made has been said since, most likely; how many they are."""
    waited = outbox.c.state.in_(("new", "claimed"))
    values = {"state": "dead", "owner": None, "lease_until": None, "error": "恢复备份以前的，多半已经发过"}
    return db.execute(update(outbox).where(waited).values(**values)).rowcount
