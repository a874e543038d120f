"""Brings a database up to date; one SELECT of the revision decides whether there is anything to do."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from storage.base import triggers
from storage.database import forget_pages

FOLDER = Path(__file__).parent / "migrations"
# The newest migration; a test holds it against the files.
HEAD = "0047"
# From here on SQLite overwrites what it deletes.
_SECURE_SINCE = "0015"
_LOCK = 0x636F756E  # "coun": the number of the advisory lock under which PostgreSQL is migrated.


def revision(engine: Engine) -> str | None:
    """The revision a database has; None for an empty one."""
    with engine.connect() as db:
        return revision_seen_by(db)


def revision_seen_by(db: Connection) -> str | None:
    """The same by a connection that is open."""
    if not inspect(db).has_table("alembic_version"):
        return None
    found: str | None = db.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def migrate(engine: Engine, then: Callable[[Connection], None] | None = None) -> bool:
    """
    Run what is missing, in one transaction; False when the database was up to date.

    `then` does in the same transaction what takes more than the tables: the keys.
    """
    found = revision(engine)
    if found == HEAD:
        return False
    # Alembic costs 60 ms to import: only when there is work for it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as db:
        if sqlite:
            # No effect inside a transaction, so before it: tables may be made again with rows in them.
            db.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        with db.begin():
            if not sqlite:
                db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            config.attributes["connection"] = db
            command.upgrade(config, "head")
            # A table that a migration made again has lost its triggers.
            triggers.make(db)
            if then:
                then(db)
        if sqlite:
            db.connection.dbapi_connection.execute("PRAGMA foreign_keys=ON")  # type: ignore[union-attr]
            if found and found < _SECURE_SINCE:
                # What was deleted before is still in its free pages: the file is written anew, once.
                db.connection.dbapi_connection.execute("VACUUM")  # type: ignore[union-attr]
                forget_pages(db)
    return True
