"""Zero reports and excuses: a squad that had nothing, or need not report for a time, is neither missing nor nudged."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Date, bindparam, delete, insert, select

from storage.statements import Prepared
from storage.tables import exemption, unit

ZERO, EXCUSED = "zero", "excused"
# Who is excused on Friday is excused from the week's report.
_LAST_SCHOOL_DAY = timedelta(days=4)
# An outer join, so that no database goes through all units for the few that are excused.
_HELD = Prepared(
    lambda _: (
        select(unit.c.path, exemption.c.kind)
        .select_from(exemption.outerjoin(unit, unit.c.id == exemption.c.unit_id))
        .where(exemption.c.row == "", exemption.c.since <= bindparam("begun", type_=Date()))
        .where(exemption.c.until >= bindparam("lasting", type_=Date()))
        .order_by(exemption.c.id)
    )
)


def add(
    db: Connection, unit_id: int, kind: str, since: date, until: date, person_id: int, now: datetime, row: str = ""
) -> int:
    """
    The unit, and what is below it, need not report check-ins on these days; returns its number.

    With `row` the unit itself need not report this row of the catalogue.
    """
    values = {"unit_id": unit_id, "kind": kind, "since": since, "until": until, "row": row}
    values |= {"person_id": person_id, "made_at": now}
    made = db.execute(insert(exemption).values(**values))
    assert made.inserted_primary_key is not None
    return int(made.inserted_primary_key[0])


def end(db: Connection, number: int, unit_ids: Iterable[int]) -> bool:
    """Take one back, if it is of one of these units."""
    own = (exemption.c.id == number) & exemption.c.unit_id.in_(list(unit_ids))
    return db.execute(delete(exemption).where(own)).rowcount > 0


def newest(db: Connection, person_id: int, today: date) -> int | None:
    """The last one that this person told of and that holds today or later."""
    mine = (exemption.c.person_id == person_id) & (exemption.c.until >= today)
    return db.scalar(select(exemption.c.id).where(mine).order_by(exemption.c.id.desc()).limit(1))


def unit_of(db: Connection, number: int) -> tuple[int, str] | None:
    """(unit, row) of an exemption; None when there is none of this number."""
    found = db.execute(select(exemption.c.unit_id, exemption.c.row).where(exemption.c.id == number)).first()
    return (found.unit_id, found.row) if found else None


def of_row(db: Connection, row: str, begun: date, lasting: date) -> frozenset[int]:
    """The units that are excused from a row of the catalogue from a day to another at least."""
    holds = (exemption.c.row == row) & (exemption.c.since <= begun) & (exemption.c.until >= lasting)
    return frozenset(db.scalars(select(exemption.c.unit_id).where(holds)))


def in_week(db: Connection, monday: date) -> dict[str, str]:
    """Path of a unit → zero or excused, of all that hold for the week that begins on this Monday."""
    return _holding(db, monday + timedelta(days=6), monday + _LAST_SCHOOL_DAY)


def on_day(db: Connection, day: date) -> dict[str, str]:
    """The same for a single day; a zero report is of its whole week."""
    return _holding(db, day, day)


def _holding(db: Connection, begun: date, lasting: date) -> dict[str, str]:
    return dict(map(tuple, _HELD.rows(db, {"begun": begun, "lasting": lasting})))


def kind_of(path: str, holding: dict[str, str]) -> str:
    """zero, excused, or empty: of the unit itself or one above it."""
    if not holding:
        return ""
    steps = path.strip("/").split("/")
    above = ("/" + "/".join(steps[:count]) + "/" for count in range(len(steps), 0, -1))
    return next((holding[each] for each in above if each in holding), "")
