"""Small facts of the installation, by name."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from storage.base.upsert import insert_into
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


def beginning_with(db: Connection, prefix: str) -> dict[str, Fact]:
    """The facts whose names begin so, by name."""
    query = select(fact.c.name, fact.c.value, fact.c.at).where(fact.c.name.startswith(prefix, autoescape=True))
    return {row.name: Fact(row.value, row.at) for row in db.execute(query)}


def forget(db: Connection, name: str) -> None:
    """There is no such fact any more."""
    db.execute(delete(fact).where(fact.c.name == name))


def note(db: Connection, name: str, value: str, now: datetime) -> None:
    """Set a fact."""
    row = {"name": name, "value": value, "at": now}
    db.execute(insert_into(db.dialect.name, fact).on_conflict_do_update(index_elements=["name"], set_=row), row)
