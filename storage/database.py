"""One writing and several reading connections to SQLite or PostgreSQL."""

import contextlib
import importlib
import secrets
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.pool import ConnectionPoolEntry

from storage.audit import audit


def sqlite_module() -> ModuleType:
    """The SQLite driver: pysqlite3 where a wheel exists, since it carries a SQLite without the WAL-reset bug."""
    try:
        return importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        return sqlite3


# Classes of SQLSTATE that say: not now (connection, transaction rolled back, no room, operator, system).
_OF_THE_MOMENT = frozenset({"08", "40", "53", "57", "58"})
_LOCKED = "55P03"
# Rolled back for the sake of another process; the server is being started anew.
_AT_ONCE = ("40", "57P01")
# SQLite's code for a mistake in the statement; its other operational errors pass.
_MISTAKE = 1
# SQLITE_CORRUPT and _NOTADB: nothing is wrong with what was to be written.
_DAMAGED = (11, 26)
# SQLITE_IOERR_FSYNC and _DIR_FSYNC.
_NOT_FLUSHED = (1034, 1290)


def passes(error: BaseException) -> bool:
    """Whether nothing is wrong with what was to be written (full disk, deadlock, cut connection, a damaged file): the
    same may succeed later, or when somebody has put it right.
    """
    orig = getattr(error, "orig", None) or error
    if getattr(error, "connection_invalidated", False):
        return True
    if hasattr(orig, "sqlstate"):
        state = orig.sqlstate or ""
        # The client's own errors have no state: the connection broke, or none could be had.
        lost = not state and type(orig).__name__ in ("OperationalError", "InterfaceError")
        return lost or state[:2] in _OF_THE_MOMENT or state == _LOCKED
    code = getattr(orig, "sqlite_errorcode", 0)
    if type(orig).__name__ == "DatabaseError":
        return code & 0xFF in _DAMAGED
    return type(orig).__name__ == "OperationalError" and code != _MISTAKE


def flush_failed(error: BaseException) -> bool:
    """Whether SQLite could not bring a file to the disk: nobody can tell any more what is there, and a new flush that
    succeeds would mean nothing (https://wiki.postgresql.org/wiki/Fsync_Errors).
    """
    return getattr(getattr(error, "orig", None) or error, "sqlite_errorcode", 0) in _NOT_FLUSHED


def is_worth_another_try(error: BaseException | None) -> bool:
    """Whether to try again at once: rolled back for the sake of another process, or the connection had been cut."""
    if error is None:
        return False
    state = getattr(getattr(error, "orig", None) or error, "sqlstate", None) or ""
    # Of the driver's own errors, not yet SQLAlchemy's, those without a state: the connection broke under a savepoint.
    cut = getattr(error, "connection_invalidated", False) or (hasattr(error, "sqlstate") and not state)
    return cut or state.startswith(_AT_ONCE) or is_worth_another_try(error.__cause__)


# How long a statement waits for another process, in milliseconds; and one that may be tried again at any time.
_PATIENCE, _SHORT_PATIENCE = 10_000, 100
_FORGET = "forget-pages"


@dataclass(frozen=True, slots=True)
class Database:
    """`write` has one connection, used by the writer thread alone, whose audit rows make up `chain`; `read` cannot."""

    write: Engine
    read: Engine
    chain: str

    def close(self) -> None:
        """Close all connections; one that a thread still reads by is closed when it is given back."""
        for engine in (self.write, self.read):
            event.listen(engine.pool, "checkin", _close)
            engine.dispose()


def _close(_connection: object, entry: ConnectionPoolEntry) -> None:
    entry.close()


def file_of(url: str) -> Path | None:
    """The file of a SQLite database; None: it is on a server."""
    kind, _, path = url.partition(":///")
    return Path(path) if kind == "sqlite" else None


def is_to_come(url: str) -> bool:
    """Whether this is the file of a database that the first start has yet to make."""
    file = file_of(url)
    return file is not None and not file.exists()


# hide_parameters below: an error's text goes to the log, and the parameters are what people wrote.
def open_database(url: str) -> Database:
    """Open `url` (SQLAlchemy form, e.g. `sqlite:///data/bot.db`, `postgresql://…`); makes a SQLite file's folder."""
    parsed = make_url(url)
    write, read = _open_sqlite(parsed) if parsed.get_backend_name() == "sqlite" else _open_postgresql(parsed)
    # One chain of the audit log a writer; whatever commits here has its rows.
    chain = secrets.token_hex(8)
    event.listen(write, "begin", audit.begin)
    event.listen(write, "commit", lambda db: audit.write(db, chain))
    return Database(write, read, chain)


def _open_postgresql(url: URL) -> tuple[Engine, Engine]:
    url = url.set(drivername="postgresql+psycopg")
    # A server that is gone without a word is noticed in half a minute.
    alive = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 30_000}
    connect = {"connect_timeout": 5, **alive}
    common: dict[str, Any] = {"pool_pre_ping": True, "connect_args": connect, "hide_parameters": True}
    write = create_engine(url, pool_size=1, max_overflow=0, **common)
    return write, create_engine(url, pool_size=4, execution_options=_READ_ONLY, **common)


_READ_ONLY = {"postgresql_readonly": True}


def _open_sqlite(url: URL) -> tuple[Engine, Engine]:
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    module = sqlite_module()
    write = create_engine(url, module=module, pool_size=1, max_overflow=0, hide_parameters=True)
    event.listen(write, "checkin", _empty_wal)
    read = create_engine(url, module=module, pool_size=4, hide_parameters=True)
    event.listen(write, "connect", _pragmas_for_writing)
    event.listen(write, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    event.listen(read, "connect", _pragmas_for_reading)
    event.listen(read, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return write, read


def _pragmas_for_writing(connection: Any, _record: object) -> None:
    # The driver must not begin transactions by itself: it would begin deferred ones.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={_PATIENCE}", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    # What is deleted or overwritten is gone from the file, not only from the tables.
    connection.execute("PRAGMA secure_delete=ON")
    connection.execute(f"PRAGMA journal_size_limit={64 << 20}")


def forget_pages(db: Connection) -> None:
    """After this transaction the write-ahead log is emptied: it holds the pages as they were before."""
    db.info[_FORGET] = True


def learn_sizes(db: Connection) -> None:
    """
    SQLite chooses its indexes by what it is told of the units, of which a province has 128,000: once a night, and when
    many came at once. Without that a province's digest takes six times as long. PostgreSQL finds out by itself.
    """
    if db.dialect.name == "sqlite":
        # Only when the schema changes do the other connections look anew.
        db.exec_driver_sql("DROP TABLE IF EXISTS sqlite_stat1")
        db.exec_driver_sql("ANALYZE unit")


def _empty_wal(connection: Any, entry: ConnectionPoolEntry) -> None:
    if connection is not None and entry.info.get(_FORGET):
        # Not while somebody still reads what was, or the disk is full: then after one of the next transactions. Raised
        # here it would keep the only connection from the pool for good.
        with contextlib.suppress(sqlite_module().Error):
            connection.execute(f"PRAGMA busy_timeout={_SHORT_PATIENCE}")
            entry.info[_FORGET] = bool(connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])
            connection.execute(f"PRAGMA busy_timeout={_PATIENCE}")


def _pragmas_for_reading(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in (f"busy_timeout={_PATIENCE}", "query_only=ON"):
        connection.execute(f"PRAGMA {pragma}")
