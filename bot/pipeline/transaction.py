"""Group commit: everything that waits in one transaction, a savepoint each, replies released after the commit."""

import json
import logging
import random
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from secrets import token_hex
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from bot.outbox.letters import PASSIVE, Letters
from bot.pipeline import dispatch, masking
from bot.pipeline.dispatch import Acquaintance
from bot.pipeline.features import Features
from bot.pipeline.savepoint import TransactionGone, savepoint
from handlers.kit import Ask, Attachment, Message, Person, Refusal, Reply
from storage.audit import audit
from storage.base.vault import Listening, Vault
from storage.checkins.rollups import Rollups
from storage.database import is_worth_another_try, passes
from storage.messages import chats, inbox
from storage.people import accounts, people

log = logging.getLogger(__name__)
# Tries of a transaction that another process, or a server that starts anew, brought down.
_TRIES = 4
_PAUSE = 0.05
SORRY = "抱歉,这条消息没有处理好,已经保存(编号 {})。管理员会处理,请不要重发。"


@dataclass(frozen=True, slots=True)
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
    """What a deed other than a message gets: the open transaction, the time, and a way to say something."""

    db: Connection
    now: datetime
    letters: Letters
    rollups: Rollups
    deeds: audit.Deeds
    vault: Vault


Deed = Callable[[Turn], Any]
Job = Message | Deed
Result = Any


class Transactions:
    """Turns jobs into committed results; used by one thread at a time."""

    def __init__(
        self, engine: Engine, features: Features, vault: Vault, now: Callable[[], datetime],
        nameless: frozenset[str] = frozenset({"telegram"}),
    ) -> None:  # fmt: skip
        """`nameless`: the channels on which no child is named."""
        self._nameless = nameless
        self._engine = engine
        self._features = features
        self._vault = vault
        self._now = now
        # Whether something was written for the senders; whoever has told them sets it back.
        self.spoke = False

    def process(self, jobs: Sequence[Job], tries: int = _TRIES) -> list[Result]:
        """One result a job: an Outcome, what the deed returned, or the exception for which it must come again."""
        try:
            return self._together(jobs)
        except Exception as error:
            if tries > 1 and is_worth_another_try(error):
                log.warning("%d jobs again: %s", len(jobs), _place(error))
                # Two processes that met do not meet again at once.
                time.sleep(random.uniform(0, _PAUSE))
                return self.process(jobs, tries - 1)
            if len(jobs) == 1:
                log.error("not committed: %s", _place(error))
                return [error]
            log.warning("%d jobs could not be committed together, one by one now: %s", len(jobs), _place(error))
            return self._one_by_one(jobs)

    def _one_by_one(self, jobs: Sequence[Job]) -> list[Result]:
        results: list[Result] = []
        for place, job in enumerate(jobs):
            results += self.process([job])
            if isinstance(results[-1], Exception) and place < len(jobs) - 1 and not self._answers():
                # The database is away: each of the others would wait for its time-out as well.
                return results + [results[-1]] * (len(jobs) - place - 1)
        return results

    def _answers(self) -> bool:
        try:
            with self._engine.begin():
                return True
        except DBAPIError:
            return False

    def _together(self, jobs: Sequence[Job]) -> list[Result]:
        with self._engine.begin() as db:
            turn = self._turn(db, self._now())
            # Deeds first: what they change (people, the tree, everything) holds for the messages after them.
            deeds = {place: self._do(turn, job) for place, job in enumerate(jobs) if not isinstance(job, Message)}
            outcomes = self._hear_all(turn, [job for job in jobs if isinstance(job, Message)])
            results = [deeds[place] if place in deeds else next(outcomes) for place in range(len(jobs))]
            turn.rollups.flush(db)
            spoke = turn.letters.flush()
        self.spoke |= spoke
        return results

    def _do(self, turn: Turn, deed: Deed) -> Any:
        result = deed(turn)
        turn.rollups.keep()
        return result

    def _hear_all(self, turn: Turn, messages: Sequence[Message]) -> Iterator[Outcome]:
        if not messages:
            return
        messages = [message if message.private else _here(turn, message) for message in messages]
        arrivals = _arrive(turn, messages)
        known = Acquaintance(turn.db, messages, turn.now)
        heard: dict[int, str] = {}
        for message in messages:
            arrival = arrivals[message.channel, message.message_id]
            repeat = not arrival.fresh or arrival.id in heard
            if not repeat:
                heard[arrival.id] = self._hear(turn, known, message, arrival.id)
            passive = "" if repeat else turn.letters.passive[arrival.id]
            yield Outcome(arrival.id, heard.get(arrival.id, arrival.state), repeat, passive)

    def _turn(self, db: Connection, now: datetime, passive: frozenset[str] = PASSIVE) -> Turn:
        letters = Letters(db, self._vault, now, passive, self._nameless)
        return Turn(db, now, letters, Rollups(), audit.of(db), self._vault)

    def _hear(self, turn: Turn, known: Acquaintance, message: Message, inbox_id: int) -> str:
        """Handle one message in a savepoint; a bug costs this message only, and it is kept."""
        door = masking.door(turn.db, message)
        vault = Listening(self._vault, door.hear)
        ask = Ask(turn.db, turn.now, message, inbox_id, None, "", turn.rollups, vault, self._features.commands,
                  nameless=self._nameless, door=door)  # fmt: skip
        try:
            ask = known.introduce(ask)
            _acting(turn, ask.person)
            if ask.person and message.private:
                _note_spoken(turn, ask.person, message)
            self._answer(turn, ask)
        except TransactionGone:
            raise
        except Exception as bug:
            self._keep_failed(turn, ask, bug)
            turn.letters.add([Reply(SORRY.format(inbox_id))], ask)
            return "failed"
        return "done"

    def _answer(self, turn: Turn, ask: Ask) -> None:
        try:
            with _whole(turn):
                _say(turn, dispatch.answer(self._features, ask), ask)
        except Refusal as refusal:
            ask.refused(refusal)
            turn.letters.add([Reply(refusal.text, refusal.buttons)], ask)

    def _keep_failed(self, turn: Turn, ask: Ask, bug: Exception) -> None:
        message, inbox_id = ask.message, ask.inbox_id
        # The words of the error may hold the words of the message: they are sealed, the log gets the place only.
        log.error("message %d failed: %s", inbox_id, _place(bug))
        trace = "".join(traceback.format_exception(bug)).encode("utf-8", "backslashreplace").decode()
        private = masking.private_words(message.text, turn.now.date())
        private += () if ask.may_name else ask.door.names
        kept = _as_json(masking.without_private(message, private))
        inbox.fail(turn.db, inbox_id, self._vault.seal(kept), self._vault.seal(masking.masked(trace, private)))

    def replay(self, inbox_id: int) -> str:
        """Handle a failed message again: `done`, `failed`; raises LookupError when there is no such message."""
        with self._engine.begin() as db:
            found = inbox.failed(db, inbox_id)
            if not found:
                raise LookupError(f"no failed message {inbox_id}")
            # As of when it arrived, so that 今天 means that day.
            # Nobody waits for its answer any more.
            turn = self._turn(db, found[0].received_at.astimezone(self._now().tzinfo), passive=frozenset())
            message = from_json(self._vault.open(found[0].payload))
            if not inbox.done(db, inbox_id):
                raise LookupError(f"message {inbox_id} is being handled by another")
            state = self._hear(turn, Acquaintance(db, [message], turn.now), message, inbox_id)
            turn.rollups.flush(db)
            if state == "done":
                # After another failure there is nothing new to say.
                turn.letters.flush()
        return state


