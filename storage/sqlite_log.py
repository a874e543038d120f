"""Whether the -wal of a SQLite database is whole: what its index knows of must stand in it, as it was written."""

import contextlib
import os
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

from storage.database import sqlite_module

# https://www.sqlite.org/walformat.html: the index begins with two copies of its header; the log with one of its own.
_INDEX_HEADER, _LOG_HEADER, _FRAME_HEADER = 48, 32, 24
_SALT_IN_INDEX, _SALT_IN_LOG, _SALT_IN_FRAME, _SALT = 32, 16, 8, 8
# It is looked over in parts, and where a long reader lets it grow a look takes no longer than milliseconds.
_PART, _PARTS_A_LOOK = 1 << 20, 8


@dataclass(frozen=True, slots=True)
class _Index:
    salt: bytes
    page: int
    frames: int


class SqliteLog:
    """Of the database at `path`. SQLite itself looks at its log only when it opens one."""

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()
        self._log = path.with_name(f"{path.name}-wal")
        self._index = path.with_name(f"{path.name}-shm")
        # Never closed: that would end the locks of SQLite, which are on this file.
        self._handle = -1
        self._seen: _Index | None = None
        # Of each part that was written since it began with this salt: (its length, its checksum), by their last look.
        self._sums: dict[int, tuple[int, int]] = {}
        self._salt = b""

    def has_lost(self, same_boot: bool) -> bool:
        """
        Before anybody opens it: whether less can be read of it than a killed process had flushed, as its index says.

        SQLite reads up to the first frame that is not as it was written, and takes that for the end. After a power cut
        the index may be that of an earlier log: about another log, or none, only that of this boot counts.
        """
        before = self._left_behind()
        if before is None or not before.frames:
            return False
        with contextlib.suppress(sqlite_module().Error):
            # One that only reads neither empties nor removes the log when it is closed: it stays for whoever looks.
            with contextlib.closing(sqlite_module().connect(f"{self._path.as_uri()}?mode=ro", uri=True)) as db:
                db.execute("SELECT 1 FROM sqlite_master").fetchone()
                found = self._left_behind()
            if found is None:
                return False
            return found.frames < before.frames if found.salt == before.salt else same_boot and not found.frames
        return False

    def is_torn(self) -> bool:
        """Whether somebody has cut it or written over it: what is committed from now on may not be read again."""
        if self._handle < 0 and self._index.exists():
            self._handle = os.open(self._index, os.O_RDONLY)
        known = self._known()
        if known is None:
            return False
        before = self._seen.frames if self._seen and self._seen.salt == known.salt else known.frames
        whole = not known.frames or self._is_whole(known, min(before, known.frames))
        # While we read it a checkpoint may have begun it anew.
        if whole or (now := self._known()) is None or now.salt != known.salt:
            self._seen = known
            return False
        return True

    def _known(self) -> _Index | None:
        """What the index says; None where there is none, or while it is being written."""
        return _index(os.pread(self._handle, 2 * _INDEX_HEADER, 0) if self._handle >= 0 else b"")

    def _left_behind(self) -> _Index | None:
        return _index(self._index.read_bytes()[: 2 * _INDEX_HEADER]) if self._index.exists() else None

    def _is_whole(self, known: _Index, before: int) -> bool:
        """The beginning, and every frame since the last look: what was cut and written on has a hole."""
        with contextlib.suppress(OSError), self._log.open("rb", buffering=0) as opened:
            if _salt(opened.fileno(), _SALT_IN_LOG) != known.salt:
                return False
            frame = _FRAME_HEADER + known.page
            if not self._is_as_before(opened.fileno(), known, _LOG_HEADER + known.frames * frame):
                return False
            places = (_LOG_HEADER + (number - 1) * frame for number in range(max(before, 1), known.frames + 1))
            each = (_salt(opened.fileno(), place + _SALT_IN_FRAME) for place in places)
            long = os.fstat(opened.fileno()).st_size >= _LOG_HEADER + known.frames * frame
            return long and all(salt == known.salt for salt in each)
        # That it is not there is noticed by its name.
        return True

    def _is_as_before(self, handle: int, known: _Index, end: int) -> bool:
        """What was committed never changes until the log begins anew, with another salt."""
        if self._salt != known.salt:
            self._sums, self._salt = {}, known.salt
        for part in list(self._sums)[:_PARTS_A_LOOK]:
            length, checksum = self._sums.pop(part)
            if zlib.crc32(os.pread(handle, length, part * _PART)) != checksum:
                return False
            self._sums[part] = length, checksum
        last = max(self._sums, default=0)
        for part in range(last, (end - 1) // _PART + 1):
            length = min(_PART, end - part * _PART)
            if self._sums.get(part, (0, 0))[0] < length:
                self._sums[part] = length, zlib.crc32(os.pread(handle, length, part * _PART))
        return True


def _salt(handle: int, at: int) -> bytes:
    return os.pread(handle, _SALT, at)


def _index(read: bytes) -> _Index | None:
    """What it says; None where there is none, or while it is being written."""
    header = read[:_INDEX_HEADER]
    if len(read) < 2 * _INDEX_HEADER or header != read[_INDEX_HEADER:]:
        return None
    page, frames = struct.unpack_from("=HI", header, 14)
    return _Index(header[_SALT_IN_INDEX : _SALT_IN_INDEX + _SALT], 1 << 16 if page == 1 else page, frames)
