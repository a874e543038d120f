"""How fast a bot may speak on Telegram, by monotonic time."""

import asyncio
from collections import deque
from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from time import monotonic

_MOST_REMEMBERED = 1000


class Pace:
    """One message a second in each chat after a burst of three; in a group at most twenty a minute besides."""

    EVERY_IN_CHAT = 1.0
    BURST = 3
    MOST_IN_GROUP, MINUTE = 20, 60.0

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        # Per chat the time at which nothing of its burst will be used up any more.
        self._quiet: dict[str, float] = {}
        # Per group the times of its last messages.
        self._groups: dict[str, deque[float]] = {}
        self._held: dict[str, float] = {}

    def in_chat(self, chat: str) -> float:
        """Take this chat's next place; the seconds to wait for it."""
        now = self._clock()
        self._forget(now)
        quiet = max(self._quiet.get(chat, now), now)
        at = max(now, quiet - (self.BURST - 1) * self.EVERY_IN_CHAT)
        # Groups have negative numbers.
        if chat.startswith("-"):
            at = self._in_group(chat, at)
        self._quiet[chat] = max(quiet, at) + self.EVERY_IN_CHAT
        return at - now

    def must_pause(self, chat: str) -> float:
        """The seconds until a group that had its twenty messages may get the next, 0 when it may get one now."""
        times = self._groups.get(chat)
        if times is None or len(times) < self.MOST_IN_GROUP:
            return 0.0
        return max(0.0, times[0] + self.MINUTE - self._clock())

    def _in_group(self, chat: str, at: float) -> float:
        times = self._groups.setdefault(chat, deque(maxlen=self.MOST_IN_GROUP))
        if len(times) == self.MOST_IN_GROUP:
            at = max(at, times[0] + self.MINUTE)
        times.append(at)
        return at

    def _forget(self, now: float) -> None:
        if len(self._quiet) > _MOST_REMEMBERED:
            self._quiet = {chat: until for chat, until in self._quiet.items() if until > now}
            self._groups = {chat: times for chat, times in self._groups.items() if times[-1] > now - self.MINUTE}

    def hold(self, chat: str, seconds: float) -> None:
        """The platform wants no more in this chat for so long."""
        self._held[chat] = self._clock() + seconds

    def held(self, chat: str) -> float:
        """The seconds for which the chat is still held, 0 when it is not."""
        left = self._held.get(chat, 0.0) - self._clock()
        if left <= 0:
            self._held.pop(chat, None)
        return max(left, 0.0)


class Turnstile:
    """Lets 25 messages a second through over all chats, answers before notices."""

    EVERY = 1 / 25

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._next = 0.0
        self._line: list[tuple[bool, int, asyncio.Future[None]]] = []
        self._numbers = count()
        self._timer: asyncio.TimerHandle | None = None

    async def through(self, notice: bool) -> None:
        """Wait for a turn."""
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heappush(self._line, (notice, next(self._numbers), mine))
        self._set()
        await mine

    def _set(self) -> None:
        if self._timer is None and self._line:
            wait = max(0.0, self._next - self._clock())
            self._timer = asyncio.get_running_loop().call_later(wait, self._turn)

    def _turn(self) -> None:
        self._timer = None
        while self._line:
            _, _, first = heappop(self._line)
            # Who was cancelled while waiting uses no turn up.
            if not first.done():
                first.set_result(None)
                self._next = max(self._next, self._clock() - self.EVERY) + self.EVERY
                break
        self._set()
