"""The units of a staged plan become true: what changes, what comes, and to which school it belongs."""

from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Join,
    Select,
    case,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.types import String

from storage.checkins import school_rollups
from storage.checkins.rollups import week_of
from storage.database import learn_sizes
from storage.organisation import history, units
from storage.tables import staged, unit

# The states of a batch that somebody may agree to: of a file, and of it with the rows that it hides.
OPEN = SHOWN, WHOLE = "shown", "whole"
_FACTS = ("kind", "grade", "class_no", "members", "aliases", "active")


def write(db: Connection, batch_id: int, today: date) -> None:
    """Change and add the units; what was counted in them stays with their schools."""
    schools = _schools(db, batch_id)
    becoming = unit.c.id.in_(_becoming(batch_id)) | units.within([path for path, _ in schools])
    # To which school a unit belongs is not kept of earlier weeks.
    with school_rollups.counted_anew(db, becoming, "" if schools else week_of(today)):
        _change_units(db, batch_id, today)
        _add_units(db, batch_id, today)
        for path, school_id in schools:
            db.execute(update(unit).where(units.below(path)).values(school_id=school_id))
    learn_sizes(db)


def of(batch_id: int, *parts: str) -> ColumnElement[bool]:
    """The condition of the rows of these parts of a batch."""
    return (staged.c.batch_id == batch_id) & staged.c.part.in_(parts)


def _schools(db: Connection, batch_id: int) -> list[tuple[str, int | None]]:
    """Of what becomes a school, or is none any more: its path, and to which school all below it belongs then."""
    above = unit.alias("above")
    query = select(unit.c.id, unit.c.path, unit.c.kind, staged.c.kind, above.c.school_id).select_from(staged)
    query = query.join(unit, unit.c.id == staged.c.unit_id).outerjoin(above, above.c.id == unit.c.parent_id)
    rows = db.execute(query.where(of(batch_id, "becomes"), unit.c.kind != staged.c.kind))
    return [
        (path, id if new == units.Kind.SCHOOL else school)
        for id, path, old, new, school in rows
        if units.Kind.SCHOOL in (old, new)
    ]  # fmt: skip


def _becoming(batch_id: int) -> Select[Any]:
    return select(staged.c.unit_id).where(of(batch_id, "becomes"))


def _change_units(db: Connection, batch_id: int, today: date) -> None:
    history.keep(db, unit.c.id.in_(_becoming(batch_id)), today)
    new = {name: staged.c[name] for name in _FACTS}
    since = case((staged.c.part == "becomes", literal(history.monday(today))), else_=unit.c.since)
    closed = case((staged.c.active, None), else_=unit.c.active_to)
    mine = of(batch_id, "change", "becomes") & (staged.c.unit_id == unit.c.id)
    db.execute(update(unit).where(mine).values(**new, since=since, active_to=closed))


def _add_units(db: Connection, batch_id: int, today: date) -> None:
    """Level by level, since a path begins with that of the unit above."""
    above, places = unit.alias("above"), staged.alias("parent")
    parent = unit_of(places)
    is_school = staged.c.kind == units.Kind.SCHOOL
    columns: dict[str, Any] = {
        "id": staged.c.row_id, "parent_id": above.c.id,
        "path": func.coalesce(above.c.path, "/") + staged.c.row_id.cast(String) + "/",
        "school_id": case((is_school, staged.c.row_id), else_=above.c.school_id),
        "school_year": case((is_school, literal(history.school_year(today)))),
        **{name: staged.c[name] for name in ("name", *_FACTS, "entry_year", "active_from")},
    }  # fmt: skip
    rows = select(*columns.values()).select_from(with_unit(staged, places).outerjoin(above, above.c.id == parent))
    mine = of(batch_id, "unit")
    for depth in db.scalars(select(staged.c.depth).where(mine).distinct().order_by(staged.c.depth)).all():
        db.execute(insert(unit).from_select(list(columns), rows.where(mine, staged.c.depth == depth)))


def with_unit(rows: FromClause, places: FromClause) -> Join:
    """With the row of the staged unit that a row names, if it does."""
    same = (places.c.batch_id == staged.c.batch_id) & (places.c.part == "unit") & (places.c.ref == staged.c.unit_ref)
    return rows.outerjoin(places, same)


def unit_of(places: FromClause) -> ColumnElement[int]:
    """The unit that a row is about: one that was there, or a staged one."""
    return func.coalesce(staged.c.unit_id, places.c.row_id)
