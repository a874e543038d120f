"""Small values of the installation, each kept under a key."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zlib import crc32

from sqlalchemy import Connection, delete, func, select

from storage.base.upsert import insert_into
from storage.tables import fact


@dataclass(frozen=True, slots=True)
class Value:
    """A value and when it was kept."""

    value: str
    at: datetime


def get(db: Connection, key: str) -> Value | None:
    """The value under this key."""
    row = db.execute(select(fact.c.value, fact.c.at).where(fact.c.name == key)).first()
    return None if row is None else Value(*row)


def several(db: Connection, keys: Iterable[str]) -> dict[str, str]:
    """The values under those of these keys under which there is one."""
    rows = db.execute(select(fact.c.name, fact.c.value).where(fact.c.name.in_(list(keys))))
    return {name: value for name, value in rows}


def with_prefix(db: Connection, prefix: str) -> dict[str, Value]:
    """The values whose keys begin so, by key."""
    query = select(fact.c.name, fact.c.value, fact.c.at).where(fact.c.name.startswith(prefix, autoescape=True))
    return {row.name: Value(row.value, row.at) for row in db.execute(query)}


def alone(db: Connection, key: str) -> bool:
    """Whether this transaction may see to what stands under this key, alone until it ends; on SQLite it always may."""
    if db.dialect.name != "postgresql":
        return True
    return bool(db.scalar(select(func.pg_try_advisory_xact_lock(crc32(key.encode())))))


def remove(db: Connection, key: str) -> None:
    """Forget what stands under this key."""
    db.execute(delete(fact).where(fact.c.name == key))


def put(db: Connection, key: str, value: str, now: datetime) -> None:
    """Keep a value under this key, in place of what stood there."""
    row = {"name": key, "value": value, "at": now}
    db.execute(insert_into(db.dialect.name, fact).on_conflict_do_update(index_elements=["name"], set_=row), row)