def _acting(turn: Turn, person: Person | None) -> None:
    """Whose doing the audit log will say it was; of a member at which unit first."""
    first = next(iter(person.grants), None) if person else None
    turn.deeds.by(person.id if person else None, first.unit.id if first else None)


def _here(turn: Turn, message: Message) -> Message:
    """The message of a group as of today's name of its chat; whoever speaks there has let us in."""
    chat = chats.current(turn.db, message.channel, message.chat)
    chats.mark_reachable(turn.db, message.channel, chat, True)
    return message if chat == message.chat else replace(message, chat=chat)


def _say(turn: Turn, replies: Sequence[Reply], ask: Ask) -> None:
    turn.letters.add([reply for reply in replies if reply.at is None], ask)
    for reply in replies:
        if reply.at is not None:
            turn.letters.tell(reply, *reply.at)


def _note_spoken(turn: Turn, person: Person, message: Message) -> None:
    """Who writes to us can be written to, whatever we thought before; and this is where they are."""
    if not person.reachable:
        people.mark_reachable(turn.db, message.channel, message.sender, True)
    if person.heard_on != message.channel:
        accounts.heard(turn.db, person.id, message.channel)


def _arrive(turn: Turn, messages: Sequence[Message]) -> dict[inbox.Key, inbox.Arrival]:
    unique = {(message.channel, message.message_id): message for message in messages}
    rows = [
        {
            "channel": m.channel,
            "message_id": m.message_id,
            "chat": m.chat,
            "sender": m.sender,
            "received_at": turn.now,
            "spoken_as": m.spoken_as or None,
        }
        for m in unique.values()
    ]
    return inbox.arrive(turn.db, rows, token_hex(8))


@contextmanager
def _whole(turn: Turn) -> Iterator[None]:
    """What happens inside happens whole or not at all, what is to be said and summed included."""
    said = turn.letters.mark()
    noted = len(turn.deeds.rows)
    try:
        with savepoint(turn.db):
            yield
    except Exception:
        turn.letters.back_to(said)
        turn.deeds.back_to(noted)
        turn.rollups.drop()
        raise
    turn.rollups.keep()


def _place(error: BaseException) -> str:
    """What happened and where in our own code, without the words, which may be somebody's message."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "site-packages" not in frame.filename] or frames
    where = f" at {ours[-1].filename}:{ours[-1].lineno}" if ours else ""
    reason = f" ({error.orig})" if isinstance(error, DBAPIError) and passes(error) else ""
    cause = f", after {_place(error.__cause__)}" if error.__cause__ and not reason else ""
    return f"{type(error).__name__}{reason}{where}{cause}"


def _as_json(message: Message) -> str:
    # ASCII, since half a surrogate pair cannot be encoded otherwise.
    return json.dumps({**asdict(message), "sent_at": message.sent_at.isoformat()})


def from_json(kept: str) -> Message:
    """The message that `_as_json` wrote."""
    values = json.loads(kept)
    attachments = tuple(Attachment(**each) for each in values["attachments"])
    place = tuple(values["place"]) if values.get("place") else None
    own = {"sent_at": datetime.fromisoformat(values["sent_at"]), "attachments": attachments, "place": place}
    return Message(**{**values, **own})
