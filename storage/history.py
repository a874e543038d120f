"""What units were before: a change of place, name or class counts from its Monday on, earlier weeks keep theirs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Select,
    String,
    Subquery,
    bindparam,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
    update,
)

from storage.chunks import chunks
from storage.tables import unit, unit_past
from storage.units import Unit, below, end_of

# What the digest of a week says of a unit, and so what is kept of it.
_KEPT = ("path", "parent_id", "school_id", "kind", "name", "grade", "class_no", "members", "active", "active_from")
_OF_NOW = select(unit.c.id, *(unit.c[name] for name in _KEPT))
_OF_THEN = select(unit_past.c.unit_id.label("id"), *(unit_past.c[name] for name in _KEPT))
_OF_UNIT = ("kind", "name", "path", "parent_id", "school_id", "grade", "class_no", "members")


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
    for ids in chunks(row["row"] for row in rows):
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


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the tree in one week or several: the paths that it had in each (by label), and what its tops were."""

    weeks: Mapping[str, tuple[str, ...]]
    then: Mapping[tuple[str, int], Mapping[str, Any]]

    def was(self, now: Unit, week: str) -> Unit:
        """What a unit at the end of one of the paths was in the week."""
        return replace(now, **self.then.get((week, now.id), {}))

    @property
    def shape(self) -> tuple[int, ...]:
        """How many paths it has in each week: parts of one shape are asked for by the same statement."""
        return tuple(map(len, self.weeks.values()))

    @property
    def values(self) -> dict[str, Any]:
        """What a statement about `places_of` its shape is given."""
        found: dict[str, Any] = {}
        for number, (week, paths) in enumerate(self.weeks.items()):
            first = monday_of(week)
            found |= {f"week{number}": week, f"monday{number}": first, f"sunday{number}": first + timedelta(days=6)}
            for place, path in enumerate(paths):
                found |= {f"from{number}_{place}": path, f"to{number}_{place}": end_of(path)}
        return found


def part(db: Connection, paths: Iterable[str], *weeks: str) -> Part:
    """The subtrees of these (present) paths in these weeks."""
    ids = {int(path.rstrip("/").rpartition("/")[2]): path for path in paths}
    columns = [unit_past.c[name] for name in _OF_UNIT]
    query = select(unit_past.c.unit_id, unit_past.c.since, unit_past.c.until, *columns)
    rows = [row for some in chunks(ids) for row in db.execute(query.where(unit_past.c.unit_id.in_(some)))]
    then = {
        (week, row.unit_id): {name: getattr(row, name) for name in _OF_UNIT}
        for week in weeks
        for row in rows
        if row.since <= monday_of(week) < row.until
    }
    where = {
        week: tuple(then[week, id]["path"] if (week, id) in then else path for id, path in ids.items())
        for week in weeks
    }  # fmt: skip
    return Part(where, then)


def places(of: Part) -> Subquery:
    """
    The units of a part of the tree as they were, with the label of the `week`.

    What is counted is joined to it with an outer join, so that both databases begin with these units, and not with all
    that was ever counted.
    """
    weeks = (
        _places(literal(week), literal(monday_of(week)), [(literal(path), literal(end_of(path))) for path in paths])
        for week, paths in of.weeks.items()
    )
    return union_all(*(each for week in weeks for each in week)).subquery("place")


@lru_cache(maxsize=64)
def places_of(shape: tuple[int, ...]) -> Subquery:
    """The same for any part of this shape; who asks gives its `values`. Made once: that costs more than to ask."""
    weeks = (
        _places(
            bindparam(f"week{number}", type_=String),
            bindparam(f"monday{number}", type_=Date),
            [
                (bindparam(f"from{number}_{place}", type_=String), bindparam(f"to{number}_{place}", type_=String))
                for place in range(paths)
            ],
        )
        for number, paths in enumerate(shape)
    )
    return union_all(*(each for week in weeks for each in week)).subquery("place")


_Range = tuple[ColumnElement[str], ColumnElement[str]]


def _places(week: ColumnElement[str], day: ColumnElement[date], ranges: Sequence[_Range]) -> list[Select[Any]]:
    def inside(path: ColumnElement[str]) -> ColumnElement[bool]:
        return or_(*((path >= first) & (path < end) for first, end in ranges)) if ranges else false()

    then = unit_past.c.since <= day, unit_past.c.until > day
    now = _OF_NOW.add_columns(week.label("week")).where(unit.c.since <= day, inside(unit.c.path))
    past = _OF_THEN.add_columns(week.label("week")).where(inside(unit_past.c.path), *then)
    return [now, past] if ranges else [now]
