"""Every night a backup, by a process of its own so that nobody waits for it; an alarm when the newest is too old."""

import asyncio
import logging
import os
import sys
from asyncio.subprocess import PIPE, STDOUT
from datetime import timedelta
from functools import partial
from pathlib import Path
from time import monotonic

from bot.backups import backup_folder
from bot.engine import Engine
from bot.jobs import due_letters
from bot.pipeline.turn import Turn
from bot.pipeline.writer import Pipeline
from storage.base import key_values, leases

log = logging.getLogger(__name__)
_SECONDS_BETWEEN = 30.0
# One that failed is tried again after so long; while it runs no other process begins one.
_AGAIN = timedelta(hours=1)
_ALARM = "backup alarm"
_WORDS = "{}。请负责机器的老师看一看（python -m bot doctor 会说怎么办）。"


class Backups:
    """Of the real bot, where BACKUP_DIR is set."""

    def __init__(self, engine: Engine, pipeline: Pipeline, owner: str) -> None:
        self._engine = engine
        self._pipeline = pipeline
        self._owner = owner
        self._tried = -_AGAIN.total_seconds()

    async def watch(self) -> None:
        """Look again and again; never returns while backups are wanted."""
        settings = self._engine.settings
        while settings.backups and not settings.practice:
            try:
                await self.once(settings.backups)
            except Exception:
                log.exception("夜里做备份时出错")
            await asyncio.sleep(_SECONDS_BETWEEN)

    async def once(self, folder: Path) -> None:
        """Make the backup of last night unless there is one; say so when there has been none for long."""
        now = self._engine.now()
        if self._engine.clock.doubt:
            return
        rested = monotonic() - self._tried >= _AGAIN.total_seconds()
        if rested and folder.is_dir() and backup_folder.is_wanted(folder, now) and await self._pipeline.do(self._may):
            self._tried = monotonic()
            await self._make(folder)
        if words := backup_folder.problem(self._engine.settings, self._engine.now()):
            await self._pipeline.do(partial(self._tell, words))

    def _may(self, turn: Turn) -> bool:
        return leases.hold(turn.db, "backup", self._owner, self._engine.clock.real(), _AGAIN)

    async def _make(self, folder: Path) -> None:
        place = folder / backup_folder.name(self._engine.now())
        arguments = (sys.executable, "-m", "bot", "backup", str(place))
        child = await asyncio.create_subprocess_exec(
            *arguments, stdout=PIPE, stderr=STDOUT, preexec_fn=partial(os.nice, 10)
        )
        try:
            said, _ = await child.communicate()
        except asyncio.CancelledError:
            child.kill()
            raise
        if child.returncode:
            log.critical("备份没有做成：%s", said.decode(errors="replace").strip())
            return
        log.info("备份做好了：%s", place)
        backup_folder.prune(folder, self._engine.settings.backup_keep, self._engine.now())

    def _tell(self, words: str, turn: Turn) -> None:
        today = turn.now.date().isoformat()
        before = key_values.get(turn.db, _ALARM)
        if before is None or before.value < today:
            key_values.put(turn.db, _ALARM, today, turn.now)
            log.critical("%s", words)
            due_letters.tell_the_top(turn, _WORDS.format(words))
