"""Rosters: who or what holds a place from a day to a day; adults without an account, posts, pairings."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, or_, select, update

from storage.organisation.units import within
from storage.tables import holding, unit

# A name is of no use a year after its place has ended.
KEPT = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Holding:
    """A place that is held: `name` is sealed, `until` is its last day, None until further notice."""

    unit_id: int
    row: str
    since: date
    until: date | None = None
    name: bytes | None = None
    figures: Mapping[str, Any] = field(default_factory=dict)
    ended: date | None = None
    id: int = 0
    unit_name: str = ""
    path: str = ""


_COLUMNS = ("unit_id", "row", "since", "until", "name", "figures", "ended", "id")
_SELECT = select(*(holding.c[name] for name in _COLUMNS), unit.c.name, unit.c.path).join(
    unit, unit.c.id == holding.c.unit_id
)


def _from(row: Any) -> Holding:
    return Holding(*row)


def add(db: Connection, new: Holding, person_id: int, now: datetime) -> Holding:
    """Keep it; returns it with its number."""
    values = {name: getattr(new, name) for name in _COLUMNS if name != "id"}
    made = db.execute(insert(holding).values(**values, person_id=person_id, made_at=now))
    assert made.inserted_primary_key is not None
    return replace(new, id=int(made.inserted_primary_key[0]))


def by_id(db: Connection, number: int) -> Holding | None:
    """The holding with this number."""
    row = db.execute(_SELECT.where(holding.c.id == number)).first()
    return None if row is None else _from(row)


def rows(db: Connection, paths: Sequence[str]) -> frozenset[str]:
    """The rows of which anybody ever held a place in these subtrees."""
    query = select(holding.c.row).join(unit, unit.c.id == holding.c.unit_id).where(within(paths))
    return frozenset(db.scalars(query.distinct()))


def renew(db: Connection, number: int, until: date | None) -> None:
    """It is held until another day."""
    db.execute(update(holding).where(holding.c.id == number).values(until=until, ended=None))


def end(db: Connection, number: int, day: date) -> None:
    """From this day on it is no longer held."""
    db.execute(update(holding).where(holding.c.id == number).values(ended=day))


def held(db: Connection, row: str, paths: Sequence[str], day: date) -> list[Holding]:
    """What is held on a day in these subtrees, by unit and number."""
    query = _SELECT.where(holding.c.row == row, within(paths), _on(day))
    return [_from(each) for each in db.execute(query.order_by(unit.c.path, holding.c.id))]


def ending(db: Connection, rows: Sequence[str], paths: Sequence[str], day: date, days: int) -> list[Holding]:
    """What is held on a day and ends within so many days, the first to end first."""
    soon = holding.c.until <= day + timedelta(days=days)
    query = _SELECT.where(holding.c.row.in_(rows), within(paths), _on(day), soon)
    return [_from(each) for each in db.execute(query.order_by(holding.c.until, holding.c.id))]


def over_between(
    db: Connection, rows: Sequence[str], first: date, last: date, person_id: int | None = None
) -> list[tuple[Holding, int]]:
    """What is held until one of these days (entered by this person), and who entered it."""
    ends = and_(holding.c.row.in_(rows), holding.c.ended.is_(None), holding.c.until.between(first, last))
    if person_id is not None:
        ends &= holding.c.person_id == person_id
    query = _SELECT.add_columns(holding.c.person_id).where(ends).order_by(holding.c.id)
    return [(_from(each[:-1]), each[-1]) for each in db.execute(query)]


def _on(day: date) -> ColumnElement[bool]:
    begun = and_(holding.c.since <= day, or_(holding.c.ended.is_(None), holding.c.ended > day))
    return and_(begun, or_(holding.c.until.is_(None), holding.c.until >= day))


def counted(found: Sequence[Holding], name: str) -> Mapping[str, int]:
    """How many of them say each choice of a field."""
    return Counter(str(each.figures[name]) for each in found if name in each.figures)


def forget(db: Connection, now: datetime, most: int) -> int:
    """What ended a year ago goes, with the name."""
    before = now.date() - KEPT
    over = or_(holding.c.ended < before, and_(holding.c.ended.is_(None), holding.c.until < before))
    ids = list(db.scalars(select(holding.c.id).where(over).order_by(holding.c.id).limit(most)))
    db.execute(delete(holding).where(holding.c.id.in_(ids)))
    return len(ids)
