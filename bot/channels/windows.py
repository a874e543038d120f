"""So many messages in so long a time in each chat, by monotonic time."""

from collections import deque
from collections.abc import Callable
from time import monotonic

_MOST_REMEMBERED = 1000


class Windows:
    """Counts what was sent in each chat; `limits` are (messages, seconds)."""

    def __init__(self, *limits: tuple[int, float], clock: Callable[[], float] = monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._longest = max(seconds for _, seconds in limits)
        self._sent: dict[str, deque[float]] = {}

    def wait(self, chat: str) -> float:
        """The seconds until one more may go; 0 when it may go now."""
        now, times = self._clock(), self._sent.get(chat, ())
        waits = [times[-most] + seconds - now for most, seconds in self._limits if len(times) >= most]
        return max(0.0, *waits) if waits else 0.0

    def count(self, chat: str) -> None:
        """One more goes."""
        now = self._clock()
        if len(self._sent) > _MOST_REMEMBERED:
            self._sent = {each: times for each, times in self._sent.items() if times[-1] > now - self._longest}
        most = max(number for number, _ in self._limits)
        self._sent.setdefault(chat, deque(maxlen=most)).append(now)
