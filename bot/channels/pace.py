"""How fast a bot may speak, by monotonic time: so many messages in so long a time in each chat, and over all chats."""

import asyncio
from collections import deque
from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from time import monotonic

_REMEMBERED = 2000
Limit = tuple[int, float]


class Windows:
    """Counts what goes to each chat; `limits` are (messages, seconds)."""

    def __init__(self, *limits: Limit, clock: Callable[[], float] = monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._most = max(most for most, _ in limits)
        self._longest = max(seconds for _, seconds in limits)
        self._times: dict[str, deque[float]] = {}
        # Chats in which the platform wants no more until then.
        self._held: dict[str, float] = {}
        self._tidy_at = _REMEMBERED

    def wait(self, chat: str, wanted: int = 1) -> float:
        """The seconds until so many more may go there, 0 when they may now; of more than a window holds its fill."""
        now, times = self._clock(), self._times.get(chat, ())
        # The newest of those that must have left the window.
        places = [(max(most - wanted, 0) + 1, seconds) for most, seconds in self._limits]
        waits = [times[-place] + seconds - now for place, seconds in places if len(times) >= place]
        return max(0.0, self._held.get(chat, now) - now, *waits)

    def take(self, chat: str) -> float:
        """Take the next place there; the seconds to wait for it."""
        wait = self.wait(chat)
        self._note(chat, self._clock() + wait)
        return wait

    def count(self, *chats: str) -> None:
        """A message goes to these now."""
        for chat in chats:
            self._note(chat, self._clock())

    def hold(self, chat: str, seconds: float) -> None:
        """The platform wants no more there for so long."""
        self._held[chat] = self._clock() + seconds

    def _note(self, chat: str, at: float) -> None:
        if len(self._times) > self._tidy_at:
            now = self._clock()
            self._times = {each: times for each, times in self._times.items() if times[-1] > now - self._longest}
            self._held = {each: until for each, until in self._held.items() if until > now}
            # Not for every one of ten thousand who are told within a minute.
            self._tidy_at = max(_REMEMBERED, 2 * len(self._times))
        self._times.setdefault(chat, deque(maxlen=self._most)).append(at)


class Turnstile:
    """Lets so many messages a second through over all chats, answers before notices."""

    def __init__(self, a_second: float, clock: Callable[[], float] = monotonic) -> None:
        self._every = 1 / a_second
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
                self._next = max(self._next, self._clock() - self._every) + self._every
                break
        self._set()
