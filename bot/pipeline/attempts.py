"""What is tried again: a transaction that others brought down, each of its jobs by itself, a message that failed."""

import logging
import os
import random
import time
from collections.abc import Sequence

from sqlalchemy.exc import SQLAlchemyError

from bot.pipeline import failures
from bot.pipeline.senders import Senders
from bot.pipeline.transaction import Result, Transaction
from bot.pipeline.turn import Job, begin, origin_of
from handlers.kit import ReadFirst
from storage.database import flush_failed, is_worth_another_try, passes
from storage.messages import inbox

log = logging.getLogger(__name__)
# Tries of a transaction that another process, or a server that starts anew, brought down.
_TRIES = 4
_PAUSE = 0.05
EXIT_OF_A_FAILED_FLUSH = 70


class Transactions(Transaction):
    """Turns jobs into committed results, whatever it takes; replies are released after the commit."""

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
            return self.together(jobs)
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
