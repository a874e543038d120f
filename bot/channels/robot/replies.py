"""By what name each message can still be replied to, and what kind of chat each is; forgotten at the end."""

from collections.abc import Callable
from time import monotonic

from sqlalchemy import Engine

from storage.messages import inbox

# A message can be replied to for a day.
_LIVES = 24 * 3600.0
_MOST = 20_000
UNKNOWN, SINGLE, GROUP = 0, 1, 2


class Replies:
    """What the callbacks of this connection and earlier ones said."""

    def __init__(self, read: Engine, clock: Callable[[], float] = monotonic) -> None:
        self._read = read
        self._clock = clock
        self._names: dict[str, tuple[str, float]] = {}
        self._kinds: dict[str, int] = {}

    def note(self, message_id: str, req_id: str, chat: str, private: bool) -> None:
        """A message came; without a `req_id` it can only be answered by a push."""
        for kept in (self._names, self._kinds):
            while len(kept) >= _MOST:
                del kept[next(iter(kept))]
        self._kinds[chat] = SINGLE if private else GROUP
        if req_id:
            self._names[message_id] = req_id, self._clock()

    def to(self, message_id: str) -> str:
        """By which the message is replied to; empty when it cannot be any more."""
        req_id, since = self._names.get(message_id, ("", 0.0))
        return req_id if self._clock() - since < _LIVES else ""

    def answered_by(self, letter_id: int) -> str:
        """The message that this letter answers."""
        with self._read.connect() as db:
            return inbox.answered_by(db, letter_id) or ""

    def forget(self, message_id: str) -> None:
        """It takes no more replies."""
        self._names.pop(message_id, None)

    def kind(self, chat: str) -> int:
        """What kind of chat it is, as far as that is known: the platform finds out by itself otherwise."""
        return self._kinds.get(chat, UNKNOWN)
