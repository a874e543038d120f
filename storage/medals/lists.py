"""Nominees by what became of them: for notices, certificates, ceremonies and the official registry."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, func, or_, select

from storage.base.vault import Vault
from storage.children.children import ERASED
from storage.medals.states import STANDING, State
from storage.organisation import units
from storage.tables import child, nomination, nomination_step, unit


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases: in these subtrees, in these states, of these medals and terms (empty: all of them)."""

    paths: Sequence[str]
    states: Collection[State]
    medals: Collection[str] = ()
    terms: Collection[str] = ()
    # True: only those of collectives; False: only those of children; None: both.
    collective: bool | None = None
    # Only those that were not handed over yet.
    waiting: bool = False
    # Only stars that were handed over since this day, to nominees who do not stand for the next one.
    next_since: date | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A nominee with a medal. `name` in clear, empty for a collective; `place` is the number in the class."""

    number: str
    medal: str
    term: str
    # That awards it.
    level: str
    name: str
    place: int | None
    kind: str
    unit: str
    grade: int | None
    school: str
    decided_at: datetime | None
    presented_on: date | None


def _where(wanted: Wanted) -> ColumnElement[bool]:
    found = units.within(wanted.paths) & nomination.c.state.in_(sorted(wanted.states))
    if wanted.medals:
        found &= nomination.c.medal.in_(sorted(wanted.medals))
    if wanted.terms:
        found &= nomination.c.term.in_(sorted(wanted.terms))
    if wanted.collective is not None:
        found &= nomination.c.child_id.is_(None) if wanted.collective else nomination.c.child_id.is_not(None)
    if wanted.next_since is not None:
        found &= (nomination.c.presented_on >= wanted.next_since) & _next_is_free()
    return found & nomination.c.presented_on.is_(None) if wanted.waiting else found


def _next_is_free() -> ColumnElement[bool]:
    """Of a star below the highest one: that its nominee neither has the next one nor is nominated for it."""
    later = nomination.alias("later")
    child, squad = later.c.child_id == nomination.c.child_id, later.c.unit_id == nomination.c.unit_id
    same = child | (squad & later.c.child_id.is_(None) & nomination.c.child_id.is_(None))
    steps = [(f"S{star}", f"S{star + 1}") for star in range(1, 5)]
    above = or_(*((nomination.c.medal == star) & (later.c.medal == above) for star, above in steps))
    taken = exists().where(same, above, later.c.state.in_(STANDING))
    return nomination.c.medal.in_([star for star, _ in steps]) & ~taken


def _joined(query: Select[Any]) -> Select[Any]:
    return query.select_from(nomination).join(unit, unit.c.id == nomination.c.unit_id)


def counts(db: Connection, wanted: Wanted) -> list[tuple[str, bool, int]]:
    """(medal, whether of collectives, how many) of what is wanted."""
    collective = nomination.c.child_id.is_(None)
    query = _joined(select(nomination.c.medal, collective, func.count())).where(_where(wanted))
    rows = db.execute(query.group_by(nomination.c.medal, collective).order_by(nomination.c.medal, collective))
    return [(medal, bool(whole), count) for medal, whole, count in rows]


def by_unit(db: Connection, wanted: Wanted) -> list[tuple[str, str, str, bool, int]]:
    """(school, unit, medal, whether of a collective, how many) of what is wanted, in the order of the tree."""
    school, collective = unit.alias("school"), nomination.c.child_id.is_(None)
    what = (school.c.name.label("school"), unit.c.name, nomination.c.medal, collective.label("whole"))
    order = (school.c.path, unit.c.grade, unit.c.class_no, unit.c.path)
    query = _joined(select(*what, func.count(), *order)).outerjoin(school, school.c.id == unit.c.school_id)
    grouped = query.where(_where(wanted)).group_by(*what, *order).order_by(*order, nomination.c.medal, collective)
    return [(row[0] or row[1], row[1], row[2], bool(row[3]), row[4]) for row in db.execute(grouped)]


def entries(db: Connection, vault: Vault, wanted: Wanted, most: int) -> Iterator[Entry]:
    """The nominees, school by school and squad by squad, at most so many; one by one, since there may be thousands."""
    school = unit.alias("school")
    decided = select(func.max(nomination_step.c.at)).where(
        nomination_step.c.nomination_id == nomination.c.id, nomination_step.c.state == State.APPROVED
    )
    query = _joined(
        select(
            nomination.c.number, nomination.c.medal, nomination.c.term, nomination.c.level,
            nomination.c.presented_on, child.c.name,
            child.c.erased_at, child.c.number.label("place"), unit.c.kind, unit.c.name.label("unit"), unit.c.grade,
            school.c.name.label("school"), decided.scalar_subquery().label("decided_at"),
        )
    )  # fmt: skip
    query = query.outerjoin(child, child.c.id == nomination.c.child_id)
    query = query.outerjoin(school, school.c.id == unit.c.school_id).where(_where(wanted)).limit(most)
    order = (school.c.path, unit.c.grade, unit.c.class_no, unit.c.path, nomination.c.medal, child.c.number)
    for row in db.execute(query.order_by(*order, nomination.c.id)):
        name = "" if row.name is None else ERASED if row.erased_at else str(vault.open(row.name))
        yield Entry(
            row.number, row.medal, row.term, row.level, name, row.place, row.kind, row.unit, row.grade,
            row.school or "", row.decided_at, row.presented_on,
        )  # fmt: skip
