"""What is arranged with a platform beside messages, done until it is done; nothing that fails here stops the bot."""

import asyncio
import logging
from abc import ABC, abstractmethod

from bot.channels.condition import Condition

log = logging.getLogger(__name__)
SECONDS_BETWEEN_LOOKS = 2.0
LONGEST_WAIT = 60.0
# What is under way may end: a code that was taken works once.
_SECONDS_TO_FINISH = 2.0


class CallFailed(Exception):
    """A call of a platform that brought nothing; `loud` when somebody must do something about it.

    `after` is the wait in seconds that the platform asks for.
    """

    loud = False
    after = 0.0


class Setup(ABC):
    """Looks every few seconds whether something is to be arranged with this platform."""

    def __init__(self, platform: str) -> None:
        self._platform = platform
        self._stopped = asyncio.Event()
        self.condition = Condition()
        self._after = 0.0

    @abstractmethod
    async def once(self) -> None:
        """Arrange what is to be arranged; raises CallFailed when that must wait."""

    def stop(self) -> None:
        """Arrange nothing further."""
        self._stopped.set()

    async def run(self) -> None:
        """Look again and again until stopped."""
        stopped = asyncio.create_task(self._stopped.wait())
        while not self._stopped.is_set():
            looking = asyncio.create_task(self._look())
            await asyncio.wait([looking, stopped], return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait([looking], timeout=_SECONDS_TO_FINISH)
            looking.cancel()
            backoff = SECONDS_BETWEEN_LOOKS * 2.0 ** min(self.condition.failures, 8)
            await asyncio.wait([stopped], timeout=max(self._after, min(LONGEST_WAIT, backoff)))
        stopped.cancel()

    async def _look(self) -> None:
        self._after = 0.0
        try:
            await self.once()
        except CallFailed as failure:
            self._after = failure.after
            self._complain(str(failure), logging.ERROR if failure.loud else logging.WARNING)
        except Exception as bug:
            log.exception("在 %s 上做准备时出错", self._platform)
            self._complain(type(bug).__name__, logging.WARNING)
        else:
            self.condition.worked()

    def _complain(self, text: str, level: int) -> None:
        if text != self.condition.trouble:
            log.log(level, "在 %s 上做准备时：%s；继续试", self._platform, text)
        self.condition.failed(text)
