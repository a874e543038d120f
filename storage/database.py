"""One writing and several reading connections to SQLite or PostgreSQL."""

import importlib
import secrets
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.engine import URL

from storage import audit


def sqlite_module() -> ModuleType:
    """The SQLite driver: pysqlite3 where a wheel exists, since it carries a SQLite without the WAL-reset bug."""
    try:
        return importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        return sqlite3


@dataclass(frozen=True, slots=True)
class Database:
    """`write` has one connection, used by the writer thread alone; `read` cannot write."""

    write: Engine
    read: Engine

    def close(self) -> None:
        """Return all connections."""
        self.write.dispose()
        self.read.dispose()


# hide_parameters below: an error's text goes to the log, and the parameters are what people wrote.
def open_database(url: str) -> Database:
    """Open `url` (SQLAlchemy form, e.g. `sqlite:///data/bot.db`, `postgresql://…`); makes a SQLite file's folder."""
    parsed = make_url(url)
    database = _open_sqlite(parsed) if parsed.get_backend_name() == "sqlite" else _open_postgresql(parsed)
    # One chain of the audit log a writer; whatever commits here has its rows.
    chain = secrets.token_hex(8)
    event.listen(database.write, "begin", audit.begin)
    event.listen(database.write, "commit", lambda db: audit.write(db, chain))
    return database


def _open_postgresql(url: URL) -> Database:
    url = url.set(drivername="postgresql+psycopg")
    common: dict[str, Any] = {"pool_pre_ping": True, "connect_args": {"connect_timeout": 5}, "hide_parameters": True}
    write = create_engine(url, pool_size=1, max_overflow=0, **common)
    return Database(write, create_engine(url, pool_size=4, execution_options=_READ_ONLY, **common))


_READ_ONLY = {"postgresql_readonly": True}


def _open_sqlite(url: URL) -> Database:
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    module = sqlite_module()
    write = create_engine(url, module=module, pool_size=1, max_overflow=0, hide_parameters=True)
    read = create_engine(url, module=module, pool_size=4, hide_parameters=True)
    event.listen(write, "connect", _pragmas_for_writing)
    event.listen(write, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    event.listen(read, "connect", _pragmas_for_reading)
    event.listen(read, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return Database(write, read)


def _pragmas_for_writing(connection: Any, _record: object) -> None:
    # The driver must not begin transactions by itself: it would begin deferred ones.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute(f"PRAGMA journal_size_limit={64 << 20}")


def _pragmas_for_reading(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in ("busy_timeout=10000", "query_only=ON"):
        connection.execute(f"PRAGMA {pragma}")
