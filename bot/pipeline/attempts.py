"""What is tried again: a transaction that others brought down, then each of its jobs by itself."""

import logging
import os
import random
import time
from collections.abc import Sequence

from bot.pipeline import failures
from bot.pipeline.transaction import Result, Transactions
from bot.pipeline.turn import Job, origin_of
from handlers.kit import ReadFirst
from storage.database import flush_failed, is_worth_another_try, passes

log = logging.getLogger(__name__)
# Tries of a transaction that another process, or a server that starts anew, brought down.
_TRIES = 4
_PAUSE = 0.05
EXIT_OF_A_FAILED_FLUSH = 70


def process(transactions: Transactions, jobs: Sequence[Job]) -> list[Result]:
    """One result a job: an Outcome, what the task returned, or the exception for which it must come again.

    A ReadFirst says that the message has not been handled: `read_first` gives the task that does it; of
    what the same person said after it there is nothing to read yet.
    """
    try:
        return _tried(transactions, jobs, _TRIES)
    except Exception as bug:
        # Nobody is told that it was stored, and the writer's thread lives on for the others.
        log.critical("没有存下：%s", failures.place_of(bug))
        return [bug] * len(jobs)


def _tried(transactions: Transactions, jobs: Sequence[Job], tries: int) -> list[Result]:
    try:
        return transactions.together(jobs)
    except Exception as error:
        if flush_failed(error):
            log.critical("硬盘没有收下写的内容：%s", failures.place_of(error))
            os._exit(EXIT_OF_A_FAILED_FLUSH)
        if tries > 1 and is_worth_another_try(error):
            log.warning("%d 件再做一次：%s", len(jobs), failures.place_of(error))
            # Two processes that met do not meet again at once.
            time.sleep(random.uniform(0, _PAUSE))
            return _tried(transactions, jobs, tries - 1)
        if len(jobs) == 1:
            log.error("没有存下：%s", failures.place_of(error))
            if passes(error):
                transactions.writing.failed(failures.place_of(error).partition(" at ")[0])
            return [error]
        log.warning("%d 件不能一起存下，现在一件一件来：%s", len(jobs), failures.place_of(error))
        return _one_by_one(transactions, jobs)


def _one_by_one(transactions: Transactions, jobs: Sequence[Job]) -> list[Result]:
    results: list[Result] = []
    waiting = set()
    for place, job in enumerate(jobs):
        origin = origin_of(job)
        results += [ReadFirst()] if origin in waiting else _tried(transactions, [job], _TRIES)
        if isinstance(results[-1], ReadFirst):
            waiting.add(origin)
        if isinstance(results[-1], Exception) and place < len(jobs) - 1 and not transactions.answers():
            # The database is away: each of the others would wait for its time-out as well.
            return results + [results[-1]] * (len(jobs) - place - 1)
    return results
