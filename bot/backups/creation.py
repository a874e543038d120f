"""Makes a backup while the bot runs, and checks it before anybody relies on it."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from bot.backups import archive, verification
from bot.backups.installation import Installation
from bot.commands import CommandError
from bot.commands.doctor.line import FAIL, Line
from storage import migrate, snapshot, transfer
from storage.database import open_database

# Beside the data: what lies there in the clear for some seconds lies there in the clear anyway.
_PREFIX = "backup-"
_LONGEST = timedelta(days=1)


@contextmanager
def room(folder: Path) -> Iterator[Path]:
    """A folder for what is in a backup, gone afterwards; raises CommandError when there is no room for it."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=folder) as place:
        yield Path(place)


def make(of: Installation, place: Path, now: datetime) -> list[Line]:
    """Write the backup to `place`, if what is in it can be restored; what was found when that was tried."""
    _sweep(of.settings.data_dir, now)
    with room(of.settings.data_dir) as folder:
        tar = folder / "tar"
        _collect(of, folder, tar, now)
        with room(of.settings.data_dir) as tried:
            archive.unpack(tar, tried, "")
            found = list(verification.lines(of, tried))
        if not any(level == FAIL for level, _, _ in found):
            archive.seal(tar, place, of.settings.backup_key)
        return found


def _sweep(folder: Path, now: datetime) -> None:
    """What a backup that was killed has left behind."""
    for left in folder.glob(f"{_PREFIX}*/"):
        if left.stat().st_mtime < (now - _LONGEST).timestamp():
            shutil.rmtree(left, ignore_errors=True)


def _collect(of: Installation, folder: Path, tar: Path, now: datetime) -> None:
    # Before the database: what it says of the audit log may lag behind that, never run ahead.
    if (heads := of.beside["audit.heads"]).exists():
        shutil.copy(heads, folder / "audit.heads")
    database = open_database(of.url)
    try:
        revision = migrate.revision(database.read)
        if revision != migrate.HEAD:
            raise CommandError(f"数据库的版本是 {revision or '空'}，程序的是 {migrate.HEAD}：请用原来的程序备份。")
        snapshot.take(database, folder / "bot.db")
    finally:
        database.close()
    facts = {"made": now.isoformat(), "revision": revision, "sha256": verification.digest(folder / "bot.db")}
    (folder / "manifest.json").write_text(
        json.dumps({**facts, "rows": _rows(folder / "bot.db"), **of.described()}, ensure_ascii=False, indent=1)
    )
    parts = {"bot.db": folder / "bot.db", **of.beside, "audit.heads": folder / "audit.heads"}
    if of.settings.backup_key:
        parts |= of.secret
    # Last: what is cut short has none.
    archive.pack([*parts.items(), ("manifest.json", folder / "manifest.json")], tar)


def _rows(file: Path) -> int:
    """How many rows there are in all tables of a snapshot."""
    opened = open_database(f"sqlite:///{file}")
    try:
        with opened.read.connect() as db:
            return transfer.count(db)
    finally:
        opened.close()
