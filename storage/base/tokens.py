"""Access tokens of platforms, sealed; one row an app, for all processes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from storage.base.upsert import insert_into
from storage.tables import access_token


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept token: sealed, good until, fetched at (both by the true time)."""

    sealed: bytes
    until: datetime
    at: datetime


def get(db: Connection, name: str) -> Kept | None:
    """The token of the app with this name."""
    query = select(access_token.c.sealed, access_token.c.until, access_token.c.at).where(access_token.c.name == name)
    row = db.execute(query).first()
    return None if row is None else Kept(*row)


def put(db: Connection, name: str, sealed: bytes, until: datetime, at: datetime) -> None:
    """Keep a token in the place of the one before."""
    row = {"name": name, "sealed": sealed, "until": until, "at": at}
    db.execute(insert_into(db.dialect.name, access_token).on_conflict_do_update(index_elements=["name"], set_=row), row)
