"""What waits for the writer: a line for each chat, taken in turn, so that who writes much delays only themselves."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Hashable, Sequence
from typing import Any

from bot.pipeline.turn import Job, Origin, origin_of
from handlers.kit import Message, ReadFirst

# A job, who waits for it, and since when.
Waiting = tuple[Job, "asyncio.Future[Any]", float]
# What belongs together is one entry, and divided between two transactions only where something is read for first.
Entry = list[Waiting]
# The line of what the bot does itself: always the first.
OWN = ""


class FairQueue:
    """Of no thread: whoever uses it holds a lock."""

    def __init__(self) -> None:
        self._own: deque[Entry] = deque()
        self._lines: OrderedDict[Hashable, deque[Entry]] = OrderedDict()
        # What came after a message that is being read for: it waits until that one is handled.
        self._held: dict[Origin, Entry] = {}
        # How many jobs wait in the lines.
        self.length = 0

    @property
    def everything(self) -> int:
        """How many jobs wait, also for what is being read."""
        return self.length + sum(1 + len(each) for each in self._held.values())

    def put(self, chat: Hashable, entry: Entry) -> None:
        """At the end of the chat's line."""
        (self._own if chat == OWN else self._lines.setdefault(chat, deque())).append(entry)
        self.length += len(entry)

    def take(self, most: int) -> Entry:
        """One entry of each line after the other, together no more than `most` jobs unless the first has more.

        Without what has to wait for a message that is being read for.
        """
        taken: Entry = []
        while (line := self._next()) and (not taken or len(taken) + len(line[0]) <= most):
            taken += line.popleft()
            if line is not self._own:
                self._turn()
        self.length -= len(taken)
        return [each for each in taken if not self._waits(each)] if self._held else taken

    @property
    def holding(self) -> bool:
        """Whether a message is being read for."""
        return bool(self._held)

    def hold(self, taken: Entry, results: Sequence[Any]) -> list[tuple[Message, "asyncio.Future[Any]", ReadFirst]]:
        """The messages that are to be read for, who waits for each and what is read; what came after them waits."""
        found = []
        for one, result in zip(taken, results, strict=True):
            job, future, _ = one
            if isinstance(result, ReadFirst) and isinstance(job, Message) and not self._waits(one):
                self._held[job.channel, job.chat, job.sender] = []
                found.append((job, future, result))
        return found

    def _waits(self, one: Waiting) -> bool:
        """Whether it has to wait for a message that is being read for; if so, it does."""
        origin = origin_of(one[0])
        if origin not in self._held:
            return False
        self._held[origin].append(one)
        return True

    def free(self, origin: Origin, first: Entry) -> None:
        """It is to be handled (`first`), and then what came after it, before all else."""
        entries = [[each] for each in (*first, *self._held.pop(origin))]
        self._own.extendleft(reversed(entries))
        self.length += len(entries)

    def _next(self) -> deque[Entry] | None:
        return self._own or next(iter(self._lines.values()), None)

    def _turn(self) -> None:
        """Whose turn it was is the last now, if anything of theirs waits."""
        chat, line = self._lines.popitem(last=False)
        if line:
            self._lines[chat] = line
