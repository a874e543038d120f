"""Fetches what messages brought, at once: photos and documents are checked and kept by hash, rosters are read."""

import asyncio
import hashlib
import logging
import os
import tempfile
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from bot.channels import Channel, SendError
from bot.files import tables
from bot.files.evidence import checked
from bot.files.pictures import NotKept
from bot.pipeline.turn import Turn
from bot.pipeline.writer import Pipeline
from handlers.kit import Reply
from storage.base import leases
from storage.messages import files

log = logging.getLogger(__name__)
# Eight hours: what was away is back by then, or nobody waits for it any more.
TRIES, LONGEST_WAIT = 100, 300
HELD_FOR = timedelta(seconds=60)
NO_PHOTO = "刚才的照片打不开，没有保存。签到不受影响；请重新发一张 JPG 或 PNG 照片（10 MB 以内）。"
NO_DOCUMENT = "刚才的文件没有保存：只收 PDF、Word(docx)、Excel(xlsx)，不带宏，10 MB 以内。签到不受影响。"
NO_ROSTER = "刚才的名册文件没有取到，什么也没有改。请再发一次。"
NO_FORM = "刚才的套表没有取到，没有存。请再发一次。"
_LOST = {"photo": NO_PHOTO, files.TABLE: NO_ROSTER, files.FORM: NO_FORM}


def keep(folder: Path, content: bytes) -> str:
    """Write the content under its hash (once) and return the hash."""
    name = hashlib.sha256(content).hexdigest()
    path = folder / name[:2] / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Whole and on the disk before it has its name: the row will say `stored`.
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as half:
            half.write(content)
            half.flush()
            os.fsync(half.fileno())
        Path(half.name).replace(path)
    return name


class Fetcher:
    """The loop that turns wanted files into stored or lost ones."""

    def __init__(
        self, channels: Mapping[str, Channel], pipeline: Pipeline, read: Engine, folder: Path,
        clock: tuple[Callable[[], datetime], Callable[[], datetime]], owner: str,
    ) -> None:  # fmt: skip
        """`clock` is (the bot's time, the true time); `owner` names this process."""
        self._channels = channels
        self._pipeline = pipeline
        self._read = read
        self._folder = folder
        self._now, self._real = clock
        self._owner = owner

    async def once(self) -> None:
        """Fetch what is due."""
        due = await asyncio.to_thread(self._wanted)
        if due and not await self._is_mine():
            return
        for wanted in due:
            if wanted.channel in self._channels:
                await self._fetch(wanted)

    async def _is_mine(self) -> bool:
        """Of several processes one fetches; whoever does may be silent for a while before another goes on."""
        if self._read.dialect.name == "sqlite":
            return True
        real = self._real()
        mine: bool = await self._pipeline.do(lambda turn: leases.hold(turn.db, "fetcher", self._owner, real, HELD_FOR))
        return mine

    def _wanted(self) -> list[files.Wanted]:
        with self._read.connect() as db:
            return files.wanted(db, self._now())

    async def _fetch(self, wanted: files.Wanted) -> None:
        try:
            content = await self._channels[wanted.channel].fetch(wanted.ref)
            if wanted.kind in (files.TABLE, files.FORM):
                await tables.take(self._pipeline, self._read, self._now, wanted, content)
                await self._channels[wanted.channel].release(wanted.ref)
                return
            kept, mime = await asyncio.to_thread(checked, wanted.kind, content)
            name = await asyncio.to_thread(keep, self._folder, kept)
        except NotKept as problem:
            why = str(problem)
            await self._pipeline.do(lambda turn: self._lost(turn, wanted, why))
            await self._channels[wanted.channel].release(wanted.ref)
        except SendError as error:
            gone = error.permanent
            await self._pipeline.do(lambda turn: self._later(turn, wanted, gone))
        except Exception:
            # A full disk, for one: this file waits, the others go on.
            log.exception("取第 %d 个文件时出错", wanted.id)
            await self._pipeline.do(lambda turn: self._later(turn, wanted, False))
        else:
            facts = {"state": "stored", "sha256": name, "size": len(kept), "mime": mime}
            await self._pipeline.do(lambda turn: files.settle(turn.db, wanted.id, **facts))
            await self._channels[wanted.channel].release(wanted.ref)

    def _later(self, turn: Turn, wanted: files.Wanted, permanent: bool) -> None:
        if permanent or wanted.attempts + 1 >= TRIES:
            self._lost(turn, wanted)
        else:
            wait = timedelta(seconds=min(LONGEST_WAIT, 2**wanted.attempts))
            files.settle(turn.db, wanted.id, state="wanted", due_at=turn.now + wait)

    def _lost(self, turn: Turn, wanted: files.Wanted, why: str = "") -> None:
        settled = files.settle(turn.db, wanted.id, state="lost")
        if settled and wanted.person_id is not None:
            words = why or _LOST.get(wanted.kind, NO_DOCUMENT)
            turn.letters.notify([Reply(words, to=wanted.person_id)])
