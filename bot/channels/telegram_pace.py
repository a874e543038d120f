"""How fast a bot may speak on Telegram, by monotonic time."""

from collections.abc import Callable
from time import monotonic

_MOST_REMEMBERED = 1000


class Pace:
    """25 messages a second over all chats, one a second in each after a burst of three."""

    EVERY = 1 / 25
    EVERY_IN_CHAT = 1.0
    BURST = 3

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._next = 0.0
        # Per chat the time at which nothing of its burst will be used up any more.
        self._quiet: dict[str, float] = {}
        self._held: dict[str, float] = {}

    def in_chat(self, chat: str) -> float:
        """Take this chat's next place; the seconds to wait for it."""
        now = self._clock()
        quiet = max(self._quiet.get(chat, now), now)
        at = max(now, quiet - (self.BURST - 1) * self.EVERY_IN_CHAT)
        if len(self._quiet) > _MOST_REMEMBERED:
            self._quiet = {each: until for each, until in self._quiet.items() if until > now}
        self._quiet[chat] = quiet + self.EVERY_IN_CHAT
        return at - now

    def overall(self) -> float:
        """Take the bot's next place; the seconds to wait for it."""
        now = self._clock()
        at = max(now, self._next)
        self._next = at + self.EVERY
        return at - now

    def hold(self, chat: str, seconds: float) -> None:
        """The platform wants no more in this chat for so long."""
        self._held[chat] = self._clock() + seconds

    def held(self, chat: str) -> float:
        """The seconds for which the chat is still held, 0 when it is not."""
        left = self._held.get(chat, 0.0) - self._clock()
        if left <= 0:
            self._held.pop(chat, None)
        return max(left, 0.0)
