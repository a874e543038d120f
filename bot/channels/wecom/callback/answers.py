"""Answers that are the response to a callback itself: what they say, and that they have been written."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from bot.engine import Engine
from bot.pipeline.turn import Outcome, Turn
from bot.pipeline.writer import Pipeline
from handlers.kit import Message
from storage.messages import passive

log = logging.getLogger(__name__)
SECONDS_TO_NOTE = 0.1


@dataclass(frozen=True, slots=True)
class Answer:
    """What the response says to whom, and the message that it answers."""

    inbox_id: int
    user: str
    text: str


class Answers:
    """What is said by responses, and by nobody else then."""

    def __init__(self, pipeline: Pipeline, engine: Engine) -> None:
        self._pipeline = pipeline
        self._engine = engine
        # Messages whose answers have been written, and who notes it.
        self._written: list[int] = []
        self._noting: asyncio.Task[None] | None = None

    async def to(self, heard: Message, outcome: Outcome) -> Answer | None:
        """What the response says; None: others say it, or nobody."""
        text = outcome.passive
        if outcome.repeat:
            text = await asyncio.to_thread(self._stored, outcome.inbox_id)
        return Answer(outcome.inbox_id, heard.sender, text) if text else None

    def _stored(self, inbox_id: int) -> str:
        """What the first response said, or was to say; empty when others say it."""
        with self._engine.database.read.connect() as db:
            said = passive.stored(db, inbox_id)
        return next((str(self._engine.vault.open(body)["text"]) if body else "已记录" for body in said), "")

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
                log.warning("%d 条回答没有记成已写：%s", len(ids), type(fault).__name__)

    async def left(self, inbox_id: int) -> None:
        """There is no response that could say it: the sender does, and it has not been said before."""
        await self._pipeline.do(lambda turn: passive.left(turn.db, inbox_id))

    async def finish(self) -> None:
        """Return when everything written is noted."""
        if self._noting is not None:
            await self._noting


def _note(inbox_ids: Sequence[int], turn: Turn) -> None:
    passive.written(turn.db, inbox_ids, turn.now)
