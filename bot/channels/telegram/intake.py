"""Updates become committed outcomes, however they came; whatever cannot be read is kept and blocks nothing."""

from collections.abc import Sequence
from typing import Any

from bot.channels.telegram import decode
from bot.engine import Engine
from bot.outbox import reachability as standing
from bot.pipeline.turn import Job, Task
from bot.pipeline.unread import NotCommitted, Unread
from bot.pipeline.writer import Full, Pipeline
from handlers.kit import Message
from storage.database import passes
from storage.messages import chats

# So often is an update tried again that the database refused: some two minutes.
PATIENCE = 8


class Intake:
    """Hands the updates of one bot to the writer; `me` is who the bot is, as far as that is known."""

    def __init__(self, me: decode.Me, pipeline: Pipeline, engine: Engine) -> None:
        self.me = me
        self._pipeline = pipeline
        self._engine = engine
        self._unread = Unread(decode.NAME, pipeline, engine.vault, PATIENCE)

    async def take(self, updates: Sequence[Any], *, last_try: bool) -> None:
        """Return when every update has its outcome, all in one transaction; raises NotCommitted.

        On the `last_try` an update that again brought its own transaction down by what it says is kept unread, so that
        it cannot hold up all others for ever.
        """
        known = [(raw, job) for raw in updates if (job := self._job(raw)) is not None]
        try:
            results = await self._pipeline.submit_all([job for _, job in known])
        except Full as full:
            raise NotCommitted("Full") from full
        lost = [(raw, fault) for (raw, _), fault in zip(known, results, strict=True) if isinstance(fault, Exception)]
        again = [fault for _, fault in lost if not last_try or passes(fault)]
        if again:
            raise NotCommitted(type(again[0]).__name__)
        for raw, fault in lost:
            await self._unread.keep(decode.message_id(raw, self.me.id), raw, fault)

    async def take_one(self, raw: Any) -> None:
        """Return when the update is committed; raises NotCommitted."""
        job = self._job(raw)
        if job is None:
            return
        try:
            await (self._pipeline.submit(job) if isinstance(job, Message) else self._pipeline.do(job))
        except Exception as fault:
            # It holds up what comes after it in its chat: that must end some time.
            await self._unread.refuse(decode.message_id(raw, self.me.id), raw, fault)

    def _job(self, raw: Any) -> Job | None:
        try:
            heard = decode.decode(raw, self.me, self._engine.clock.now())
        except decode.Unreadable as fault:
            return self._unread.kept(decode.message_id(raw, self.me.id), raw, fault)
        if isinstance(heard, decode.Standing):
            return self._changed(heard, decode.message_id(raw, self.me.id))
        if isinstance(heard, decode.Moved):
            old, new = heard.old, heard.new
            return lambda turn: chats.move(turn.db, decode.NAME, old, new, turn.now)
        return heard

    def _changed(self, heard: decode.Standing, known_as: str) -> Task:
        chat = heard.chat
        if heard.brought:
            return lambda turn: standing.brought(turn, decode.NAME, chat, known_as)
        change = standing.back if heard.reachable else standing.lost
        return lambda turn: change(turn, decode.NAME, chat)
