"""Faults that the bot must not have, planted on purpose: `python -m tests.faults.planted` serves with one of them.

Whoever judges the bot (`tests/faults/seen.py`) has to see each of them, or its word is worth nothing.
"""

import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from secrets import token_hex
from typing import Any

from bot.outbox import carrier
from bot.pipeline import unread, writer
from bot.pipeline.turn import Outcome
from handlers.kit import Message
from storage import database
from storage.messages import inbox


def acknowledge_before_the_commit() -> None:
    """What a message becomes is said before it is stored."""
    put = writer.Pipeline._put_all

    def hurried(self: Any, jobs: Sequence[Any]) -> Any:
        if not any(isinstance(job, Message) for job in jobs):
            return put(self, jobs)
        futures = [self._loop.create_future() for _ in jobs]
        for future in futures:
            future.set_result(Outcome(0, "done", False))
        threading.Timer(0.2, self._loop.call_soon_threadsafe, (put, self, jobs)).start()
        return futures

    writer.Pipeline._put_all = hurried  # type: ignore[method-assign]


def no_unique_key() -> None:
    """A repeat is a message of its own."""
    arrive = inbox.arrive

    def twice(db: Any, rows: Any, batch: str) -> Any:
        renamed = [{**row, "message_id": f"{row['message_id']} {token_hex(4)}"} for row in rows]
        found = arrive(db, renamed, batch)
        names = zip(rows, renamed, strict=True)
        return {(row["channel"], row["message_id"]): found[new["channel"], new["message_id"]] for row, new in names}

    inbox.arrive = twice


def flush_seldom() -> None:
    """A commit does not wait for the disk (synchronous=NORMAL)."""
    pragmas = database._pragmas_for_writing

    def careless(connection: Any, record: object) -> None:
        pragmas(connection, record)
        connection.execute("PRAGMA synchronous=NORMAL")

    database._pragmas_for_writing = careless


def give_up_after_two_tries() -> None:
    """What the platform has not taken twice is called uncertain, for ever."""
    failed = carrier._failed

    def impatient(letter: Any, *more: Any) -> Any:
        settled = failed(letter, *more)
        return replace(settled, state="uncertain", facts={}) if letter.attempts else settled

    carrier._failed = impatient


def unreadable_on_a_full_disk() -> None:
    """That there was no room is held against the message: after three tries it is put aside and acknowledged."""
    tries: Counter[str] = Counter()

    async def impatient(_self: Any, known_as: str, _raw: Any, fault: Exception) -> None:
        tries[known_as] += 1
        if tries[known_as] < 3:
            raise unread.NotCommitted from fault

    unread.Unread.refuse = impatient  # type: ignore[method-assign]


def timer_by_the_wall() -> None:
    """The ticks go by a time that somebody sets."""
    from scheduling import clock

    clock.monotonic = time.time


PLANTS: dict[str, Callable[[], None]] = {
    each.__name__: each
    for each in (
        acknowledge_before_the_commit, no_unique_key, flush_seldom, give_up_after_two_tries, unreadable_on_a_full_disk,
        timer_by_the_wall,
    )
}  # fmt: skip


if __name__ == "__main__":
    if name := os.environ["PLANTED"]:
        PLANTS[name]()
    from bot.__main__ import main

    sys.exit(main(["serve"]))
