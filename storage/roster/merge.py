"""A staged plan becomes true: a few statements in one transaction, whatever its size."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Join,
    Select,
    case,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.types import String

from storage.audit import audit
from storage.checkins import school_rollups
from storage.checkins.rollups import week_of
from storage.organisation import history, units
from storage.people import people
from storage.roster import roster
from storage.tables import account, appointment, grant, person, roster_batch, staged, unit

_FACTS = ("kind", "grade", "class_no", "members", "aliases", "active")


class Outdated(Exception):
    """The database was changed since the plan was made."""


def merge(
    db: Connection, batch_id: int, now: datetime, today: date, importer: people.Person | None = None,
    end_missing: bool = False,
) -> None:  # fmt: skip
    """
    Write all that was staged, and into the audit log; what it says would be missing ends only with `end_missing`.

    Raises Outdated when that would not be what was shown: the caller's transaction is to be rolled back.
    """
    shown = (roster_batch.c.id == batch_id) & (roster_batch.c.state == "shown")
    row = db.execute(select(roster_batch.c.paths, roster_batch.c.seen).where(shown)).first()
    if row is None or roster.seen(db, row.paths, importer) != row.seen:
        raise Outdated
    db.execute(update(roster_batch).where(shown).values(state="done"))
    try:
        _write(db, batch_id, now, today, importer.id if importer else None, end_missing)
        _ask(db, batch_id, now, importer)
    except IntegrityError as error:
        # Elsewhere: an account of the file has become somebody's.
        raise Outdated from error
    parts = select(staged.c.part, func.count()).where(staged.c.batch_id == batch_id).group_by(staged.c.part)
    counts = {part: count for part, count in db.execute(parts) if end_missing or part != "end"}
    audit.note(db, audit.Action.IMPORTED, now, subject=f"roster:{batch_id}", **counts)


def _write(db: Connection, batch_id: int, now: datetime, today: date, given_by: int | None, end_missing: bool) -> None:
    _give_ids(db, batch_id)
    schools = _schools(db, batch_id)
    becoming = unit.c.id.in_(_becoming(batch_id)) | units.within([path for path, _ in schools])
    # To which school a unit belongs is not kept of earlier weeks.
    with school_rollups.counted_anew(db, becoming, "" if schools else week_of(today)):
        _change_units(db, batch_id, today)
        _add_units(db, batch_id, today)
        for path, school_id in schools:
            db.execute(update(unit).where(units.below(path)).values(school_id=school_id))
    _people(db, batch_id, now)
    _grants(db, batch_id, now, given_by, end_missing)
    units.changed(db, now)


def _of(batch_id: int, *parts: str) -> ColumnElement[bool]:
    return (staged.c.batch_id == batch_id) & staged.c.part.in_(parts)


def _give_ids(db: Connection, batch_id: int) -> None:
    """Ids for what is new; on SQLite the caller's transaction is the only one that writes."""
    for part, table in (("unit", unit), ("person", person)):
        fresh: Any = func.nextval(func.pg_get_serial_sequence(table.name, "id"))
        if db.dialect.name == "sqlite":
            fresh = staged.c.ref + (db.scalar(select(func.max(table.c.id))) or 0)
        db.execute(update(staged).where(_of(batch_id, part)).values(row_id=fresh))


def _schools(db: Connection, batch_id: int) -> list[tuple[str, int | None]]:
    """Of what becomes a school, or is none any more: its path, and to which school all below it belongs then."""
    above = unit.alias("above")
    query = select(unit.c.id, unit.c.path, unit.c.kind, staged.c.kind, above.c.school_id).select_from(staged)
    query = query.join(unit, unit.c.id == staged.c.unit_id).outerjoin(above, above.c.id == unit.c.parent_id)
    rows = db.execute(query.where(_of(batch_id, "becomes"), unit.c.kind != staged.c.kind))
    return [
        (path, id if new == units.Kind.SCHOOL else school)
        for id, path, old, new, school in rows
        if units.Kind.SCHOOL in (old, new)
    ]  # fmt: skip


def _becoming(batch_id: int) -> Select[Any]:
    return select(staged.c.unit_id).where(_of(batch_id, "becomes"))


def _change_units(db: Connection, batch_id: int, today: date) -> None:
    history.keep(db, unit.c.id.in_(_becoming(batch_id)), today)
    new = {name: staged.c[name] for name in _FACTS}
    since = case((staged.c.part == "becomes", literal(history.monday(today))), else_=unit.c.since)
    closed = case((staged.c.active, None), else_=unit.c.active_to)
    mine = _of(batch_id, "change", "becomes") & (staged.c.unit_id == unit.c.id)
    db.execute(update(unit).where(mine).values(**new, since=since, active_to=closed))


