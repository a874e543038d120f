"""Callbacks that the database could not take: kept in a file until it can, in their order.

WeCom tries three times within seconds and then forgets a message. What is on this file has reached the disk, and so
it may be acknowledged like what is committed.
"""

import contextlib
import errno
import fcntl
import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

from storage.base.vault import Vault

log = logging.getLogger(__name__)
# So many callbacks are kept: some 25 a second for an hour.
MOST = 100_000
# Given up when the disk is full, so that there is room for what is being said just then (bytes).
BALLAST = 4 << 20


class Spool:
    """Sealed callbacks, one a line, in a file that belongs to one process."""

    def __init__(self, folder: Path, vault: Vault) -> None:
        """In this folder; the files of processes that have died are taken over with `adopt`."""
        self._folder = folder
        self._vault = vault
        self._file: BinaryIO | None = None
        self._ballast = folder / "ballast"
        self._path = folder / f"wecom-{token_hex(8)}"
        self.waiting: list[str] = []

    def add(self, text: str) -> None:
        """Return when it is on the disk; raises OSError when it cannot be brought there."""
        if len(self.waiting) >= MOST:
            raise OSError("暂存文件满了")
        try:
            self._write(text)
        except OSError as fault:
            if fault.errno != errno.ENOSPC or not self._ballast.exists():
                raise
            self._ballast.unlink()
            self._write(text)
        self.waiting.append(text)

    def _write(self, text: str) -> None:
        found = self._opened()
        place = found.seek(0, os.SEEK_END)
        try:
            line = self._vault.seal(text) + b"\n"
            if found.write(line) < len(line):
                raise OSError(errno.ENOSPC, "只写下了一半")
            os.fsync(found.fileno())
        except OSError:
            # Half a line would make the next one unreadable.
            found.truncate(place)
            raise

    def done(self) -> None:
        """The first has been committed; the file goes with the last: what is replayed twice is known as a repeat."""
        del self.waiting[0]
        if not self.waiting:
            self._path.unlink(missing_ok=True)
            self.close()
            self._weigh()

    def close(self) -> None:
        """Let go of the file; what is in it waits for the next start."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def adopt(self) -> None:
        """What processes that have ended left behind comes before all of our own; raises OSError: try again later."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._weigh()
        # There was no room for all of it the last time.
        known = set(self.waiting)
        for path in sorted(self._folder.glob("wecom-*")):
            with path.open("rb") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    # Its process lives: perhaps it is our own.
                    continue
                for text in self._lines(path.name, file.read()):
                    if text not in known:
                        self.add(text)
                # While it is locked, so that nobody is writing into it just then.
                path.unlink(missing_ok=True)

    def _weigh(self) -> None:
        """Take the ballast on board, as long as there is room."""
        if not self._ballast.exists():
            try:
                # Zeros would be no weight on a file system that compresses.
                self._ballast.write_bytes(os.urandom(BALLAST))
            except OSError:
                with contextlib.suppress(OSError):
                    self._ballast.unlink()

    def _opened(self) -> BinaryIO:
        if self._file is None:
            self._file = open(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600), "r+b", buffering=0)  # noqa: SIM115, PTH123
            fcntl.flock(self._file, fcntl.LOCK_EX)
            if not self._path.exists():
                # Another process took it for one that was left behind, before it was locked.
                self.close()
                return self._opened()
            folder = os.open(self._folder, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)
        return self._file

    def _lines(self, name: str, content: bytes) -> Iterator[str]:
        for number, line in enumerate(content.splitlines()):
            try:
                yield self._vault.open(line)
            except (LookupError, json.JSONDecodeError):
                log.exception("第 %d 行（%s）打不开", number + 1, name)
