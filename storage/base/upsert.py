"""INSERT … ON CONFLICT, which both databases have and SQLAlchemy keeps in two places."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, insert
from sqlalchemy.dialects import postgresql, sqlite


def insert_into(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """The INSERT of this dialect (`db.dialect.name`), with `on_conflict_…`."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def add_one(db: Connection, table: Table, **values: Any) -> int:
    """Insert a row and return its id."""
    return int(db.scalar(insert(table).returning(table.c.id), values))


def add_new(db: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows that break no unique key; the others stay as they are."""
    if rows:
        db.execute(insert_into(db.dialect.name, table).on_conflict_do_nothing(), list(rows))
