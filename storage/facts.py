"""Small facts of the installation, by name."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from storage.tables import fact


@dataclass(frozen=True, slots=True)
class Fact:
    """A value and when it was noted."""

    value: str
    at: datetime


def get(db: Connection, name: str) -> Fact | None:
    """The fact with this name."""
    row = db.execute(select(fact.c.value, fact.c.at).where(fact.c.name == name)).first()
    return None if row is None else Fact(*row)


def note(db: Connection, name: str, value: str, now: datetime) -> None:
    """Set a fact."""
    if db.execute(update(fact).where(fact.c.name == name).values(value=value, at=now)).rowcount == 0:
        db.execute(insert(fact).values(name=name, value=value, at=now))
