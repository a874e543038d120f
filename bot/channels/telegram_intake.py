"""What getUpdates answered becomes committed outcomes; whatever cannot be read is kept and blocks nothing."""

import asyncio
import json
import logging
import traceback
from collections.abc import Iterable, Sequence
from secrets import token_hex
from typing import Any

from bot.channels.telegram_decode import NAME, Edited, Standing, Unreadable, decode, message_id
from bot.engine import Engine
from bot.pipeline import Full, Pipeline
from bot.transaction import Deed, Job, Turn
from handlers.kit import Message, Reply
from storage import inbox, people

log = logging.getLogger(__name__)
EDITED = "您改了一条发过的消息,我没有照着改,已经记下的不变。要改签到请发「更正」,像这样:更正 实到39"


class NotCommitted(Exception):
    """At least one update has no committed outcome yet: the same ones must come again."""


class Intake:
    """Hands the updates of one bot to the writer."""

    def __init__(self, bot_id: str, pipeline: Pipeline, engine: Engine) -> None:
        self._bot_id = bot_id
        self._pipeline = pipeline
        self._engine = engine

    async def take(self, updates: Sequence[Any], *, last_try: bool) -> None:
        """Return when every update has its outcome; raises NotCommitted.

        On the `last_try` an update that again brought its own transaction down is kept unread, so that it cannot
        hold up all others for ever.
        """
        jobs = [self._job(raw) for raw in updates]
        results = await asyncio.gather(*map(self._put, [_alive(jobs), *jobs]), return_exceptions=True)
        lost = [(raw, fault) for raw, fault in zip(updates, results[1:], strict=True) if isinstance(fault, Exception)]
        if lost and (not last_try or any(isinstance(fault, Full) for _, fault in lost)):
            raise NotCommitted(type(lost[0][1]).__name__)
        for raw, fault in lost:
            try:
                await self._pipeline.do(self._keep(raw, fault))
            except Exception as worse:
                raise NotCommitted(type(worse).__name__) from worse

    async def _put(self, job: Job | None) -> Any:
        if job is None:
            return None
        return await (self._pipeline.submit(job) if isinstance(job, Message) else self._pipeline.do(job))

    def _job(self, raw: Any) -> Job | None:
        try:
            heard = decode(raw, self._bot_id, self._engine.clock.now())
        except Unreadable as fault:
            return self._keep(raw, fault)
        if isinstance(heard, Standing):
            chat, reachable = heard.chat, heard.reachable
            return lambda turn: people.mark_reachable(turn.db, NAME, chat, reachable)
        return _tell_unchanged(heard.message) if isinstance(heard, Edited) else heard

    def _keep(self, raw: Any, fault: Exception) -> Deed:
        """An inbox row of its own state, with what came and why, sealed."""
        trace = "".join(traceback.format_exception(fault)).encode(errors="backslashreplace").decode()

        def keep(turn: Turn) -> None:
            row = _arrive(turn, message_id(raw, self._bot_id), "", "")
            if row.fresh:
                seal = self._engine.vault.seal
                inbox.fail(turn.db, row.id, seal(json.dumps(raw)), seal(trace), "unreadable")
                log.error("an update could not be read (%s), kept as message %d", type(fault).__name__, row.id)

        return keep


def _alive(jobs: Iterable[Job | None]) -> Deed | None:
    """Who writes to us in private is reachable, whatever we thought before."""
    chats = sorted({job.chat for job in jobs if isinstance(job, Message) and job.private})

    def mark(turn: Turn) -> None:
        for chat in chats:
            people.mark_reachable(turn.db, NAME, chat, True)

    return mark if chats else None


def _tell_unchanged(message: Message) -> Deed:
    """An edit changes nothing, for nobody would see what it changed; its author is told how to correct."""

    def tell(turn: Turn) -> None:
        if _arrive(turn, message.message_id, message.chat, message.sender).fresh and message.private:
            known = people.by_addresses(turn.db, NAME, [message.sender], turn.now)
            turn.letters.notify([Reply(EDITED, to=person.id) for person in known.values()])

    return tell


def _arrive(turn: Turn, known_as: str, chat: str, sender: str) -> inbox.Arrival:
    row = {"channel": NAME, "message_id": known_as, "chat": chat, "sender": sender, "received_at": turn.now}
    return inbox.arrive(turn.db, [row], token_hex(8))[NAME, known_as]
