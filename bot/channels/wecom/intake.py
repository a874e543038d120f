"""Decrypted callbacks become committed outcomes, and the words that the response can say by itself."""

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from secrets import token_hex

from bot.channels.spool import Spool
from bot.channels.wecom import crypto, decode
from bot.engine import Engine
from bot.outbox import reachability as standing
from bot.pipeline.turn import Outcome, Turn
from bot.pipeline.unread import NotCommitted, Unread
from bot.pipeline.writer import Full, Pipeline
from handlers.kit import Message
from storage.database import passes
from storage.messages import card_codes, inbox, passive

log = logging.getLogger(__name__)
# The platform tries three times and then gives up: what cannot be committed by itself is kept unread at the last.
TRIES = 3
SECONDS_TO_NOTE = 0.1
SECONDS_BETWEEN_REPLAYS = 1.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What the response says to whom, and the message that it answers."""

    inbox_id: int
    user: str
    text: str


class Intake:
    """Hands the callbacks of one app to the writer."""

    def __init__(self, pipeline: Pipeline, engine: Engine) -> None:
        self._pipeline = pipeline
        self._engine = engine
        self._unread = Unread(decode.NAME, pipeline, engine.vault, TRIES)
        # Messages whose answers have been written, and who notes it.
        self._written: list[int] = []
        self._noting: asyncio.Task[None] | None = None
        self._committing: set[asyncio.Task[Outcome | None]] = set()
        self._spool = Spool(engine.settings.data_dir / "spool", engine.vault)
        self._spooling = asyncio.Lock()

    async def take(self, text: str) -> Answer | None:
        """Return when it is committed; raises NotCommitted. None: the response says nothing."""
        try:
            said = crypto.fields(text)
            heard = decode.decode(said)
        except crypto.Unreadable as fault:
            name = f"unread:{hashlib.sha256(text.encode()).hexdigest()}"
            await self._unread.keep(name, text, fault)
            return None
        if heard is None:
            return None
        # It goes on when the platform does not wait any longer: its repeat joins it.
        committing = asyncio.create_task(self._committed(heard, decode.known_as(said), text))
        self._committing.add(committing)
        committing.add_done_callback(self._let_go)
        outcome = await asyncio.shield(committing)
        return await self._answer(heard, outcome) if isinstance(heard, Message) and outcome else None

    def _let_go(self, committing: asyncio.Task[Outcome | None]) -> None:
        self._committing.discard(committing)
        if not committing.cancelled():
            committing.exception()

    async def _committed(self, heard: decode.Told, known_as: str, text: str) -> Outcome | None:
        """What became of it; None: nothing is said to it, it is kept unread, or waits for the database."""
        if not self._spool.waiting:
            try:
                return await self._commit(heard)
            except Exception as fault:
                if not passes(fault):
                    await self._unread.refuse(known_as, text, fault)
                    return None
        async with self._spooling:
            try:
                await asyncio.to_thread(self._spool.add, text)
            except OSError as fault:
                raise NotCommitted(type(fault).__name__) from fault
        return None

    async def _commit(self, heard: decode.Told) -> Outcome | None:
        if isinstance(heard, Message):
            return await self._pipeline.submit(heard)
        if isinstance(heard, decode.Left):
            await self._pipeline.do(partial(_leave, heard))
            return None
        # What the press brings is there before it decides anything, in the same transaction.
        for result in await self._pipeline.submit_all((partial(_keep_code, heard), heard.message)):
            if isinstance(result, Exception):
                raise result
        return None

    async def _answer(self, heard: Message, outcome: Outcome) -> Answer | None:
        text = outcome.passive
        if outcome.repeat:
            text = await asyncio.to_thread(self._stored, outcome.inbox_id)
        return Answer(outcome.inbox_id, heard.sender, text) if text else None

    def _stored(self, inbox_id: int) -> str:
        """What the first response said, or was to say; empty when others say it."""
        with self._engine.database.read.connect() as db:
            said = passive.stored(db, inbox_id)
        return next((str(self._engine.vault.open(body)["text"]) if body else "已记录" for body in said), "")

    # --- what the database could not take -------------------------------------------------------------------

    @property
    def spooled(self) -> int:
        """How many callbacks wait for the database."""
        return len(self._spool.waiting)

    async def replay(self) -> None:
        """Commit what waits, in its order, whenever the database can take it."""
        async with self._spooling:
            try:
                await asyncio.to_thread(self._spool.adopt)
            except OSError:
                log.exception("the spool cannot be read")
        while True:
            while self._spool.waiting and await self._replayed(self._spool.waiting[0]):
                async with self._spooling:
                    await asyncio.to_thread(self._spool.done)
            await asyncio.sleep(SECONDS_BETWEEN_REPLAYS)

    async def _replayed(self, text: str) -> bool:
        """Whether this one has an end: it is committed, or kept unread."""
        said = crypto.fields(text)
        try:
            heard = decode.decode(said)
            if heard is not None:
                await self._commit(heard)
        except Full:
            return False
        except Exception as fault:
            if passes(fault):
                return False
            try:
                await self._unread.keep(decode.known_as(said), text, fault)
            except NotCommitted:
                return False
        return True

    # --- answers that were written ------------------------------------------------------------------------

    def written(self, answer: Answer) -> None:
        """The response has been written: nobody else has to say it."""
        self._written.append(answer.inbox_id)
        if self._noting is None or self._noting.done():
            self._noting = asyncio.create_task(self._note())

    async def _note(self) -> None:
        while self._written:
            # Many at once: a commit for each would be in the way of the next message.
            await asyncio.sleep(SECONDS_TO_NOTE)
            ids, self._written = self._written, []
            try:
                await self._pipeline.do(partial(_note, ids))
            except Exception as fault:
                # The sender says them once more, and counts them as uncertain.
                log.warning("%d answers were not noted as written: %s", len(ids), type(fault).__name__)

    async def finish(self) -> None:
        """Return when everything written is noted."""
        if self._noting is not None:
            await self._noting

    async def close(self) -> None:
        """The end: nothing comes in any more."""
        await self.finish()
        self._spool.close()


def _note(inbox_ids: Sequence[int], turn: Turn) -> None:
    passive.written(turn.db, inbox_ids, turn.now)


def _keep_code(press: decode.Press, turn: Turn) -> None:
    if press.response_code:
        card_codes.clicked(turn.db, decode.NAME, press.task_id, press.response_code, turn.now)


def _leave(left: decode.Left, turn: Turn) -> None:
    row = {"channel": decode.NAME, "message_id": left.known_as, "chat": left.user, "sender": left.user}
    arrived = inbox.arrive(turn.db, [{**row, "received_at": turn.now}], token_hex(8))
    if arrived[decode.NAME, left.known_as].fresh:
        standing.lost(turn, decode.NAME, left.user)
