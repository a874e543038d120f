"""The tick: what is due is laid out and said; once an hour what is no longer needed goes."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from functools import partial
from time import monotonic
from types import MappingProxyType
from typing import Any

from bot.engine import Engine
from bot.jobs import absence, audit_walk, cleanup, due_letters, nightly, weekly
from bot.pipeline import writer
from bot.pipeline.turn import Turn
from handlers.catalogue import current
from scheduling import clock, tick

log = logging.getLogger(__name__)
SECONDS = 5


class Ticker:
    """Posts the tick to the writer."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        loaded = engine.catalogue()
        for problem in loaded.problems:
            log.warning("%s", problem)
        self.calendar = loaded.calendar
        self._rows_kept = False
        self._nightly = nightly.Nightly(engine)
        kept = engine.installation
        self._walk = audit_walk.AuditWalk(engine.database.read, kept.audit_heads(engine.vault), kept.erasures())
        self._last = monotonic()
        self._cleaning = cleanup.Cleaning()
        self._absence = absence.Absence(engine.settings, loaded.calendar, engine.clock)
        self.guard = self._absence.guard
        self._timer: clock.Clock | None = None

    def ahead(self) -> dict[Any, Any]:
        """What the next tick is about to say, read from a snapshot: it does not keep the writer."""
        with self.engine.database.read.connect() as db:
            now = self.engine.now()
            return {key: each for look in self.engine.features.ahead for key, each in look(db, now).items()}

    def tick(self, turn: Turn, known: Mapping[Any, Any] = MappingProxyType({})) -> bool:
        """One tick, as a task of the writer; `known` is what `ahead` found. True when there is more to say at once."""
        sure = self.guard.look(turn)
        self._keep_rows(turn)
        if sure:
            self._cleaning.step(turn)
            self._absence.step(turn)
        # The practice clock is for trying things.
        elif not self.engine.settings.practice:
            due_letters.tell_doubt(self.engine, turn, self.calendar)
            return False
        unfinished = sure and self._nightly.step(turn)
        occasions = self.engine.features.occasions
        done = tick.run(turn.db, turn.now, self.calendar, occasions, due_letters.voice(self.engine, turn, known))
        if done.held:
            due_letters.tell_held(self.engine, turn, self.calendar, f"{done.held}后")
        for row, bug in done.failed:
            log.error("第 %d 条提醒出错", row.id, exc_info=bug)
        due_letters.send(turn, done)
        more = weekly.tell_groups(turn, self.calendar, self.engine.features.weekly, known)
        return done.more or more or unfinished

    def _keep_rows(self, turn: Turn) -> None:
        """The office's own rows of the catalogue count from the first tick on."""
        if not self._rows_kept:
            folder = self.engine.settings.data_dir / "catalogue"
            for problem in current.keep_files(turn.db, folder, turn.now):
                log.warning("%s", problem)
            self._rows_kept = True

    def start(self, pipeline: writer.Pipeline) -> None:
        """Tick every few seconds; messages go on in between where there is much to say."""
        loop = asyncio.get_running_loop()

        async def until_done() -> None:
            while await pipeline.do(partial(self.tick, known=await asyncio.to_thread(self.ahead))):
                pass
            # Committed: only that counts as a tick.
            self._last = monotonic()

        def post() -> None:
            try:
                asyncio.run_coroutine_threadsafe(until_done(), loop).result()
                self._look_at_the_log(lambda task: asyncio.run_coroutine_threadsafe(pipeline.do(task), loop).result())
            except writer.Full:
                log.warning("等着写的太多，这一次心跳跳过")

        self._timer = clock.Clock(post, SECONDS)
        self._timer.start()

    def _look_at_the_log(self, do: Callable[[Callable[[Turn], None]], object]) -> None:
        self._walk.keep_erased()
        if self.follow_log():
            do(audit_walk.note_begun)
        if found := self._walk.check(self.engine.now()):
            do(partial(audit_walk.note, found=found))

    def follow_log(self) -> bool:
        """Keep outside the database how far its log has come; True when that began just now."""
        return self._walk.follow()

    def forget_log(self) -> None:
        """The practice page has begun again, with an empty log."""
        self._walk.forget()

    def keep(self) -> None:
        """Whatever the machine's time does, the ticks go on; to be called every second."""
        if self._timer is not None:
            self._timer.keep()

    def stop(self) -> None:
        """No further tick."""
        if self._timer is not None:
            self._timer.stop()

    def age(self) -> float:
        """Seconds since the last tick."""
        return round(monotonic() - self._last, 1)
