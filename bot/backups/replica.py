"""A database file by itself, as Litestream brings it back: restored as a backup is, so that nobody hears twice."""

import json
import shutil
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from bot.backups import verification
from bot.commands import CommandError
from bot.jobs import clock_guard
from storage import migrate, transfer
from storage.base import key_values
from storage.database import open_database

_HEAD = b"SQLite format 3\0"


def is_bare(place: Path) -> bool:
    """Whether the file is a database and no backup."""
    with place.open("rb") as file:
        return file.read(len(_HEAD)) == _HEAD


def wrap(place: Path, folder: Path) -> None:
    """Lay it into the folder as if it came out of a backup, made when its bot was last seen at work."""
    for ending in ("", "-wal"):
        if (given := place.with_name(place.name + ending)).exists():
            shutil.copyfile(given, folder / f"bot.db{ending}")
    with closing(open_database(f"sqlite:///{folder / 'bot.db'}")) as database, database.read.connect() as db:
        revision = migrate.revision(database.read) or ""
        if not revision:
            raise CommandError(f"{place} 是别的程序的数据库，不是机器人的。请写机器人的备份，或它的 bot.db。")
        current = revision == migrate.HEAD
        seen = key_values.get(db, clock_guard.LAST) if current else None
        made = seen.at if seen else datetime.fromtimestamp(place.stat().st_mtime, UTC)
        facts = {"made": made.isoformat(), "revision": revision, "rows": transfer.count(db) if current else 0}
    said = {**facts, "sha256": verification.digest(folder / "bot.db"), "bare": True}
    (folder / "manifest.json").write_text(json.dumps(said))
