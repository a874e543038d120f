"""A staged plan becomes true: a few statements in one transaction, whatever its size."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Connection,
    FromClause,
    Join,
    exists,
    func,
    insert,
    literal,
    select,
    true,
    update,
)
from sqlalchemy.exc import IntegrityError

from storage.audit import audit
from storage.organisation import units
from storage.people import people
from storage.roster import roster, tree
from storage.tables import account, appointment, grant, person, roster_batch, staged, unit


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
    shown = (roster_batch.c.id == batch_id) & roster_batch.c.state.in_(tree.OPEN)
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
    tree.write(db, batch_id, today)
    _people(db, batch_id, now)
    _grants(db, batch_id, now, given_by, end_missing)
    units.changed(db, now)


def _give_ids(db: Connection, batch_id: int) -> None:
    """Ids for what is new; on SQLite the caller's transaction is the only one that writes."""
    for part, table in (("unit", unit), ("person", person)):
        fresh: Any = func.nextval(func.pg_get_serial_sequence(table.name, "id"))
        if db.dialect.name == "sqlite":
            fresh = staged.c.ref + (db.scalar(select(func.max(table.c.id))) or 0)
        db.execute(update(staged).where(tree.of(batch_id, part)).values(row_id=fresh))


def _with_person(whose: FromClause) -> Join:
    same = (whose.c.batch_id == staged.c.batch_id) & (whose.c.part == "person") & (whose.c.ref == staged.c.person_ref)
    return staged.outerjoin(whose, same)


def _people(db: Connection, batch_id: int, now: datetime) -> None:
    new = select(staged.c.row_id, staged.c.name, literal(now, person.c.joined_at.type)).where(
        tree.of(batch_id, "person")
    )
    db.execute(insert(person).from_select(["id", "name", "joined_at"], new))
    renamed = tree.of(batch_id, "rename") & (staged.c.person_id == person.c.id)
    db.execute(update(person).where(renamed).values(name=staged.c.name))
    whose = staged.alias("whose")
    owner = func.coalesce(staged.c.person_id, whose.c.row_id)
    linked = select(owner, staged.c.channel, staged.c.address, literal(True)).select_from(_with_person(whose))
    columns = ["person_id", "channel", "address", "reachable"]
    db.execute(
        insert(account).from_select(columns, linked.where(tree.of(batch_id, "account")).order_by(staged.c.place))
    )


def _ask(db: Connection, batch_id: int, now: datetime, importer: people.Person | None) -> None:
    """What takes a second person waits for them; of an operator's file there is nothing of that kind."""
    if importer is None:
        return
    whose, places = staged.alias("whose"), staged.alias("place")
    columns: dict[str, Any] = {
        "person_id": func.coalesce(staged.c.person_id, whose.c.row_id), "unit_id": tree.unit_of(places),
        "role": staged.c.role, "channel": staged.c.channel, "address": staged.c.address,
        "asked_by": literal(importer.id, appointment.c.asked_by.type),
        "asked_at": literal(now, appointment.c.asked_at.type), "state": literal("waiting"),
    }  # fmt: skip
    rows = select(*columns.values()).select_from(tree.with_unit(_with_person(whose), places))
    there = appointment.alias("there")
    waits = exists().where(
        there.c.state == "waiting", there.c.asked_by == importer.id,
        *(there.c[name].is_not_distinct_from(columns[name]) for name in ("person_id", "unit_id", "role", "address")),
    )  # fmt: skip
    mine = rows.where(tree.of(batch_id, "ask"), ~waits).order_by(staged.c.place)
    db.execute(insert(appointment).from_select(list(columns), mine))


def _grants(db: Connection, batch_id: int, now: datetime, given_by: int | None, end_missing: bool) -> None:
    whose, places = staged.alias("whose"), staged.alias("place")
    owner = func.coalesce(staged.c.person_id, whose.c.row_id)
    by = literal(now, grant.c.since.type), literal(given_by, grant.c.given_by.type), true()
    given = select(owner, tree.unit_of(places), staged.c.role, *by).select_from(
        tree.with_unit(_with_person(whose), places)
    )
    columns = ["person_id", "unit_id", "role", "since", "given_by", "begun"]
    db.execute(insert(grant).from_select(columns, given.where(tree.of(batch_id, "grant")).order_by(staged.c.place)))
    again = select(staged.c.row_id).where(tree.of(batch_id, "again"))
    db.execute(
        update(grant).where(grant.c.id.in_(again)).values(until=None, over=False, deputy_for=None, given_by=given_by)
    )
    if end_missing:
        ended = select(staged.c.row_id).where(tree.of(batch_id, "end"))
        lender = grant.alias("lender")
        lent = exists().where(
            lender.c.id.in_(ended), lender.c.person_id == grant.c.deputy_for, lender.c.unit_id == grant.c.unit_id,
            lender.c.role == grant.c.role,
        )  # fmt: skip
        people.end_all(db, lent, now, now)
        db.execute(update(grant).where(grant.c.id.in_(ended)).values(until=now, over=True))
