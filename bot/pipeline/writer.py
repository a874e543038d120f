"""The writer: one thread a process that commits everything that waits, and only then answers."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from bot.channels.condition import Condition
from bot.pipeline.transaction import Transactions
from bot.pipeline.turn import Job, Outcome, Task
from handlers.kit import Message

Waiting = list[tuple[Job, "asyncio.Future[Any]"]]
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
        # What belongs together is one entry, and never divided between two transactions.
        self._waiting: deque[Waiting] = deque()
        self._length = 0
        self._change = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="writer")
        self.commits = 0
        self.jobs = 0

    @property
    def writing(self) -> Condition:
        """How storing messages goes."""
        return self._transactions.writing

    def start(self) -> None:
        """Begin to write."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def submit(self, message: Message) -> Outcome:
        """The message's outcome, once it is committed; raises Full, or what kept it from being committed."""
        self.check_room()
        outcome: Outcome = await self._put(message)
        return outcome

    async def submit_all(self, jobs: Sequence[Job]) -> list[Any]:
        """What `submit` and `do` would give, for all in one transaction; an exception in the place of a result.

        Raises Full when there is no room. When they cannot be committed together each is tried by itself.
        """
        self.check_room()
        return await asyncio.gather(*self._put_all(jobs), return_exceptions=True)

    def check_room(self) -> None:
        """Raises Full when no further message is accepted."""
        if self._stopping or self._length >= MOST_WAITING:
            raise Full

    async def do(self, task: Task) -> Any:
        """What `task(turn)` returns, once it is committed; never turned away, since what was done must be noted."""
        return await self._put(task)

    def _put(self, job: Job) -> "asyncio.Future[Any]":
        return self._put_all((job,))[0]

    def _put_all(self, jobs: Sequence[Job]) -> "list[asyncio.Future[Any]]":
        entry = [(job, self._loop.create_future()) for job in jobs]
        with self._change:
            if self._stopping:
                raise Full
            self._waiting.append(entry)
            self._length += len(entry)
            self._change.notify()
        return [future for _, future in entry]

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

    def _take(self) -> Waiting:
        batch: Waiting = []
        with self._change:
            while not self._waiting and not self._stopping:
                self._change.wait()
            while self._waiting and (not batch or len(batch) + len(self._waiting[0]) <= MOST_TOGETHER):
                batch += self._waiting.popleft()
            self._length -= len(batch)
        return batch

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
