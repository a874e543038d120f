"""What units were before: a change of place, name or class counts from its Monday on, earlier weeks keep theirs."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Subquery, bindparam, func, insert, literal, select, union_all, update

from storage.chunks import chunks
from storage.tables import unit, unit_past
from storage.units import below, within

# What the digest of a week says of a unit, and so what is kept of it.
_KEPT = ("path", "parent_id", "school_id", "kind", "name", "grade", "class_no", "members", "active", "active_from")
_OF_NOW = select(unit.c.id, *(unit.c[name] for name in _KEPT))
_OF_THEN = select(unit_past.c.unit_id.label("id"), *(unit_past.c[name] for name in _KEPT))


def monday(day: date) -> date:
    """From when on a change of this day counts: no week is divided between two names."""
    return day - timedelta(days=day.weekday())


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


def move(db: Connection, old: str, new: str, school_id: int | None, day: date) -> None:
    """The subtree at path `old` is at path `new` and belongs to this school (None: to those that are in it)."""
    keep(db, below(old), day)
    path = literal(new) + func.substr(unit.c.path, len(old) + 1)
    of = {"school_id": school_id} if school_id else {}
    db.execute(update(unit).where(below(old)).values(path=path, since=monday(day), **of))


def places(paths: Sequence[str], week: date) -> Subquery:
    """
    The units of these subtrees as they were in the week of this Monday.

    What is counted is joined to it with an outer join, so that both databases begin with these units, and not with all
    that was ever counted.
    """
    past = unit_past.c.path
    inside = [(past >= path) & (past < path[:-1] + "0") for path in paths]
    then = unit_past.c.since <= week, unit_past.c.until > week
    now = _OF_NOW.where(unit.c.since <= week, within(paths))
    return union_all(now, *(_OF_THEN.where(one, *then) for one in inside)).subquery("place")


def paths_then(db: Connection, paths: Sequence[str], week: date) -> list[str]:
    """Where the units at the end of these paths were in the week of this Monday."""
    ids = {int(path.rstrip("/").rpartition("/")[2]): path for path in paths}
    rows = select(unit_past.c.unit_id, unit_past.c.path).where(unit_past.c.since <= week, unit_past.c.until > week)
    found = {id: path for some in chunks(ids) for id, path in db.execute(rows.where(unit_past.c.unit_id.in_(some)))}
    return [found.get(id, path) for id, path in ids.items()]
