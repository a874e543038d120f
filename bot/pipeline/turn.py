"""What a job works with, and what became of a message."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.outbox.letters import PASSIVE, Letters
from handlers.kit import Message, ReadFirst
from scheduling import closed_periods
from storage.audit import audit
from storage.base.vault import Vault
from storage.checkins.rollups import Rollups
from storage.records import record
from storage.savepoint import TransactionGone, savepoint

log = logging.getLogger(__name__)


@record
class Outcome:
    """What became of a message: its row, `done` or `failed`, and whether it had been here before.

    `passive` is what the answer to the request says by itself; a repeat's is looked up.
    """

    inbox_id: int
    state: str
    repeat: bool
    passive: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a job works with: the open transaction, the time, a way to say something, the sums, the audit entries."""

    db: Connection
    now: datetime
    letters: Letters
    rollups: Rollups
    audit: audit.Noted
    vault: Vault

    def look_at_the_closed(self) -> None:
        """Raises ReadFirst when a message changes what is closed, and what that was has not been kept."""
        closing = closed_periods.closing_of(self.db, self.rollups.changing, self.now)
        if closing.parts:
            raise ReadFirst(closing)


# What the bot does beside messages: a tick, a note of what a platform said.
Task = Callable[[Turn], Any]
Job = Message | Task
# Who wrote, and where: what one person says in one chat keeps its order.
Origin = tuple[str, str, str]


def origin_of(job: Job) -> Origin | None:
    """Of a message; None: the bot's own doing."""
    return (job.channel, job.chat, job.sender) if isinstance(job, Message) else None


def begin(
    db: Connection, vault: Vault, now: datetime, nameless: frozenset[str], passive: frozenset[str] = PASSIVE
) -> Turn:
    """All that a transaction's jobs work with; `passive`: the channels where an answer may be the response itself."""
    return Turn(
        db, now, Letters(db, vault, now, passive, nameless), Rollups(closed_periods.keeper(now)), audit.of(db), vault
    )


@contextmanager
def whole(turn: Turn) -> Iterator[None]:
    """What happens inside happens whole or not at all, what is to be said and summed included."""
    # What was done before is not undone with it.
    turn.rollups.keep()
    said = turn.letters.mark()
    noted = len(turn.audit.rows)
    try:
        with savepoint(turn.db):
            yield
    except Exception:
        turn.letters.back_to(said)
        turn.audit.back_to(noted)
        turn.rollups.drop()
        raise
    turn.rollups.keep()


@contextmanager
def contained(turn: Turn, words: str) -> Iterator[None]:
    """As `whole`; a bug in it is logged with these words, and keeps nothing else from being done."""
    try:
        with whole(turn):
            yield
    except TransactionGone:
        raise
    except Exception:
        log.exception(words)