def _add_units(db: Connection, batch_id: int, today: date) -> None:
    """Level by level, since a path begins with that of the unit above."""
    above, places = unit.alias("above"), staged.alias("parent")
    parent = _unit_of(places)
    is_school = staged.c.kind == units.Kind.SCHOOL
    columns: dict[str, Any] = {
        "id": staged.c.row_id, "parent_id": above.c.id,
        "path": func.coalesce(above.c.path, "/") + staged.c.row_id.cast(String) + "/",
        "school_id": case((is_school, staged.c.row_id), else_=above.c.school_id),
        "school_year": case((is_school, literal(history.school_year(today)))),
        **{name: staged.c[name] for name in ("name", *_FACTS, "entry_year", "active_from")},
    }  # fmt: skip
    rows = select(*columns.values()).select_from(_with_unit(staged, places).outerjoin(above, above.c.id == parent))
    mine = _of(batch_id, "unit")
    for depth in db.scalars(select(staged.c.depth).where(mine).distinct().order_by(staged.c.depth)).all():
        db.execute(insert(unit).from_select(list(columns), rows.where(mine, staged.c.depth == depth)))


def _with_unit(rows: FromClause, places: FromClause) -> Join:
    """With the row of the staged unit that a row names, if it does."""
    same = (places.c.batch_id == staged.c.batch_id) & (places.c.part == "unit") & (places.c.ref == staged.c.unit_ref)
    return rows.outerjoin(places, same)


def _unit_of(places: FromClause) -> ColumnElement[int]:
    return func.coalesce(staged.c.unit_id, places.c.row_id)


def _with_person(whose: FromClause) -> Join:
    same = (whose.c.batch_id == staged.c.batch_id) & (whose.c.part == "person") & (whose.c.ref == staged.c.person_ref)
    return staged.outerjoin(whose, same)


def _people(db: Connection, batch_id: int, now: datetime) -> None:
    new = select(staged.c.row_id, staged.c.name, literal(now, person.c.joined_at.type)).where(_of(batch_id, "person"))
    db.execute(insert(person).from_select(["id", "name", "joined_at"], new))
    renamed = _of(batch_id, "rename") & (staged.c.person_id == person.c.id)
    db.execute(update(person).where(renamed).values(name=staged.c.name))
    whose = staged.alias("whose")
    owner = func.coalesce(staged.c.person_id, whose.c.row_id)
    linked = select(owner, staged.c.channel, staged.c.address, literal(True)).select_from(_with_person(whose))
    columns = ["person_id", "channel", "address", "reachable"]
    db.execute(insert(account).from_select(columns, linked.where(_of(batch_id, "account")).order_by(staged.c.place)))


def _ask(db: Connection, batch_id: int, now: datetime, importer: people.Person | None) -> None:
    """What takes a second person waits for them; of an operator's file there is nothing of that kind."""
    if importer is None:
        return
    whose, places = staged.alias("whose"), staged.alias("place")
    columns: dict[str, Any] = {
        "person_id": func.coalesce(staged.c.person_id, whose.c.row_id), "unit_id": _unit_of(places),
        "role": staged.c.role, "channel": staged.c.channel, "address": staged.c.address,
        "asked_by": literal(importer.id, appointment.c.asked_by.type),
        "asked_at": literal(now, appointment.c.asked_at.type), "state": literal("waiting"),
    }  # fmt: skip
    rows = select(*columns.values()).select_from(_with_unit(_with_person(whose), places))
    there = appointment.alias("there")
    waits = exists().where(
        there.c.state == "waiting", there.c.asked_by == importer.id,
        *(there.c[name].is_not_distinct_from(columns[name]) for name in ("person_id", "unit_id", "role", "address")),
    )  # fmt: skip
    mine = rows.where(_of(batch_id, "ask"), ~waits).order_by(staged.c.place)
    db.execute(insert(appointment).from_select(list(columns), mine))


def _grants(db: Connection, batch_id: int, now: datetime, given_by: int | None, end_missing: bool) -> None:
    whose, places = staged.alias("whose"), staged.alias("place")
    owner = func.coalesce(staged.c.person_id, whose.c.row_id)
    by = literal(now, grant.c.since.type), literal(given_by, grant.c.given_by.type)
    given = select(owner, _unit_of(places), staged.c.role, *by).select_from(_with_unit(_with_person(whose), places))
    columns = ["person_id", "unit_id", "role", "since", "given_by"]
    db.execute(insert(grant).from_select(columns, given.where(_of(batch_id, "grant")).order_by(staged.c.place)))
    again = select(staged.c.row_id).where(_of(batch_id, "again"))
    db.execute(update(grant).where(grant.c.id.in_(again)).values(until=None, deputy_for=None, given_by=given_by))
    if end_missing:
        ended = select(staged.c.row_id).where(_of(batch_id, "end"))
        lender = grant.alias("lender")
        lent = exists().where(
            lender.c.id.in_(ended), lender.c.person_id == grant.c.deputy_for, lender.c.unit_id == grant.c.unit_id,
            lender.c.role == grant.c.role,
        )  # fmt: skip
        people.end_all(db, lent & (grant.c.until > now), now, now)
        db.execute(update(grant).where(grant.c.id.in_(ended)).values(until=now))
