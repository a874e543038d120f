"""Group commit: everything that waits in one transaction, a savepoint each, replies released after the commit."""

import logging
import traceback
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from secrets import token_hex
from typing import Any

from sqlalchemy import Connection, Engine

from bot import dispatch
from bot.dispatch import Acquaintance
from bot.features import Features
from bot.letters import Letters
from handlers.kit import Ask, Attachment, Message, Refusal, Reply
from storage import inbox
from storage.rollups import Rollups
from storage.vault import Vault

log = logging.getLogger(__name__)
SORRY = "抱歉,这条消息没有处理好,已经保存(编号 {})。管理员会处理,请不要重发。"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message: its row, `done` or `failed`, and whether it had been here before."""

    inbox_id: int
    state: str
    repeat: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """What a deed other than a message gets: the open transaction, the time, and a way to say something."""

    db: Connection
    now: datetime
    letters: Letters
    rollups: Rollups


Deed = Callable[[Turn], Any]
Job = Message | Deed
Result = Any


class TransactionGone(Exception):
    """The transaction ended beneath us (full disk, deadlock, lost connection): nothing of it counts."""


class Transactions:
    """Turns jobs into committed results; used by one thread at a time."""

    def __init__(self, engine: Engine, features: Features, vault: Vault, now: Callable[[], datetime]) -> None:
        self._engine = engine
        self._features = features
        self._vault = vault
        self._now = now
        # Whether the last transaction wrote something for the senders.
        self.spoke = False

    def process(self, jobs: Sequence[Job]) -> list[Result]:
        """One result a job: an Outcome, what the deed returned, or the exception for which it must come again."""
        try:
            return self._together(jobs)
        except Exception as error:
            if len(jobs) == 1:
                log.error("not committed: %s", type(error).__name__, exc_info=error)
                return [error]
            log.warning("%d jobs could not be committed together, one by one now: %s", len(jobs), error)
            return [self.process([job])[0] for job in jobs]

    def _together(self, jobs: Sequence[Job]) -> list[Result]:
        with self._engine.begin() as db:
            turn = self._turn(db, self._now())
            messages = [job for job in jobs if isinstance(job, Message)]
            arrivals = _arrive(turn, messages)
            known = Acquaintance(db, messages, turn.now)
            heard: dict[int, str] = {}
            results: list[Result] = []
            for job in jobs:
                if not isinstance(job, Message):
                    results.append(job(turn))
                    turn.rollups.keep()
                    continue
                arrival = arrivals[job.channel, job.message_id]
                repeat = not arrival.fresh or arrival.id in heard
                if not repeat:
                    heard[arrival.id] = self._hear(turn, known, job, arrival.id)
                results.append(Outcome(arrival.id, heard.get(arrival.id, arrival.state), repeat))
            turn.rollups.flush(db)
            self.spoke = turn.letters.flush()
        return results

    def _turn(self, db: Connection, now: datetime) -> Turn:
        return Turn(db, now, Letters(db, self._vault, now), Rollups())

    def _hear(self, turn: Turn, known: Acquaintance, message: Message, inbox_id: int) -> str:
        """Handle one message in a savepoint; a bug costs this message only, and it is kept."""
        db, rollups = turn.db, turn.rollups
        ask = Ask(db, turn.now, message, inbox_id, None, "", rollups, self._vault, self._features.commands)
        savepoint = db.begin_nested()
        try:
            ask = known.introduce(ask)
            replies = dispatch.answer(self._features, ask)
            savepoint.commit()
            rollups.keep()
        except Refusal as refusal:
            _undo(db, savepoint, rollups)
            replies = [Reply(refusal.text, refusal.buttons)]
        except Exception as bug:
            _undo(db, savepoint, rollups)
            self._keep_failed(db, message, inbox_id, bug)
            turn.letters.add([Reply(SORRY.format(inbox_id))], ask)
            return "failed"
        turn.letters.add(replies, ask)
        return "done"

    def _keep_failed(self, db: Connection, message: Message, inbox_id: int, bug: Exception) -> None:
        # The words of the error may hold the words of the message: they are sealed, the log gets the place only.
        last = traceback.extract_tb(bug.__traceback__)[-1]
        log.error("message %d failed: %s at %s:%d", inbox_id, type(bug).__name__, last.filename, last.lineno or 0)
        trace = "".join(traceback.format_exception(bug))
        inbox.fail(db, inbox_id, self._vault.seal(_as_json(message)), self._vault.seal(trace))

    def replay(self, inbox_id: int) -> str:
        """Handle a failed message again: `done`, `failed`; raises LookupError when there is no such message."""
        with self._engine.begin() as db:
            found = inbox.failed(db, inbox_id)
            if not found:
                raise LookupError(f"no failed message {inbox_id}")
            # As of when it arrived, so that 今天 means that day.
            turn = self._turn(db, found[0].received_at.astimezone(self._now().tzinfo))
            message = from_json(self._vault.open(found[0].payload))
            inbox.done(db, inbox_id)
            state = self._hear(turn, Acquaintance(db, [message], turn.now), message, inbox_id)
            turn.rollups.flush(db)
            turn.letters.flush()
        return state


def _arrive(turn: Turn, messages: Sequence[Message]) -> dict[inbox.Key, inbox.Arrival]:
    unique = {(message.channel, message.message_id): message for message in messages}
    rows = [
        {"channel": m.channel, "message_id": m.message_id, "chat": m.chat, "sender": m.sender, "received_at": turn.now}
        for m in unique.values()
    ]
    return inbox.arrive(turn.db, rows, token_hex(8))


def _undo(db: Connection, savepoint: Any, rollups: Rollups) -> None:
    """Back to the savepoint; raises TransactionGone when the whole transaction is no longer there."""
    rollups.drop()
    try:
        savepoint.rollback()
    except Exception as error:
        raise TransactionGone from error
    if not _stands(db):
        raise TransactionGone


def _stands(db: Connection) -> bool:
    driver = db.connection.dbapi_connection
    if driver is None or db.invalidated:
        return False
    if db.dialect.name == "sqlite":
        return bool(driver.in_transaction)
    return bool(driver.info.transaction_status.name == "INTRANS")


def _as_json(message: Message) -> dict[str, Any]:
    return {**asdict(message), "sent_at": message.sent_at.isoformat()}


def from_json(values: dict[str, Any]) -> Message:
    """The message that `_as_json` wrote."""
    attachments = tuple(Attachment(**each) for each in values["attachments"])
    return Message(**{**values, "sent_at": datetime.fromisoformat(values["sent_at"]), "attachments": attachments})
