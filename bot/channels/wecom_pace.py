"""How fast an app may speak to one member of 企业微信, by monotonic time."""

from collections.abc import Callable, Iterable
from time import monotonic

from bot.channels.telegram.pace import Turnstile

_MOST_REMEMBERED = 2000


class Pace:
    """
    Sixteen messages a minute to each member.

    What exceeds 30 a minute or 1,000 an hour is dropped without a word (document 90312); sixteen are 960 an hour.
    """

    MOST, MINUTE = 16, 60.0

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        # Per member the times of the last messages.
        self._times: dict[str, tuple[float, ...]] = {}

    def must_pause(self, chat: str, wanted: int) -> float:
        """The seconds until so many more messages may go there, 0 when they may now."""
        since = self._clock() - self.MINUTE
        times = [at for at in self._times.get(chat, ()) if at > since]
        over = len(times) + wanted - self.MOST
        return max(0.0, times[min(over, len(times)) - 1] - since) if over > 0 and times else 0.0

    def note(self, chats: Iterable[str]) -> None:
        """A message goes to these."""
        now = self._clock()
        if len(self._times) > _MOST_REMEMBERED:
            self._times = {chat: times for chat, times in self._times.items() if times[-1] > now - self.MINUTE}
        for chat in chats:
            self._times[chat] = (*self._times.get(chat, ())[1 - self.MOST :], now)


class Calls(Turnstile):
    """Fifty calls a second, answers before notices: the platform takes 10,000 a minute, but other programs call too."""

    EVERY = 1 / 50
