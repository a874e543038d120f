"""What the tables have in common: the naming of keys, instants, ids, paths.

The migrations are written in these words too, so what one of them means never changes.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Integer,
    MetaData,
    String,
    TypeDecorator,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An instant: aware in Python, stored as naive UTC, the same on both databases."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware → naive UTC; a naive value is a bug and raises."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Naive UTC → aware."""
        return None if value is None else value.replace(tzinfo=UTC)


Id = BigInteger().with_variant(Integer, "sqlite")
# Paths are compared byte by byte, so that a subtree is one range of the index on every database.
Path = String(255).with_variant(String(255, collation="C"), "postgresql")


def id_column() -> Column[int]:
    """The primary key that every table with rows of its own has."""
    return Column("id", Id, primary_key=True, autoincrement=True)


def ref(name: str, target: str, **more: Any) -> Column[int]:
    """A column that holds the id of a row of `target`."""
    return Column(name, Id, ForeignKey(f"{target}.id"), **more)


def where(condition: str) -> dict[str, Any]:
    """What makes an index hold only the rows of which this is true."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}
