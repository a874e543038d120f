"""What units were before: a change of place, name or class counts from its Monday on, earlier weeks keep theirs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Integer,
    Select,
    String,
    Subquery,
    bindparam,
    exists,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
    update,
)

from storage.base import chunks
from storage.organisation.units import Unit, below, end_of
from storage.statements import Prepared
from storage.tables import unit, unit_past
from storage.tables.base import Path

# What the digest of a week says of a unit, and so what is kept of it.
_KEPT = ("path", "parent_id", "school_id", "kind", "name", "grade", "class_no", "members", "active", "active_from")
_OF_NOW = select(unit.c.id, *(unit.c[name] for name in _KEPT))
_OF_THEN = select(unit_past.c.unit_id.label("id"), *(unit_past.c[name] for name in _KEPT))
_OF_UNIT = tuple(Unit.__annotations__)[1:-1]
_TOP = (unit.c.id.label("top"), unit.c.school_id.label("school_now"))
_PAST_OF = (
    select(*_TOP, unit_past.c.since, unit_past.c.until, *(unit_past.c[name] for name in _OF_UNIT))
    .outerjoin(unit_past, unit_past.c.unit_id == unit.c.id)
    .where(unit.c.id.in_(bindparam("ids", expanding=True)))
)
_NAMED = unit.c.id.in_(bindparam("ids", expanding=True))
_NAMES = select(unit.c.id, unit.c.name).where(_NAMED)
_AT = (unit_past.c.unit_id == unit.c.id) & (unit_past.c.since <= bindparam("first"))
_NAMES_THEN = (
    select(unit.c.id, func.coalesce(unit_past.c.name, unit.c.name))
    .outerjoin(unit_past, _AT & (unit_past.c.until > bindparam("first")))
    .where(_NAMED)
)
Shape = tuple[int, ...]
# The slashes in the path of what is below nothing.
_OF_ROOT = 2


def monday(day: date) -> date:
    """From when on a change of this day counts: no week is divided between two names."""
    return day - timedelta(days=day.weekday())


def monday_of(week: str) -> date:
    """The first day of the week with this label."""
    return date.fromisocalendar(int(week[:4]), int(week[6:]), 1)


def school_year(day: date) -> int:
    """The year in which the school year of this day began; it begins on 1 September."""
    return day.year if day.month >= 9 else day.year - 1


def keep(db: Connection, which: ColumnElement[bool], day: date) -> None:
    """Before the units for which `which` holds are changed: write down what they have been until this day's week."""
    first = monday(day)
    past = _OF_NOW.add_columns(unit.c.since, literal(first)).where(which, unit.c.since < first)
    db.execute(insert(unit_past).from_select(["unit_id", *_KEPT, "since", "until"], past))


def change(db: Connection, rows: Sequence[Mapping[str, Any]], day: date) -> None:
    """Write new values of units, one row after the other: `row` is the id, the rest are columns."""
    for ids in chunks.chunks(row["row"] for row in rows):
        keep(db, unit.c.id.in_(ids), day)
    if rows:
        new: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "row"}
        statement = update(unit).where(unit.c.id == bindparam("row")).values(**new, since=monday(day))
        db.execute(statement, list(rows))


def move(db: Connection, moved: Unit, above: Unit, day: date) -> None:
    """From now on the unit, and all that is below it, is part of `above`."""
    keep(db, below(moved.path), day)
    path = literal(f"{above.path}{moved.id}/") + func.substr(unit.c.path, len(moved.path) + 1)
    # What is in a school that moves along stays with it.
    stays = moved.school_id in (moved.id, above.school_id)
    own = {} if stays else {"school_id": above.school_id}
    db.execute(update(unit).where(below(moved.path)).values(path=path, since=monday(day), **own))
    db.execute(update(unit).where(unit.c.id == moved.id).values(parent_id=above.id))


def path_on(day: Any) -> ColumnElement[str]:
    """Where a `unit` of the query was on a day (a date, a column): what met in an event then still does."""
    then = (unit_past.c.unit_id == unit.c.id) & (unit_past.c.since <= day) & (unit_past.c.until > day)
    past = select(unit_past.c.path).where(then).correlate_except(unit_past).scalar_subquery()
    return func.coalesce(past, unit.c.path)


_PLACE = Prepared(
    lambda _: select(path_on(bindparam("day", type_=Date()))).where(unit.c.id == bindparam("id", type_=Integer()))
)


def place_on(db: Connection, unit_id: int, day: date) -> str:
    """Where a unit was on a day."""
    [(path,)] = _PLACE.rows(db, {"id": unit_id, "day": day})
    return str(path)


def changed_school(day: date) -> ColumnElement[bool]:
    """The condition that a `unit` of the query came from another school in the week of this day.

    What it took part in there is not what its new school held.
    """
    before = (unit_past.c.until == monday(day)) & (unit_past.c.school_id != unit.c.school_id)
    return exists().where(unit_past.c.unit_id == unit.c.id, before)


