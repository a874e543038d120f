"""Which of several processes may do what only one may: a lease row, renewed while it is held."""

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta

from bot.engine import Engine
from bot.pipeline.turn import Turn
from bot.pipeline.writer import Pipeline
from storage.base import leases

log = logging.getLogger(__name__)
# A process that died holds the others up for this long at most.
LENGTH = timedelta(seconds=10)
SECONDS_TO_RENEW, SECONDS_TO_TRY = 3.0, 1.0


class Lease:
    """One lease, wanted by this process; `held` is set while it has it."""

    def __init__(self, name: str, owner: str, pipeline: Pipeline, engine: Engine, lost: Callable[[], None]) -> None:
        """`lost` is called when another process has it."""
        self._name = name
        self._owner = owner
        self._pipeline = pipeline
        self._engine = engine
        self._lost = lost
        self._asked = False
        self.held = asyncio.Event()

    async def keep(self) -> None:
        """Take it and renew it; never returns."""
        while True:
            try:
                mine = await self._pipeline.do(self._hold)
            except Exception as fault:
                # Whoever had it a moment ago most likely still has it.
                log.warning("%s 的租约没有续上：%s", self._name, type(fault).__name__)
            else:
                self._note(mine)
            await asyncio.sleep(SECONDS_TO_RENEW if self.held.is_set() else SECONDS_TO_TRY)

    @property
    def elsewhere(self) -> bool:
        """Whether another process has it."""
        return self._asked and not self.held.is_set()

    def _hold(self, turn: Turn) -> bool:
        real = self._engine.clock.real()
        if not self._asked and turn.db.dialect.name == "sqlite":
            # There is one process: whoever held it is dead, and it is taken as on a day when it has long run out.
            leases.hold(turn.db, self._name, self._owner, real + timedelta(days=1), timedelta())
        return leases.hold(turn.db, self._name, self._owner, real, LENGTH)

    def _note(self, mine: bool) -> None:
        first, self._asked = not self._asked, True
        if mine:
            self.held.set()
        elif self.held.is_set() or first:
            log.warning("%s 由另一个进程在做，这个进程等着", self._name)
            self.held.clear()
            self._lost()
