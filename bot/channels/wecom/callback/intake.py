"""Decrypted callbacks become committed outcomes; what the database cannot take waits for it."""

import asyncio
import hashlib
import logging

from bot.channels.wecom.callback import crypto, decode
from bot.channels.wecom.callback.answers import Answer, Answers
from bot.channels.wecom.callback.commits import commit
from bot.channels.wecom.callback.spool import Spool
from bot.engine import Engine
from bot.pipeline import unread
from bot.pipeline.turn import Outcome
from bot.pipeline.writer import Pipeline
from handlers.kit import Message
from storage.database import passes

log = logging.getLogger(__name__)
# The platform tries three times and then gives up: what cannot be committed by itself is kept unread at the last.
TRIES = 3
SECONDS_BETWEEN_REPLAYS = 1.0


class Intake:
    """Hands the callbacks of one app to the writer."""

    def __init__(self, pipeline: Pipeline, engine: Engine) -> None:
        self._pipeline = pipeline
        self.answers = Answers(pipeline, engine)
        self._unread = unread.Unread(decode.NAME, pipeline, engine.vault, TRIES)
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
        return await self.answers.to(heard, outcome) if isinstance(heard, Message) and outcome else None

    def _let_go(self, committing: asyncio.Task[Outcome | None]) -> None:
        self._committing.discard(committing)
        if not committing.cancelled():
            committing.exception()

    async def _committed(self, heard: decode.Told, known_as: str, text: str) -> Outcome | None:
        """What became of it; None: nothing is said to it, it is kept unread, or waits for the database."""
        if not self._spool.waiting:
            try:
                return await commit(self._pipeline, heard)
            except Exception as fault:
                if not passes(fault):
                    await self._unread.refuse(known_as, text, fault)
                    return None
        async with self._spooling:
            try:
                await asyncio.to_thread(self._spool.add, text)
            except OSError as fault:
                raise unread.NotCommitted(type(fault).__name__) from fault
        return None

    # --- what the database could not take -------------------------------------------------------------------

    @property
    def spooled(self) -> int:
        """How many callbacks wait for the database."""
        return len(self._spool.waiting)

    async def replay(self) -> None:
        """Commit what waits, in its order, whenever the database can take it."""
        adopted = False
        while True:
            if not adopted:
                adopted = await self._adopted()
            while self._spool.waiting and await self._replayed(self._spool.waiting[0]):
                async with self._spooling:
                    await asyncio.to_thread(self._spool.done)
            await asyncio.sleep(SECONDS_BETWEEN_REPLAYS)

    async def _adopted(self) -> bool:
        async with self._spooling:
            try:
                await asyncio.to_thread(self._spool.adopt)
            except OSError as fault:
                log.warning("别的进程留下的暂存文件现在接不过来：%s", type(fault).__name__)
                return False
        return True

    async def _replayed(self, text: str) -> bool:
        """Whether this one has an end: it is committed, or kept unread."""
        said = crypto.fields(text)
        try:
            heard = decode.decode(said)
            outcome = await commit(self._pipeline, heard) if heard is not None else None
            if outcome and outcome.passive:
                await self.answers.left(outcome.inbox_id)
        except Exception as fault:
            if unread.is_blameless(fault):
                return False
            try:
                await self._unread.keep(decode.known_as(said), text, fault)
            except unread.NotCommitted:
                return False
        return True

    async def close(self) -> None:
        """The end: nothing comes in any more."""
        await self.answers.finish()
        self._spool.close()