@dataclass(frozen=True, slots=True)
class Part:
    """
    A part of the tree in one week or several: the paths that it had in each (by label), and what its tops were.

    `within_schools` are those of the paths that begin inside of a school; the others hold schools as a whole.
    """

    weeks: Mapping[str, tuple[str, ...]]
    then: Mapping[tuple[str, int], Mapping[str, Any]]
    within_schools: frozenset[tuple[str, str]] = frozenset()

    def was(self, now: Unit, week: str) -> Unit:
        """What a unit at the end of one of the paths was in the week."""
        return replace(now, **self.then.get((week, now.id), {}))

    def only(self, weeks: Iterable[str]) -> "Part":
        """The same part of the tree in some of its weeks."""
        return replace(self, weeks={week: self.weeks[week] for week in weeks})

    def divided(self) -> tuple["Part", "Part"]:
        """(what holds schools as a whole, what is inside of schools), each with the weeks in which there is any."""
        inside: dict[str, tuple[str, ...]] = {}
        whole: dict[str, tuple[str, ...]] = {}
        for week, paths in self.weeks.items():
            for path in paths:
                kept = inside if (week, path) in self.within_schools else whole
                kept[week] = (*kept.get(week, ()), path)
        return replace(self, weeks=whole), replace(self, weeks=inside)

    @property
    def whole(self) -> bool:
        """Whether it is a whole tree: then what was counted in a week is gone through, and not its units."""
        return all(path.count("/") == _OF_ROOT for paths in self.weeks.values() for path in paths)

    @property
    def shape(self) -> Shape:
        """How many paths each week has: what is asked of parts of one shape is one statement."""
        return tuple(map(len, self.weeks.values()))

    @property
    def values(self) -> dict[str, Any]:
        """The parameters of `places(shape)`."""
        found: dict[str, Any] = {}
        for number, (week, paths) in enumerate(self.weeks.items()):
            first = monday_of(week)
            found |= {f"week{number}": week, f"first{number}": first, f"last{number}": first + timedelta(days=6)}
            for place, path in enumerate(paths):
                found |= {f"from{number}_{place}": path, f"to{number}_{place}": end_of(path)}
        return found


def part(db: Connection, paths: Iterable[str], *weeks: str) -> Part:
    """The subtrees of these (present) paths in these weeks."""
    ids = {int(path.rstrip("/").rpartition("/")[2]): path for path in paths}
    rows = [row for some in chunks.chunks(ids) for row in db.execute(_PAST_OF, {"ids": some})]
    schools = {row.top: row.school_now for row in rows}
    then = {
        (week, row.top): {name: getattr(row, name) for name in _OF_UNIT}
        for week in weeks
        for row in rows
        if row.since and row.since <= monday_of(week) < row.until
    }
    where: dict[str, tuple[str, ...]] = {}
    inside: set[tuple[str, str]] = set()
    for week in weeks:
        was = {id: then.get((week, id), {"path": path, "school_id": schools[id]}) for id, path in ids.items()}
        where[week] = tuple(each["path"] for each in was.values())
        inside.update((week, each["path"]) for id, each in was.items() if each["school_id"] not in (None, id))
    return Part(where, then, frozenset(inside))


@cache
def places(shape: Shape) -> Subquery:
    """
    The units of a part of the tree as they were, with the label of the `week`, its `first` and its `last` day.

    Made once for each shape, since making a statement costs more than asking it; `Part.values` are its parameters. What
    is counted is joined to it with an outer join, so that both databases begin with these units, and not with all that
    was ever counted.
    """
    return union_all(*(each for number, count in enumerate(shape) for each in _places(number, count))).subquery("place")


def arms(shape: Shape) -> list[Subquery]:
    """The same units in parts, whose union they are: sums of each are made with a fraction of the work, and add up."""
    return [each.subquery("place") for number, count in enumerate(shape) for each in _places(number, count)]


def _places(number: int, count: int) -> list[Select[Any]]:
    first = bindparam(f"first{number}", type_=Date())
    week = bindparam(f"week{number}", type_=String()).label("week")
    more = week, first.label("first"), bindparam(f"last{number}", type_=Date()).label("last")
    both = ("from", "to")
    ranges: list[list[Any]] = [[bindparam(f"{word}{number}_{n}", type_=Path) for word in both] for n in range(count)]
    here = or_(false(), *((unit.c.path >= low) & (unit.c.path < high) for low, high in ranges))
    there = or_(false(), *((unit_past.c.path >= low) & (unit_past.c.path < high) for low, high in ranges))
    now = _OF_NOW.add_columns(*more).where(unit.c.since <= first, here)
    return [now, _OF_THEN.add_columns(*more).where(there, unit_past.c.since <= first, unit_past.c.until > first)]


def path_names(db: Connection, of: Iterable[Unit], week: str = "") -> dict[int, str]:
    """Unit id → the names from the root down, joined by `/`, as the roster file writes them; of now or of a week."""
    paths = {each.id: [int(part) for part in each.path.strip("/").split("/")] for each in of}
    names = names_of(db, {id for path in paths.values() for id in path}, week)
    return {id: "/".join(names[part] for part in path) for id, path in paths.items()}


def names_of(db: Connection, ids: Iterable[int], week: str = "") -> dict[int, str]:
    """Unit id → its name, of now or of a week."""
    query, first = (_NAMES_THEN, {"first": monday_of(week)}) if week else (_NAMES, {})
    names: dict[int, str] = {}
    for some in chunks.chunks(ids):
        names.update(map(tuple, db.execute(query, {"ids": some, **first}).all()))
    return names
