"""The classes of schools, and what becomes of them in a new school year."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, or_, select, update

from storage.base import chunks
from storage.organisation import changes, history, units
from storage.organisation.units import Kind, within
from storage.tables import unit


@dataclass(frozen=True, slots=True)
class School:
    """A school: of which school year its classes have their names, and the last grade as far as somebody said it."""

    id: int
    name: str
    path: str
    school_year: int | None
    last_grade: int | None


@dataclass(frozen=True, slots=True)
class Class:
    """A squad or a grade of a school."""

    id: int
    school_id: int
    parent_id: int
    kind: str
    name: str
    grade: int | None
    entry_year: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """A class and what it is called from now on."""

    of: Class
    name: str
    grade: int
    entry_year: int


def schools(db: Connection, paths: Sequence[str], before: int) -> list[School]:
    """The active schools in these subtrees whose classes have not come to this school year."""
    columns = (unit.c[name] for name in School.__slots__)
    older = or_(unit.c.school_year.is_(None), unit.c.school_year < before)
    query = select(*columns).where(within(paths), unit.c.kind == Kind.SCHOOL, unit.c.active, older)
    return [School(*row) for row in db.execute(query.order_by(unit.c.path))]


def classes(db: Connection, of: Iterable[School]) -> Iterator[Class]:
    """The active squads and grades of these schools."""
    columns = (unit.c[name] for name in Class.__slots__)
    query = select(*columns).where(unit.c.kind.in_([Kind.SQUAD, Kind.GRADE]), unit.c.active)
    for ids in chunks.chunks(school.id for school in of):
        for row in db.execute(query.where(unit.c.school_id.in_(ids)).order_by(unit.c.path)):
            yield Class(*row)


def write(
    db: Connection, year: int, of: Sequence[School], up: Iterable[Step], leaving: Iterable[Step], now: datetime,
    day: date,
) -> None:  # fmt: skip
    """From the week of `day` on the classes are those of the school year; the roles of those who leave end."""
    mine = _begin(db, year, of)
    for gone in chunks.chunks(step for step in leaving if step.of.school_id in mine):
        ids = [step.of.id for step in gone]
        # With the 小队 that they have.
        changes.close_all(db, unit.c.id.in_(ids) | unit.c.parent_id.in_(ids), now, day)
        came = [{"row": step.of.id, "entry_year": step.entry_year} for step in gone]
        db.execute(update(unit).where(unit.c.id == bindparam("row")).values(entry_year=bindparam("entry_year")), came)
    # The highest grade first: its name is free when the next one comes.
    going = sorted((step for step in up if step.of.school_id in mine), key=lambda step: -step.grade)
    rows = [
        {"row": each.of.id, "name": each.name, "grade": each.grade, "entry_year": each.entry_year} for each in going
    ]
    history.change(db, rows, day)
    units.changed(db, now)


def _begin(db: Connection, year: int, of: Sequence[School]) -> set[int]:
    """The schools that come to the year now, and not by somebody else a moment ago."""
    found: set[int] = set()
    for ids in chunks.chunks(school.id for school in of):
        older = unit.c.id.in_(ids) & or_(unit.c.school_year.is_(None), unit.c.school_year < year)
        found.update(db.scalars(update(unit).where(older).values(school_year=year).returning(unit.c.id)))
    return found
