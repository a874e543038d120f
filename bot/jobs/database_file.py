"""The SQLite file under the running bot: of one bot alone, there, and the one that it opened."""

import asyncio
import contextlib
import os
import secrets
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, make_url
from sqlalchemy.exc import DBAPIError

from bot.clock import this_boot
from storage.database import sqlite_module
from storage.sqlite_log import SqliteLog

SECONDS = 2
# One that could be saved from a file that was deleted while the bot ran; what says that one is not whole.
_SAVED, TORN = "saved", ".torn"
# Where SQLite has its user version: https://www.sqlite.org/fileformat2.html#user_version_number
_VERSION_AT, _VERSION_LENGTH = 60, 4


class NotOurs(Exception):
    """The file is not (any more) ours to write to; in one sentence for the operator."""


class DatabaseFile:
    """Of the database at `url`; of one on a server there is nothing to look at."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        sqlite = parsed.get_backend_name() == "sqlite" and parsed.database
        # Where a link leads to is where SQLite has its log, and whoever comes by another way meets the same lock.
        self._path = Path(str(parsed.database)).resolve() if sqlite else None
        self._lock = -1
        # Whether the machine has not been started anew since a bot last had it.
        self._same_boot = False
        self._known: dict[Path, tuple[int, int]] = {}
        self._handle = -1
        self._mark = b""
        self._log = SqliteLog(self._path) if self._path else None
        self._overwritten = self._torn = False
        # Whether another bot works on it, too: then what is there is not ours alone to put away.
        self._shared = False

    @property
    def spoiled(self) -> bool:
        """Whether another database was copied over it, or its log cut: nothing of ours may be written any more."""
        return self._overwritten or self._torn

    def take(self) -> None:
        """Before it is opened: from now on it is this process's; raises NotOurs."""
        if self._path is None:
            return
        saved = sorted(self._path.parent.glob(f"{self._path.name}.{_SAVED}-*"))
        if saved and not self._path.exists():
            raise NotOurs(
                f"数据库 {self._path} 在机器人运行时被删掉了，里面的内容存在 {saved[-1]}。"
                f"要接着用，改名：mv {saved[-1]} {self._path}；真的不要了，把它移走再启动。"
            )
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._refuse_second_name()
        self._take_lock()

    def refuse_torn(self) -> None:
        """Before it is opened: what is left of it is not begun with before somebody has looked; raises NotOurs."""
        if self._path and (said := self._beside(TORN)).exists():
            raise NotOurs(said.read_text("utf-8"))
        if self._log and self._log.has_lost(self._same_boot):
            self._refuse(f"数据库坏了：{self._beside('-wal')} 被截短、改写或删掉了，最近答过的有一些读不出来。")

    def _refuse_second_name(self) -> None:
        """By another name of the same file a bot has another log and lock (https://www.sqlite.org/howtocorrupt.html)."""
        assert self._path is not None
        with contextlib.suppress(FileNotFoundError):
            if self._path.stat().st_nlink > 1:
                raise NotOurs(
                    f"数据库 {self._path} 还有别的名字（硬链接），用两个名字打开会弄坏它。"
                    f"请用 find / -xdev -samefile {self._path} 找到另一个，停掉在用它的程序，把它删掉。"
                )

    def _take_lock(self) -> None:
        # Beside it, not it: closing any handle of the file itself would end the locks of SQLite.
        self._lock = os.open(self._beside(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        other, _, boot = os.read(self._lock, 80).decode("ascii", "replace").strip().partition(" ")
        try:
            _lock(self._lock)
        except BlockingIOError:
            self.give_back()
            raise NotOurs(f"数据库 {self._path} 已经有一个机器人在用（进程 {other}）。请先停掉它。") from None
        self._same_boot = bool(boot) and boot == this_boot()
        os.truncate(self._lock, 0)
        os.pwrite(self._lock, f"{os.getpid()} {this_boot()}".encode(), 0)

    def mark(self, write: Engine) -> None:
        """Write a number into the open file by which what this process works on is told from a copy or another file."""
        if self._path is None:
            return
        self._mark = (secrets.randbits(31)).to_bytes(_VERSION_LENGTH, "big")
        with write.connect() as db:
            connection: Any = db.connection.dbapi_connection
            connection.execute(f"PRAGMA user_version={int.from_bytes(self._mark, 'big')}")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        # Never closed: that would end the locks of SQLite.
        self._handle = os.open(self._path, os.O_RDONLY)

    def give_back(self) -> None:
        """A command that held it is done."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _beside(self, ending: str) -> Path:
        assert self._path is not None
        return self._path.with_name(self._path.name + ending)

    async def watch(self) -> None:
        """Look every few seconds; raises NotOurs."""
        while self._path is not None:
            self.look()
            await asyncio.sleep(SECONDS)

    def look(self) -> None:
        """Whether the files are still the ones that were there first; raises NotOurs."""
        assert self._path is not None
        for path in (self._path, self._beside("-wal"), self._beside("-shm")):
            found = _identity(path)
            known = self._known.setdefault(path, found) if found else self._known.get(path)
            if known != found:
                how = "换成了别的文件" if found else "不见了（删掉或移走了）"
                raise NotOurs(f"机器人停了：它正在用的 {path} {how}。")
        self._keep_lock()
        self._look_at_the_log()
        if self._mark and os.pread(self._handle, _VERSION_LENGTH, _VERSION_AT) != self._mark:
            self._overwritten = True
            raise NotOurs(
                f"机器人停了：它正在用的 {self._path} 被别的内容覆盖了（cp）。请用 python -m bot restore 恢复备份。"
            )

    def _look_at_the_log(self) -> None:
        assert self._log is not None
        if self._log.is_torn():
            self._torn = True
            self._refuse(f"数据库在机器人运行时坏了：{self._beside('-wal')} 被截短或改写了，最近写下的可能不全。")

    def _refuse(self, words: str) -> None:
        """For good: whoever starts next is told the same; raises NotOurs."""
        said = self._beside(TORN)
        words += f"请恢复备份：python -m bot restore。没有备份、要照剩下的接着用，删掉 {said} 再启动。"
        said.write_text(words, "utf-8")
        raise NotOurs(words)

    def _keep_lock(self) -> None:
        """Somebody may take it for a left-over and delete it: whoever starts next shall meet one all the same."""
        held = os.fstat(self._lock) if self._lock >= 0 else None
        if held is None or _identity(self._beside(".lock")) == (held.st_dev, held.st_ino):
            return
        self.give_back()
        try:
            with contextlib.suppress(PermissionError):
                self._take_lock()
        except NotOurs:
            self._shared = True
            raise

    def save(self, write: Engine, now: datetime) -> str:
        """What this process still has in hand, when the file is gone from its place; where it is now."""
        assert self._path is not None
        if self._shared:
            return str(self._path)
        place = self._path.with_name(f"{self._path.name}.{_SAVED}-{now:%Y%m%d-%H%M%S}")
        if self._overwritten:
            # The pages that are not in the log are gone; the log must not be taken for that of the other database.
            self._beside("-shm").unlink(missing_ok=True)
            return str(self._beside("-wal").replace(self._beside(f"-wal.overwritten-{now:%Y%m%d-%H%M%S}")))
        if self._torn:
            return self._save_torn(write, place.with_name(place.name.replace(_SAVED, "rescued")))
        with write.connect() as db:
            connection = db.connection.dbapi_connection
            connection.execute("VACUUM INTO ?", (str(place),))  # type: ignore[union-attr]
        # Taken for the log of whatever file has that name next, it would destroy it.
        if _identity(log := self._beside("-wal")) == self._known.get(log):
            for each in (log, self._beside("-shm")):
                each.unlink(missing_ok=True)
        return str(place)

    def _save_torn(self, write: Engine, place: Path) -> str:
        """
        What can be read while the index of the log is there is more than after a start. The log stays as it is, and no
        start goes on with the copy unasked; without its index nobody who has answered that is asked again.
        """
        try:
            with write.connect() as db:
                connection: Any = db.connection.dbapi_connection
                connection.execute("VACUUM INTO ?", (str(place),))
            with contextlib.closing(sqlite_module().connect(place)) as copy:
                whole = copy.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",)
        except (DBAPIError, sqlite_module().Error):
            whole = False
        self._beside("-shm").unlink(missing_ok=True)
        if not whole:
            place.unlink(missing_ok=True)
            return ""
        with self._beside(TORN).open("a", encoding="utf-8") as said:
            said.write(
                f"停下时还读得到的存在 {place}：比备份新，个别内容可能不对，用它就 python -m bot restore {place}。"
            )
        return str(place)


def _identity(path: Path) -> tuple[int, int] | None:
    with contextlib.suppress(OSError):
        found = path.stat()
        return found.st_dev, found.st_ino
    return None


def _lock(handle: int) -> None:
    # Windows locks open files by itself; a file system that knows no locks keeps nobody from starting.
    with contextlib.suppress(ImportError):
        import fcntl

        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise
        except OSError:
            return
