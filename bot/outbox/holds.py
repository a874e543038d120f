"""What a platform wants nothing of for a while: kept as facts, so that a restart does not forget it."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.channels import Failure, SendError
from storage.base import key_values
from storage.messages.outbox import Held

# Stand for the notices to everybody, and for all there is.
_NOTICES, _EVERYTHING = "*", "**"
# No platform asks for more.
_LONGEST = timedelta(hours=2)


class Holds:
    """The holds of one channel, by true time."""

    def __init__(self, channel: str) -> None:
        self._prefix = f"hold {channel} "
        self._until: dict[str, datetime] = {}
        # Chats whose fact is to be written or taken away.
        self._changed: set[str] = set()

    def load(self, db: Connection) -> None:
        """What was held when the last process ended."""
        found = key_values.with_prefix(db, self._prefix)
        cut = len(self._prefix)
        self._until = {name[cut:]: datetime.fromisoformat(each.value) for name, each in found.items()}

    def heard(self, chat: str, failure: SendError, real: datetime) -> None:
        """A letter to this chat failed: what nothing is wanted of for a while."""
        if not failure.retry_after or failure.kind not in (Failure.AWAY, Failure.THROTTLED):
            return
        for each in (_EVERYTHING,) if failure.kind is Failure.AWAY else (chat, _NOTICES):
            until = real + timedelta(seconds=failure.retry_after + 0.5)
            self._until[each] = max(self._until.get(each, real), until)
            self._changed.add(each)

    def now(self, real: datetime) -> Held:
        """What is held at this moment."""
        # What ends later was noted by a clock that was wrong.
        over = [chat for chat, until in list(self._until.items()) if not real < until <= real + _LONGEST]
        for chat in over:
            self._until.pop(chat, None)
            self._changed.add(chat)
        chats = frozenset(self._until) - {_NOTICES, _EVERYTHING}
        return Held(chats, _NOTICES in self._until, _EVERYTHING in self._until)

    def write(self, db: Connection, real: datetime) -> None:
        """Keep what has changed since."""
        changed, self._changed = self._changed, set()
        for chat in changed:
            until = self._until.get(chat)
            if until is None:
                key_values.remove(db, self._prefix + chat)
            else:
                key_values.put(db, self._prefix + chat, until.isoformat(), real)

    def write_again(self) -> None:
        """What was written last was not committed."""
        self._changed.update(self._until)
