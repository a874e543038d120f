"""Whether the -wal of an open SQLite database is whole: what its index knows of must stand in it."""

import contextlib
import os
import struct
from dataclasses import dataclass
from pathlib import Path

# https://www.sqlite.org/walformat.html: the index begins with two copies of its header; the log with one of its own.
_INDEX_HEADER, _LOG_HEADER, _FRAME_HEADER = 48, 32, 24
_SALT_IN_INDEX, _SALT_IN_LOG, _SALT_IN_FRAME, _SALT = 32, 16, 8, 8


@dataclass(frozen=True, slots=True)
class _Index:
    salt: bytes
    page: int
    frames: int


class SqliteLog:
    """Of the database at `path`. SQLite itself looks at its log only when it opens one."""

    def __init__(self, path: Path) -> None:
        self._log = path.with_name(f"{path.name}-wal")
        self._index = path.with_name(f"{path.name}-shm")
        # Never closed: that would end the locks of SQLite, which are on this file.
        self._handle = -1
        self._seen: _Index | None = None

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
        read = os.pread(self._handle, 2 * _INDEX_HEADER, 0) if self._handle >= 0 else b""
        header = read[:_INDEX_HEADER]
        if len(read) < 2 * _INDEX_HEADER or header != read[_INDEX_HEADER:]:
            return None
        page, frames = struct.unpack_from("=HI", header, 14)
        return _Index(header[_SALT_IN_INDEX : _SALT_IN_INDEX + _SALT], 1 << 16 if page == 1 else page, frames)

    def _is_whole(self, known: _Index, before: int) -> bool:
        """The beginning, and every frame since the last look: what was cut and written on has a hole."""
        with contextlib.suppress(OSError), self._log.open("rb", buffering=0) as opened:
            if _salt(opened.fileno(), _SALT_IN_LOG) != known.salt:
                return False
            frame = _FRAME_HEADER + known.page
            places = (_LOG_HEADER + (number - 1) * frame for number in range(max(before, 1), known.frames + 1))
            each = (_salt(opened.fileno(), place + _SALT_IN_FRAME) for place in places)
            long = os.fstat(opened.fileno()).st_size >= _LOG_HEADER + known.frames * frame
            return long and all(salt == known.salt for salt in each)
        # That it is not there is noticed by its name.
        return True


def _salt(handle: int, at: int) -> bytes:
    return os.pread(handle, _SALT, at)
