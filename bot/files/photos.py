"""Photos on the disk that no row knows go."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from storage.messages import files

FOLDERS = 256
FOLDERS_A_STEP = 16
# A photo is written before its row says so: younger ones are left alone.
NEW = timedelta(days=1)


def sweep(db: Connection, root: Path, first: int, real: datetime) -> tuple[int, int]:
    """(how many photos of the folders from number `first` on went, where to go on; 0 when all were looked at)."""
    if first >= FOLDERS or not root.is_dir():
        return 0, 0
    gone = 0
    for number in range(first, first + FOLDERS_A_STEP):
        folder = root / f"{number:02x}"
        names = [each.name for each in folder.iterdir()] if folder.is_dir() else []
        gone += _delete_unknown(db, folder, names, real - NEW)
    return gone, first + FOLDERS_A_STEP


def _delete_unknown(db: Connection, folder: Path, names: Sequence[str], newest: datetime) -> int:
    unknown = set(names) - files.known(db, names)
    gone = [folder / name for name in unknown if (folder / name).stat().st_mtime < newest.timestamp()]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)
