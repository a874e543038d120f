"""A whole database as one SQLite file, as it is at one instant, while others go on writing."""

from contextlib import closing
from pathlib import Path

from storage import transfer
from storage.database import Database, open_database, sqlite_module
from storage.migrate import migrate


def take(database: Database, place: Path) -> None:
    """Write the snapshot to `place`, where nothing is yet; raises copying.Different.

    Of a server every row is copied and compared, in one transaction that sees one instant: what comes of it is read
    without a server, and no program beside ours has to fit the server's version, as pg_dump has.
    """
    if database.read.dialect.name == "sqlite":
        with closing(sqlite_module().connect(place)) as copy, database.read.connect() as db:
            # In one step: in several it begins anew with every write in between, and never ends.
            db.connection.dbapi_connection.backup(copy)  # type: ignore[union-attr]
            # One file: what is read of it later makes no others beside it.
            copy.execute("PRAGMA journal_mode=DELETE")
            # By which a running bot knows its own file (bot/jobs/database_file.py).
            copy.execute("PRAGMA user_version=0")
        return
    snapshot = open_database(f"sqlite:///{place}")
    migrate(snapshot.write)
    instant = database.read.execution_options(isolation_level="REPEATABLE READ")
    with instant.connect() as source:
        with snapshot.write.begin() as target:
            transfer.copy(source, target, int)
        with snapshot.read.connect() as target:
            transfer.compare(source, target, int)
    with snapshot.write.connect() as db:
        db.connection.dbapi_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
    snapshot.close()


def put(snapshot: Database, target: Database) -> None:
    """Copy a snapshot into an empty, migrated database on a server; raises copying.Different, and nothing is there."""
    with snapshot.read.connect() as source, target.write.begin() as db:
        transfer.copy(source, db, int)
        transfer.compare(source, db, int)
