"""The writer: one thread a process that commits everything that waits, and only then answers."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from bot.transaction import Deed, Job, Outcome, Transactions
from handlers.kit import Message

MOST_WAITING = 2000
MOST_TOGETHER = 256


class Full(Exception):
    """Too much waits: the platform is told to come again."""


class Pipeline:
    """What the channels hand their messages to. Started and used inside one event loop."""

    def __init__(self, transactions: Transactions, written: Callable[[], None]) -> None:
        """`written` is called in the event loop after each commit, so that the senders look."""
        self._transactions = transactions
        self._written = written
        self._waiting: deque[tuple[Job, asyncio.Future[Any]]] = deque()
        self._change = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="writer")
        self.commits = 0
        self.jobs = 0

    def start(self) -> None:
        """Begin to write."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def submit(self, message: Message) -> Outcome:
        """The message's outcome, once it is committed; raises Full, or what kept it from being committed."""
        self.check_room()
        outcome: Outcome = await self._put(message)
        return outcome

    def check_room(self) -> None:
        """Raises Full when no further message is accepted."""
        if self._stopping or len(self._waiting) >= MOST_WAITING:
            raise Full

    async def do(self, deed: Deed) -> Any:
        """What `deed(turn)` returns, once it is committed; never turned away, since what was done must be noted."""
        return await self._put(deed)

    def _put(self, job: Job) -> "asyncio.Future[Any]":
        with self._change:
            if self._stopping:
                raise Full
            future: asyncio.Future[Any] = self._loop.create_future()
            self._waiting.append((job, future))
            self._change.notify()
        return future

    async def stop(self) -> None:
        """Finish what was accepted, then end."""
        with self._change:
            self._stopping = True
            self._change.notify()
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        while batch := self._take():
            self._transactions.spoke = False
            results = self._transactions.process([job for job, _ in batch])
            self.commits += 1
            self.jobs += len(batch)
            futures = [future for _, future in batch]
            self._loop.call_soon_threadsafe(self._release, futures, results, self._transactions.spoke)

    def _take(self) -> list[tuple[Job, asyncio.Future[Any]]]:
        with self._change:
            while not self._waiting and not self._stopping:
                self._change.wait()
            return [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_TOGETHER))]

    def _release(self, futures: list[asyncio.Future[Any]], results: list[Any], spoke: bool) -> None:
        for future, result in zip(futures, results, strict=True):
            if future.done():
                continue
            if isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)
        if spoke:
            self._written()
