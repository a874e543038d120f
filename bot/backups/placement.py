"""Puts the parts of a backup in their places, and reads what was there before; that is moved, never deleted."""

import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.backups.installation import Installation
from bot.commands import CommandError
from bot.jobs import clock_guard, database_file
from storage import snapshot, transfer
from storage.base import key_values
from storage.database import open_database
from storage.messages import inbox
from storage.migrate import migrate


@dataclass(frozen=True, slots=True)
class Before:
    """What is known of the database that was replaced: how long the bot worked on it, who was heard since the backup.

    Empty and None: nothing, since it is not there or cannot be read.
    """

    worked_until: datetime | None = None
    heard: list[inbox.Heard] | None = None


def put_beside(of: Installation, folder: Path, stamp: str) -> None:
    """Put what lies beside the database in its place; what it replaces is moved, never deleted."""
    for name, place in of.beside.items():
        if (given := folder / name).is_dir():
            shutil.copytree(given, place, dirs_exist_ok=True)
        elif given.exists():
            _replace(given, place, stamp)
    if not (folder / "audit.heads").exists():
        # They run ahead of the log of then; the bot begins new ones.
        of.beside["audit.heads"].unlink(missing_ok=True)
    for name, place in of.secret.items():
        # What the operator has written is newer than what was written then.
        wanted = not of.settings.name_key if name == "name.key" else not place.exists()
        if wanted and (folder / name).exists():
            _replace(folder / name, place, stamp)


def put_database(of: Installation, given: Path, stamp: str) -> Path | None:
    """Put the settled database in its place, whole or not at all; where the file of before is now."""
    if of.file is None:
        _copy_to_server(of.url, given)
        return None
    of.file.parent.mkdir(parents=True, exist_ok=True)
    old = of.file.with_name(f"{of.file.name}.replaced-{stamp}")
    for ending in ("-wal", "-shm", database_file.TORN):
        if (beside := of.file.with_name(of.file.name + ending)).exists():
            beside.replace(f"{old}{ending}")
    return _replace(given, of.file, stamp)


def _replace(given: Path, place: Path, stamp: str) -> Path | None:
    half = place.with_name(f"{place.name}.half")
    shutil.copyfile(given, half)
    with half.open("rb") as written:
        os.fsync(written.fileno())
    old = place.replace(place.with_name(f"{place.name}.replaced-{stamp}")) if place.exists() else None
    half.replace(place)
    return old


def _copy_to_server(url: str, given: Path) -> None:
    source, target = open_database(f"sqlite:///{given}"), open_database(url)
    try:
        migrate(target.write)
        snapshot.put(source, target)
    finally:
        source.close()
        target.close()


def check_room(of: Installation) -> None:
    """A database on a server must be empty; raises CommandError."""
    if of.file is None:
        target = open_database(of.url)
        try:
            with target.read.connect() as db:
                if not transfer.is_empty(db):
                    raise CommandError("那个数据库里有数据，什么也没有改。请先建一个空的数据库，写在 DATABASE_URL 里。")
        finally:
            target.close()


def look_back(old: Path | None, db: Connection) -> Before:
    """What the replaced file tells."""
    if old is None or not old.exists():
        return Before()
    opened = open_database(f"sqlite:///{old}")
    try:
        with opened.read.connect() as before:
            clock = key_values.get(before, clock_guard.LAST)
            return Before(clock.at if clock else None, inbox.heard_after(before, inbox.last(db)))
    except SQLAlchemyError:
        return Before()
    finally:
        opened.close()
