"""What waits for the writer: a line for each chat, taken in turn, so that who writes much delays only themselves."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Hashable
from typing import Any

from bot.pipeline.turn import Job

# What belongs together is one entry, and never divided between two transactions. With each job: since when it waits.
Entry = list[tuple[Job, "asyncio.Future[Any]", float]]
# The line of what the bot does itself: always the first.
OWN = ""


class FairQueue:
    """Of no thread: whoever uses it holds a lock."""

    def __init__(self) -> None:
        self._own: deque[Entry] = deque()
        self._lines: OrderedDict[Hashable, deque[Entry]] = OrderedDict()
        # How many jobs wait.
        self.length = 0

    def put(self, chat: Hashable, entry: Entry) -> None:
        """At the end of the chat's line."""
        (self._own if chat == OWN else self._lines.setdefault(chat, deque())).append(entry)
        self.length += len(entry)

    def take(self, most: int) -> Entry:
        """One entry of each line after the other, together no more than `most` jobs unless the first has more."""
        taken: Entry = []
        while (line := self._next()) and (not taken or len(taken) + len(line[0]) <= most):
            taken += line.popleft()
            if line is not self._own:
                self._turn()
        self.length -= len(taken)
        return taken

    def _next(self) -> deque[Entry] | None:
        return self._own or next(iter(self._lines.values()), None)

    def _turn(self) -> None:
        """Whose turn it was is the last now, if anything of theirs waits."""
        chat, line = self._lines.popitem(last=False)
        if line:
            self._lines[chat] = line
