"""Nothing is said of itself until somebody has looked: after a migration or a restore what is due may be wrong."""

from datetime import datetime

from sqlalchemy import Connection

from storage.base import key_values

HELD, _TOLD = "reminders held", "reminders held, told"


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


def release(db: Connection) -> bool:
    """All is said again; False when it was."""
    held = bool(why(db))
    key_values.remove(db, HELD)
    return held
