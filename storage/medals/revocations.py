"""Medals that are to be taken away again: asked for by one person, done by another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from storage.base.upsert import add_one
from storage.organisation.units import within
from storage.tables import medal_revocation, nomination, person, unit


@dataclass(frozen=True, slots=True)
class Revocation:
    """Who wants to take the medal of a case away, since when and why (one of a list)."""

    id: int
    number: str
    reason: str
    asked_by: int
    asked_name: str
    asked_at: datetime


def ask(db: Connection, case_id: int, reason: str, by: int, now: datetime) -> None:
    """Wait for a second person; raises IntegrityError when one waits already."""
    add_one(db, medal_revocation, nomination_id=case_id, reason=reason, asked_by=by, asked_at=now, state="waiting")


def waiting(db: Connection, paths: Sequence[str]) -> list[Revocation]:
    """Those that wait in these subtrees, the oldest first."""
    row = medal_revocation.c
    query = select(row.id, nomination.c.number, row.reason, row.asked_by, person.c.name, row.asked_at)
    query = query.join(nomination, nomination.c.id == row.nomination_id).join(person, person.c.id == row.asked_by)
    query = query.join(unit, unit.c.id == nomination.c.unit_id).where(row.state == "waiting", within(paths))
    return [Revocation(*found) for found in db.execute(query.order_by(row.id))]


def settle(db: Connection, one: Revocation, state: str, by: int, now: datetime) -> bool:
    """It is done, or declined; False when somebody else was faster."""
    mine = (medal_revocation.c.id == one.id) & (medal_revocation.c.state == "waiting")
    values = {"state": state, "settled_by": by, "settled_at": now}
    return db.execute(update(medal_revocation).where(mine).values(values)).rowcount > 0
