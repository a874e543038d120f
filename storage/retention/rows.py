"""The oldest rows of a table, some at a time."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, select


def oldest(db: Connection, query: Select[Any], id: ColumnElement[int], most: int) -> list[int]:
    """The first `most` ids that the query finds."""
    return list(db.scalars(query.order_by(id).limit(most)))


def delete_oldest(db: Connection, table: Any, condition: ColumnElement[bool], most: int) -> int:
    """Of the oldest rows by number: those further on are younger, and need not be looked at every night."""
    oldest = select(table.c.id).order_by(table.c.id).limit(most).subquery()
    ids = list(db.scalars(select(table.c.id).where(table.c.id.in_(select(oldest.c.id)), condition)))
    return db.execute(delete(table).where(table.c.id.in_(ids))).rowcount if ids else 0
