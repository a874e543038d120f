"""What waits for an instant: moved nearer when the clock has gone back: nothing waits for a wrong one."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, select, update

from storage.tables import file, lease, outbox

# Nothing waits longer: what takes a file out of a chat again is due after a day.
LONGEST = timedelta(days=2)
_ANY = timedelta(days=36500)
_DUE = (
    (outbox.c.id, outbox.c.due_at, outbox.c.state == "new"),
    (file.c.id, file.c.due_at, file.c.state == "wanted"),
)
_HELD = (
    (outbox.c.id, outbox.c.lease_until, outbox.c.state == "claimed"),
    (lease.c.name, lease.c.until, lease.c.until.is_not(None)),
)


def move_nearer(db: Connection, back: timedelta, now: datetime, real: datetime) -> int:
    """The clock went back by so much: what is due or held later is so much earlier, though not past; how many."""
    return _moved(db, back, timedelta(), now, real)


def clamp(db: Connection, now: datetime, real: datetime) -> int:
    """What is due or held later than anything may be is due now; how many."""
    return _moved(db, _ANY, LONGEST, now, real)


def _moved(db: Connection, back: timedelta, beyond: timedelta, now: datetime, real: datetime) -> int:
    count = 0
    for rows, at in ((_DUE, now), (_HELD, real)):
        for key, column, waits in rows:
            found = db.execute(select(key.label("of"), column.label("then")).where(waits, column > at + beyond)).all()
            given = [{"of": row.of, "then": max(at, row.then - back)} for row in found]
            if given:
                moved = update(key.table).where(key == bindparam("of"))
                db.execute(moved.values({column.name: bindparam("then")}), given)
            count += len(given)
    return count
