"""The writer: one thread a process that commits everything that waits, and only then answers."""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from time import monotonic
from typing import Any

from bot.channels.condition import Condition
from bot.pipeline import attempts, limits
from bot.pipeline.durations import Durations
from bot.pipeline.fair_queue import OWN, Entry, FairQueue
from bot.pipeline.transaction import Transactions
from bot.pipeline.turn import Job, Outcome, Task
from handlers.kit import Message, ReadFirst

MOST_WAITING = 2000
MOST_TOGETHER = 256
# More at once would only take the processor from the writer.
_MOST_READERS = 2


class Full(Exception):
    """Too much waits: the platform is told to come again."""


class Pipeline:
    """What the channels hand their messages to. Started and used inside one event loop."""

    def __init__(
        self, transactions: Transactions, written: Callable[[], None], limited: limits.Limits | None = None
    ) -> None:
        """`written` is called in the event loop after each commit, for the senders; `limited` None: by nothing."""
        self._limits = limited
        self._transactions = transactions
        self._written = written
        self._waiting = FairQueue()
        self._change = threading.Condition()
        self._stopping = False
        self._readers = asyncio.Semaphore(_MOST_READERS)
        self._reading: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._run, name="writer")
        # (what, channel) → how long it took: a message until its commit, a transaction, what waited for one, an answer.
        self.took: defaultdict[tuple[str, str], Durations] = defaultdict(Durations)
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
        said = await self._refusal(message)
        if said == "":
            return limits.TURNED_AWAY
        job = message if said is None else partial(limits.turn_away, message, said)
        outcome: Outcome = await self._whole(job, self._put(job))
        return outcome

    async def _refusal(self, job: Job) -> str | None:
        return await self._limits.refusal(job) if self._limits and isinstance(job, Message) else None

    async def submit_all(self, jobs: Sequence[Job]) -> list[Any]:
        """What `submit` and `do` would give, for all in one transaction; an exception in the place of a result.

        Raises Full when there is no room. When they cannot be committed together each is tried by itself.
        """
        self.check_room()
        refusals = [await self._refusal(job) for job in jobs]
        heard = [
            partial(limits.turn_away, job, said) if isinstance(job, Message) and said is not None else job
            for job, said in zip(jobs, refusals, strict=True)
        ]
        waiting = zip(heard, self._put_all(heard), strict=True)
        return await asyncio.gather(*(self._whole(*each) for each in waiting), return_exceptions=True)

    async def _whole(self, job: Job, future: "asyncio.Future[Any]") -> Any:
        began = monotonic()
        result = await future
        if isinstance(job, Message):
            self.took["message", job.channel].note(monotonic() - began)
        return result

    async def _read(self, message: Message, future: "asyncio.Future[Any]", first: ReadFirst) -> None:
        """Read beside the writer what a message asks for, then hand it in again, before what came after it."""
        again: Entry = []
        try:
            async with self._readers:
                task = await asyncio.to_thread(self._transactions.read_first, message, first)
            again = [(task, future, monotonic())]
        except Exception as error:
            self._release([future], [error], False)
        finally:
            with self._change:
                self._waiting.free((message.channel, message.chat, message.sender), again)
                self._change.notify()

    def check_room(self) -> None:
        """Raises Full when no further message is accepted."""
        if self._stopping or self._waiting.everything >= MOST_WAITING:
            raise Full

    async def do(self, task: Task) -> Any:
        """What `task(turn)` returns, once it is committed; never turned away, since what was done must be noted."""
        return await self._put(task)

    def _put(self, job: Job) -> "asyncio.Future[Any]":
        return self._put_all((job,))[0]

    def _put_all(self, jobs: Sequence[Job]) -> "list[asyncio.Future[Any]]":
        now = monotonic()
        entry = [(job, self._loop.create_future(), now) for job in jobs]
        with self._change:
            if self._stopping:
                raise Full
            self._waiting.put(_line(jobs), entry)
            self._change.notify()
        return [future for _, future, _ in entry]

    async def stop(self) -> None:
        """Finish what was accepted, then end."""
        with self._change:
            self._stopping = True
            self._change.notify()
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        while batch := self._take():
            self._transactions.spoke = False
            began = monotonic()
            results = attempts.process(self._transactions, [job for job, _, _ in batch])
            self.commits += 1
            self.jobs += len(batch)
            self._measure(batch, began, monotonic())
            with self._change:
                # Before more is taken: what came after a message that is read for waits for it.
                reads = self._waiting.hold(batch, results)
            self._loop.call_soon_threadsafe(self._ended, batch, results, reads, self._transactions.spoke)

    def _ended(
        self, batch: Entry, results: Sequence[Any], reads: list[tuple[Message, "asyncio.Future[Any]", ReadFirst]],
        spoke: bool,
    ) -> None:  # fmt: skip
        for each in reads:
            reading = self._loop.create_task(self._read(*each))
            self._reading.add(reading)
            reading.add_done_callback(self._reading.discard)
        self._release([future for _, future, _ in batch], results, spoke)

    def _measure(self, batch: Entry, began: float, ended: float) -> None:
        self.took["commit", ""].note(ended - began)
        for _, _, since in batch:
            self.took["queue", ""].note(began - since)

    def _take(self) -> Entry:
        with self._change:
            while True:
                while not self._waiting.length and (not self._stopping or self._waiting.holding):
                    self._change.wait()
                if (batch := self._waiting.take(MOST_TOGETHER)) or not self._waiting.everything:
                    return batch

    def _release(self, futures: list[asyncio.Future[Any]], results: Sequence[Any], spoke: bool) -> None:
        for future, result in zip(futures, results, strict=True):
            if future.done() or isinstance(result, ReadFirst):
                continue
            if isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)
        if spoke:
            self._written()


def _line(jobs: Sequence[Job]) -> tuple[str, ...] | str:
    """In whose line these wait: a chat's, a platform's when they are of several, else our own."""
    chats = {(job.channel, job.chat) for job in jobs if isinstance(job, Message)}
    return chats.pop() if len(chats) == 1 else OWN
