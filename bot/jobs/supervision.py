"""What the service manager is told (sd_notify(3)): that we have started, how it goes, that we are alive."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable, Coroutine
from time import monotonic
from typing import TYPE_CHECKING

from bot.jobs.database_file import DatabaseFile, NotOurs
from bot.settings import Settings, service_manager

if TYPE_CHECKING:
    from bot.engine import Engine
    from bot.pipeline.writer import Pipeline

log = logging.getLogger(__name__)
# Longer than any wait for a database that is away or locked: to be started anew would not bring it back, and whoever is
# started anew cannot open it at all. With the WatchdogSec of deploy/ after it a writer that hangs ends within a minute.
SECONDS_TO_ANSWER = 40.0
_SECONDS_BETWEEN = 10.0


class Supervision:
    """Of this process; without a service manager nothing is told."""

    def __init__(self, settings: Settings) -> None:
        self.file = DatabaseFile(settings.database)
        address, within = service_manager()
        # Of those with @ the first byte is null.
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self._between = min(_SECONDS_BETWEEN, within / 3 or _SECONDS_BETWEEN)

    def say(self, *words: str) -> None:
        """`READY=1`, `STATUS=…`, `WATCHDOG=1`, `STOPPING=1`."""
        if self._address:
            # A manager that does not listen just now holds nobody up: a full queue takes no more words.
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
                to.setblocking(False)
                to.sendto("\n".join(words).encode(), self._address)

    async def live(self, answers: Callable[[], Coroutine[None, None, object]], status: Callable[[], str]) -> None:
        """Say again and again that we are alive, unless what writes `answers` nothing for long, not even an error."""
        asked, since = None, monotonic()
        while self._address:
            if asked is None or asked.done():
                if asked and (fault := asked.exception()):
                    log.debug("还在做事：%s", type(fault).__name__)
                asked, since = asyncio.create_task(answers()), monotonic()
            if monotonic() - since < SECONDS_TO_ANSWER:
                self.say("WATCHDOG=1", f"STATUS={status()}")
            else:
                log.critical("%.0f 秒没有写下任何东西：进程停住了", SECONDS_TO_ANSWER)
            await asyncio.sleep(self._between)

    @staticmethod
    async def back_up(engine: "Engine", pipeline: "Pipeline", owner: str) -> None:
        """Every night, where that is wanted."""
        # It knows the features: what ends at once need not wait for them.
        from bot.jobs.backups import Backups

        await Backups(engine, pipeline, owner).watch()

    @staticmethod
    def in_vain(fault: BaseException) -> bool:
        """Whether to start anew would not help."""
        return isinstance(fault, NotOurs)
