"""Nothing is said of itself until somebody has looked: after a migration or a restore what is due may be wrong."""

from datetime import datetime

from sqlalchemy import Connection

from storage.base import key_values

HELD, _TOLD = "reminders held", "reminders held, told"
# Why the machine's clock is in doubt; when somebody last said that it is right.
DOUBT, ACCEPTED = "clock in doubt", "clock accepted"


def hold(db: Connection, why: str, now: datetime) -> None:
    """From now on nothing is said of itself; `why` is a word for people: 升级, 恢复备份."""
    key_values.put(db, HELD, why, now)
    key_values.remove(db, _TOLD)


def why(db: Connection) -> str:
    """Why nothing is said; empty: all is said."""
    held = key_values.get(db, HELD)
    return held.value if held else ""


def told(db: Connection, now: datetime) -> bool:
    """Whether the admins have been told already; they are from now on."""
    before = key_values.get(db, _TOLD)
    key_values.put(db, _TOLD, "1", now)
    return before is not None


def doubt(db: Connection, why: str, now: datetime) -> None:
    """The machine's clock is in doubt: nobody is reminded until it has agreed for an hour, or somebody accepts it."""
    key_values.put(db, DOUBT, why, now)
    key_values.remove(db, _TOLD)


def doubted(db: Connection) -> bool:
    """Whether reminders wait because of the clock."""
    return key_values.get(db, DOUBT) is not None


def accept(db: Connection, now: datetime) -> None:
    """Somebody has looked at the clock: it is the time."""
    key_values.put(db, ACCEPTED, now.isoformat(), now)


def release(db: Connection, now: datetime) -> bool:
    """All is said again, be the clock in doubt; False when it was."""
    held, in_doubt = bool(why(db)), doubted(db)
    key_values.remove(db, HELD)
    if in_doubt:
        accept(db, now)
    return held or in_doubt
