"""Answers that the response to a platform's request says: it holds the letter's lease until it has been written."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, or_, select, update

from storage.tables import outbox

_HOLDER = "passive"
# The platform waits for five seconds. Then the sender takes the letter, as one that may have been said.
_LEASE = timedelta(seconds=20)
# A call that says the same is not known as its repeat.
_LONG_AGO = timedelta(days=1)
_HELD = and_(outbox.c.state == "claimed", outbox.c.owner == _HOLDER)
_WRITTEN = and_(outbox.c.state == "sent", outbox.c.platform_id == _HOLDER)


def held(now: datetime) -> dict[str, Any]:
    """What a letter's row says while the response that carries it is under way."""
    facts = {"state": "claimed", "owner": _HOLDER, "lease_until": now + _LEASE, "attempts": 1}
    return {**facts, "perhaps_at": now - _LONG_AGO}


def written(db: Connection, inbox_ids: Collection[int], now: datetime) -> None:
    """The responses with the answers to these messages have been written in time."""
    facts = {"state": "sent", "owner": None, "lease_until": None, "sent_at": now, "platform_id": _HOLDER}
    db.execute(update(outbox).where(outbox.c.inbox_id.in_(inbox_ids), _HELD).values(**facts))


def left(db: Connection, inbox_id: int) -> None:
    """No response carries the answer to this message: its letter is one like any other."""
    facts = {"state": "new", "owner": None, "lease_until": None, "attempts": 0, "perhaps_at": None}
    db.execute(update(outbox).where(outbox.c.inbox_id == inbox_id, _HELD).values(**facts))


def stored(db: Connection, inbox_id: int) -> list[bytes | None]:
    """The sealed answer to say once more to a repeat; None when it has been forgotten, empty when others say it."""
    query = select(outbox.c.body).where(outbox.c.inbox_id == inbox_id, or_(_HELD, _WRITTEN))
    return list(db.scalars(query))
