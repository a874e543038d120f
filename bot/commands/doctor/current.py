"""The real database, opened for reading as long as it is there and of this version."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.settings import Settings
from storage import migrate
from storage.database import is_to_come, open_database


@contextmanager
def current(settings: Settings) -> Iterator[Connection | None]:
    """A connection; None before the first start, before the upgrade, and where it does not open: that was said."""
    if is_to_come(settings.real_database):
        yield None
        return
    database = open_database(settings.real_database)
    try:
        try:
            known = migrate.revision(database.read) == migrate.HEAD
        except SQLAlchemyError:
            known = False
        if not known:
            yield None
            return
        with database.read.connect() as db:
            yield db
    finally:
        database.close()
