"""A savepoint within a transaction, and whether the transaction still stands after it failed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from storage.database import passes


class TransactionGone(Exception):
    """The transaction ended beneath us (full disk, deadlock, lost connection): nothing of it counts."""


@contextmanager
def savepoint(db: Connection) -> Iterator[None]:
    """What is written inside is written whole or not at all; raises TransactionGone when there is no going back."""
    # By the driver itself: SQLAlchemy's bookkeeping for a savepoint costs more than a check-in's INSERT.
    driver: Any = db.connection.dbapi_connection
    driver.execute("SAVEPOINT message")
    try:
        yield
        driver.execute("RELEASE SAVEPOINT message")
    except Exception as error:
        _undo(db, driver, error)
        raise


def _undo(db: Connection, driver: Any, error: Exception) -> None:
    try:
        driver.execute("ROLLBACK TO SAVEPOINT message")
        driver.execute("RELEASE SAVEPOINT message")
    except Exception as also:
        raise TransactionGone from also
    # What passes comes again and is no failure.
    if not _stands(db) or passes(error):
        raise TransactionGone from error


def _stands(db: Connection) -> bool:
    driver = db.connection.dbapi_connection
    if driver is None or db.invalidated:
        return False
    if db.dialect.name == "sqlite":
        return bool(driver.in_transaction)
    return bool(driver.info.transaction_status.name == "INTRANS")
