"""Group commit: everything that waits in one transaction, a savepoint each, replies released after the commit."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.condition import Condition
from bot.dispatch import snapshots
from bot.dispatch.features import Features
from bot.pipeline import failures
from bot.pipeline.messages import Messages
from bot.pipeline.senders import Senders
from bot.pipeline.turn import Job, Task, Turn, begin
from handlers.kit import Message, ReadFirst
from storage.base.vault import Vault

Result = Any


class Transactions:
    """Turns jobs into committed results; used by one thread at a time."""

    def __init__(
        self, engine: Engine, features: Features, vault: Vault, now: Callable[[], datetime],
        nameless: frozenset[str] = frozenset({"telegram"}), daily: Mapping[str, int] = MappingProxyType({}),
        read: snapshots.Reading | None = None,
    ) -> None:  # fmt: skip
        """`nameless`: the channels on which no child is named; `daily`: what is limited a day, and how often.

        `read`: reads beside the writer; what only reads is to be read by it first (`read_first`).
        """
        self._read = read
        self._nameless = nameless
        self._engine = engine
        self._messages = Messages(features, nameless, daily)
        self._vault = vault
        self._now = now
        # Whether something was written for the senders; whoever has told them sets it back.
        self.spoke = False
        # How storing messages goes, for /health.
        self.writing = Condition()

    def together(self, jobs: Sequence[Job]) -> list[Result]:
        """Their results, committed; raises what kept all of them from it."""
        with self._engine.begin() as db:
            turn = begin(db, self._vault, self._now(), self._nameless)
            # Tasks first: what they change (people, the tree, everything) holds for the messages after them.
            done = {place: self._do(turn, job) for place, job in enumerate(jobs) if not isinstance(job, Message)}
            messages = [job for job in jobs if isinstance(job, Message)]
            outcomes = self._messages.handle_all(turn, messages, snapshots.first if self._read else None)
            results = [done[place] if place in done else next(outcomes) for place in range(len(jobs))]
            turn.rollups.flush(db)
            spoke = turn.letters.flush()
        self.spoke |= spoke
        if messages:
            # A tick may have had nothing to write.
            self.writing.worked()
        return results

    def _do(self, turn: Turn, task: Task) -> Any:
        result = task(turn)
        turn.rollups.keep()
        return result

    def read_first(self, message: Message, first: ReadFirst) -> Task:
        """Read, here and now, what a message asks for; returns the task that handles it."""
        assert self._read is not None
        found = snapshots.read(self._read, first.wanted, self._now())

        def handle(turn: Turn) -> Any:
            [outcome] = self._messages.handle_all(turn, [message], found(turn.db))
            # What other tasks of this transaction do is nobody's doing.
            turn.audit.by(None, None)
            return outcome

        return handle

    def answers(self) -> bool:
        """Whether the database is there."""
        try:
            with self._engine.begin():
                return True
        except SQLAlchemyError:
            return False

    def replay(self, inbox_id: int) -> str:
        """Handle a failed message again: `done`, `failed`; raises LookupError when there is no such message."""
        with self._engine.begin() as db:
            message, came = failures.taken_up(db, self._vault, inbox_id)
            # As of when it arrived, so that 今天 means that day; nobody waits for its answer any more.
            at = came.astimezone(self._now().tzinfo)
            turn = begin(db, self._vault, at, self._nameless, passive=frozenset())
            state = self._messages.handle(turn, Senders(db, [message], turn.now), message, inbox_id)
            turn.rollups.flush(db)
            if state == "done":
                # After another failure there is nothing new to say.
                turn.letters.flush()
        return state
