"""Changes of the catalogue by chat: shown, then live or dropped; each that went live is a version, kept for good."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from storage.tables import catalogue_version

SHOWN, LIVE, DROPPED = "shown", "live", "dropped"


@dataclass(frozen=True, slots=True)
class Version:
    """A change: `rows` are tables as TOML has them, `seen` marks the catalogue that it was compared with."""

    id: int
    person_id: int
    state: str
    rows: list[dict[str, Any]]
    seen: str
    made_at: datetime


_SELECT = select(*(catalogue_version.c[name] for name in Version.__slots__))


def show(db: Connection, person_id: int, rows: list[dict[str, Any]], seen: str, now: datetime) -> int:
    """Keep a change until its sender agrees; returns its number."""
    values = {"person_id": person_id, "state": SHOWN, "rows": rows, "seen": seen, "made_at": now}
    made = db.execute(insert(catalogue_version).values(**values))
    assert made.inserted_primary_key is not None
    return int(made.inserted_primary_key[0])


def find(db: Connection, number: int) -> Version | None:
    """The change with this number."""
    row = db.execute(_SELECT.where(catalogue_version.c.id == number)).first()
    return None if row is None else Version(*row)


def settle(db: Connection, number: int, state: str) -> None:
    """It is live, or dropped."""
    db.execute(update(catalogue_version).where(catalogue_version.c.id == number).values(state=state))


def live(db: Connection) -> tuple[int, datetime | None]:
    """(how many changes have gone live, when the newest of them was made)."""
    counted = select(func.count(), func.max(catalogue_version.c.made_at)).where(catalogue_version.c.state == LIVE)
    count, newest = db.execute(counted).one()
    return count, newest
