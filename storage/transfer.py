"""A whole database from one place to another: every table, in batches, then every row held against its copy."""

import hashlib
import json
from collections.abc import Callable, Generator
from contextlib import closing
from itertools import zip_longest
from typing import Any

from sqlalchemy import Connection, Row, String, Table, func, insert, inspect, select, text

from storage.tables import metadata, unit

_AT_ONCE = 1000


class Different(Exception):
    """A row of the copy is not what it was copied from."""


def is_empty(db: Connection) -> bool:
    """Whether none of our tables has a row there."""
    there = set(inspect(db).get_table_names())
    return not any(
        db.execute(select(text("1")).select_from(table).limit(1)).first()
        for table in metadata.sorted_tables
        if table.name in there
    )


def count(db: Connection) -> int:
    """How many rows there are to copy."""
    return sum(db.scalar(select(func.count()).select_from(table)) or 0 for table in metadata.sorted_tables)


def copy(source: Connection, target: Connection, done: Callable[[int], object]) -> None:
    """Copy every table, those that others refer to first; `done` hears how many rows were written."""
    for table in metadata.sorted_tables:
        # A unit comes after the one above it: its path begins with that one's.
        order = [unit.c.path] if table is unit else list(table.primary_key)
        rows = source.execute(select(table).order_by(*order).execution_options(yield_per=_AT_ONCE))
        for some in rows.mappings().partitions(_AT_ONCE):
            target.execute(insert(table), [dict(row) for row in some])
            done(len(some))
        _go_on(target, table)


def _go_on(target: Connection, table: Table) -> None:
    """The sequence of a table goes on after the highest number that was copied."""
    key = table.autoincrement_column
    if key is not None and target.dialect.name == "postgresql":
        last = select(func.coalesce(func.max(key), 0) + 1).scalar_subquery()
        target.execute(select(func.setval(func.pg_get_serial_sequence(table.name, key.name), last, False)))


def compare(source: Connection, target: Connection, done: Callable[[int], object]) -> str:
    """Hold every row against its copy and return the hash of all; raises Different, naming table and key."""
    whole = hashlib.sha256()
    for table in metadata.sorted_tables:
        with closing(_rows(source, table)) as ones, closing(_rows(target, table)) as others:
            for place, (one, other) in enumerate(zip_longest(ones, others), 1):
                whole.update(_same(table, one, other))
                if place % _AT_ONCE == 0:
                    done(_AT_ONCE)
    return whole.hexdigest()


def _same(table: Table, one: Row[Any] | None, other: Row[Any] | None) -> bytes:
    known = _known(one)
    if known != _known(other):
        found = one if one is not None else other
        key = [found._mapping[column] for column in table.primary_key] if found is not None else []
        raise Different(f"{table.name} {key}")
    return known


def _rows(db: Connection, table: Table) -> Generator[Row[Any], None, None]:
    # Byte by byte, as SQLite sorts: the order of a language would differ.
    by_bytes = db.dialect.name == "postgresql"
    keys = [key.collate("C") if by_bytes and isinstance(key.type, String) else key for key in table.primary_key]
    with db.execute(select(table).order_by(*keys).execution_options(yield_per=_AT_ONCE)) as rows:
        yield from rows


def _known(row: Row[Any] | None) -> bytes:
    """The hash of a row's values."""
    values = [] if row is None else [_plain(value) for value in row]
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode("utf-8", "surrogatepass")).digest()


def _plain(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes | memoryview) else value
