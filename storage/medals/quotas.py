"""Quotas: how many may have a medal in a term at and below a unit; the base is frozen by an admin for the round."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select, update

from storage.audit.audit import Action, note
from storage.base.upsert import add_one
from storage.medals.nominations import Case
from storage.medals.states import DECIDED
from storage.organisation.units import PLAIN, Unit, below, within
from storage.tables import medal_quota, nomination, unit


@dataclass(frozen=True, slots=True)
class Quota:
    """At most floor(percent × base) of a medal in a term, for children or collectives."""

    id: int
    medal: str
    collective: bool
    term: str
    base: int
    percent: int
    unit: Unit

    @property
    def limit(self) -> int:
        """How many: rounded down, since it is at most so many."""
        return self.base * self.percent // 100


_QUOTAS: Select[Any] = select(*(medal_quota.c[name] for name in Quota.__slots__[:-1]), *PLAIN).join(
    unit, unit.c.id == medal_quota.c.unit_id
)


def _quotas(db: Connection, *where: ColumnElement[bool]) -> list[Quota]:
    query = _QUOTAS.where(*where).order_by(medal_quota.c.id)
    return [Quota(*(*row[:6], Unit(*row[6:]))) for row in db.execute(query)]


def freeze(
    db: Connection, at: Unit, medal: str, collective: bool, term: str, base: int, percent: int, by: int, now: datetime
) -> None:
    """Set the base of this round, or another one in place of it."""
    key = {"unit_id": at.id, "medal": medal, "collective": collective, "term": term}
    values = {"base": base, "percent": percent, "frozen_by": by, "frozen_at": now}
    mine = [medal_quota.c[name] == value for name, value in key.items()]
    if not db.execute(update(medal_quota).where(*mine).values(**values)).rowcount:
        add_one(db, medal_quota, **key, **values)
    note(db, Action.QUOTA_FROZEN, now, unit_id=at.id, medal=medal, term=term, base=base, percent=percent)


def within_paths(db: Connection, paths: Sequence[str], term: str) -> list[Quota]:
    """The quotas of a term in these subtrees."""
    return _quotas(db, within(paths), medal_quota.c.term == term)


def over(db: Connection, at: Sequence[Unit], term: str) -> list[Quota]:
    """The quotas of a term in which nominees of one of these units count."""
    return [each for each in _quotas(db, medal_quota.c.term == term) if any(each.unit.covers(unit) for unit in at)]


def of_cases(db: Connection, cases: Iterable[Case]) -> dict[int, list[Quota]]:
    """Case → the quotas that it counts in."""
    cases = list(cases)
    medals, terms = {case.medal for case in cases}, {case.term for case in cases}
    found = _quotas(db, medal_quota.c.medal.in_(medals), medal_quota.c.term.in_(terms))
    return {case.id: [quota for quota in found if _counts(quota, case)] for case in cases}


def locked(db: Connection, cases: Sequence[Case]) -> dict[int, list[Quota]]:
    """The same, and until the transaction ends nobody else counts in them.

    Taken in the order of their ids, so that two who need the same ones never wait for each other.
    """
    found = of_cases(db, cases)
    needed = sorted({quota.id for quotas in found.values() for quota in quotas})
    for quota_id in needed:
        db.execute(update(medal_quota).where(medal_quota.c.id == quota_id).values(base=medal_quota.c.base))
    return of_cases(db, cases) if needed else found


def _counts(quota: Quota, case: Case) -> bool:
    same = (quota.medal, quota.term, quota.collective) == (case.medal, case.term, case.child_id is None)
    return same and quota.unit.covers(case.unit)


def used(db: Connection, quota: Quota) -> int:
    """How many have been decided on: awarded, or on public notice."""
    whose = nomination.c.child_id.is_(None) if quota.collective else nomination.c.child_id.is_not(None)
    query = select(func.count()).select_from(nomination).join(unit, unit.c.id == nomination.c.unit_id)
    of = (nomination.c.medal == quota.medal) & (nomination.c.term == quota.term)
    return db.scalar(query.where(of, whose, nomination.c.state.in_(DECIDED), below(quota.unit.path))) or 0
