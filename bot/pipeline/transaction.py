"""Group commit: everything that waits in one transaction, a savepoint each, replies released after the commit."""

import logging
import os
import random
import time
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
from bot.pipeline.turn import Job, Task, Turn, begin, origin_of
from handlers.kit import Message, ReadFirst
from storage.base.vault import Vault
from storage.database import flush_failed, is_worth_another_try, passes
from storage.messages import inbox

log = logging.getLogger(__name__)
# Tries of a transaction that another process, or a server that starts anew, brought down.
_TRIES = 4
_PAUSE = 0.05
EXIT_OF_A_FAILED_FLUSH = 70


Result = Any


class Transactions:
    """Turns jobs into committed results; used by one thread at a time."""

    def __init__(
        self, engine: Engine, features: Features, vault: Vault, now: Callable[[], datetime],
        nameless: frozenset[str] = frozenset({"telegram"}), daily: Mapping[str, int] = MappingProxyType({}),
        read: Engine | None = None,
    ) -> None:  # fmt: skip
        """`nameless`: the channels on which no child is named; `daily`: what is limited a day, and how often.

        `read`: connections beside the writer; what only reads is to be read from them first (`read_first`).
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

    def process(self, jobs: Sequence[Job]) -> list[Result]:
        """One result a job: an Outcome, what the task returned, or the exception for which it must come again.

        A ReadFirst says that the message has not been handled: `read_first` gives the task that does it; of
        what the same person said after it there is nothing to read yet.
        """
        try:
            return self._tried(jobs, _TRIES)
        except Exception as bug:
            # Nobody is told that it was stored, and the writer's thread lives on for the others.
            log.critical("not committed: %s", failures.place_of(bug))
            return [bug] * len(jobs)

    def _tried(self, jobs: Sequence[Job], tries: int) -> list[Result]:
        try:
            results = self._together(jobs)
        except Exception as error:
            if flush_failed(error):
                log.critical("the disk did not take what was written: %s", failures.place_of(error))
                os._exit(EXIT_OF_A_FAILED_FLUSH)
            if tries > 1 and is_worth_another_try(error):
                log.warning("%d jobs again: %s", len(jobs), failures.place_of(error))
                # Two processes that met do not meet again at once.
                time.sleep(random.uniform(0, _PAUSE))
                return self._tried(jobs, tries - 1)
            if len(jobs) == 1:
                log.error("not committed: %s", failures.place_of(error))
                if passes(error):
                    self.writing.failed(failures.place_of(error).partition(" at ")[0])
                return [error]
            log.warning(
                "%d jobs could not be committed together, one by one now: %s", len(jobs), failures.place_of(error)
            )
            return self._one_by_one(jobs)
        if any(isinstance(job, Message) for job in jobs):
            # A tick may have had nothing to write.
            self.writing.worked()
        return results

    def _one_by_one(self, jobs: Sequence[Job]) -> list[Result]:
        results: list[Result] = []
        waiting = set()
        for place, job in enumerate(jobs):
            origin = origin_of(job)
            results += [ReadFirst()] if origin in waiting else self._tried([job], _TRIES)
            if isinstance(results[-1], ReadFirst):
                waiting.add(origin)
            if isinstance(results[-1], Exception) and place < len(jobs) - 1 and not self._answers():
                # The database is away: each of the others would wait for its time-out as well.
                return results + [results[-1]] * (len(jobs) - place - 1)
        return results

    def _answers(self) -> bool:
        try:
            with self._engine.begin():
                return True
        except SQLAlchemyError:
            return False

    def _together(self, jobs: Sequence[Job]) -> list[Result]:
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
        return results

    def _do(self, turn: Turn, task: Task) -> Any:
        result = task(turn)
        turn.rollups.keep()
        return result

    def read_first(self, message: Message, first: ReadFirst) -> Task:
        """Read, here and now, what a message asks for; returns the task that handles it."""
        assert self._read is not None
        found = snapshots.read(self._read, self._vault, first.wanted, self._now())

        def handle(turn: Turn) -> Any:
            [outcome] = self._messages.handle_all(turn, [message], found(turn.db))
            # What other tasks of this transaction do is nobody's doing.
            turn.audit.by(None, None)
            return outcome

        return handle

    def replay(self, inbox_id: int) -> str:
        """Handle a failed message again: `done`, `failed`; raises LookupError when there is no such message."""
        with self._engine.begin() as db:
            found = inbox.failed(db, inbox_id)
            if not found:
                raise LookupError(f"no failed message {inbox_id}")
            # As of when it arrived, so that 今天 means that day.
            # Nobody waits for its answer any more.
            at = found[0].received_at.astimezone(self._now().tzinfo)
            turn = begin(db, self._vault, at, self._nameless, passive=frozenset())
            message = failures.from_json(self._vault.open(found[0].payload))
            if not inbox.done(db, inbox_id):
                raise LookupError(f"message {inbox_id} is being handled by another")
            state = self._messages.handle(turn, Senders(db, [message], turn.now), message, inbox_id)
            turn.rollups.flush(db)
            if state == "done":
                # After another failure there is nothing new to say.
                turn.letters.flush()
        return state
