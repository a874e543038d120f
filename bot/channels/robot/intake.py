"""Callbacks of the robots' server become committed outcomes; nothing is answered before."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from bot.channels.robot import decode
from bot.channels.robot.replies import Replies
from bot.engine import Engine
from bot.pipeline.turn import Turn
from bot.pipeline.unread import NotCommitted, Unread, is_blameless
from bot.pipeline.writer import Full, Pipeline
from handlers.kit import Message
from storage.people import accounts

log = logging.getLogger(__name__)
# So often is a message tried that brings its own transaction down; one that the database refused, for ever.
PATIENCE = 8
LONGEST_WAIT = 5.0
SECONDS_TO_FINISH = 3.0
Frame = dict[str, Any]


class Intake:
    """Hands callbacks to the writer, in the order they came, and what must be answered fast to whom it concerns."""

    def __init__(
        self, pipeline: Pipeline, engine: Engine, replies: Replies,
        entered: Callable[[str, str], Awaitable[None]], pressed: Callable[[str, str], Awaitable[None]],
    ) -> None:  # fmt: skip
        """`entered` gets (userid, req_id) of who may be welcomed, `pressed` (button, req_id) of a card's press."""
        self._pipeline = pipeline
        self._engine = engine
        self._replies = replies
        self._unread = Unread(decode.NAME, pipeline, engine.vault, PATIENCE)
        self._entered = entered
        self._pressed = pressed
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, frame: Frame) -> None:
        """Begin with a callback. Tasks begin in the order they are made, so the writer gets them in that order."""
        task = asyncio.create_task(self._handle(frame))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (bug := task.exception()):
            log.error("处理企业微信机器人送来的内容时出错", exc_info=bug)

    async def finish(self) -> None:
        """Wait for what is under way: the platform does not send it again."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=SECONDS_TO_FINISH)
            if late:
                log.error("停下以前有 %d 条发给机器人的消息没能存下", len(late))
            for task in late:
                task.cancel()

    async def _handle(self, frame: Frame) -> None:
        reply_to = decode.req_id(frame)
        try:
            heard = decode.decode(frame, self._engine.clock.now())
        except decode.Unreadable as fault:
            await self._keep_unread(frame, fault)
            return
        if isinstance(heard, decode.Entered):
            await self._entered(heard.userid, reply_to)
        elif heard is not None:
            # What answers a press must be pushed: its name is good for a new look of the card, and nothing else.
            name = "" if heard.button else reply_to
            self._replies.note(heard.message_id, name, heard.chat, heard.private)
            if await self._commit(frame, heard) and heard.button:
                await self._pressed(heard.button, reply_to)

    async def _commit(self, frame: Frame, message: Message) -> bool:
        """Whether it is committed and had not been before; tried until it is, or can never be."""
        tries = 0
        while True:
            fault = await self._try(message)
            if not isinstance(fault, Exception):
                return fault
            tries += not is_blameless(fault)
            if tries >= PATIENCE:
                await self._keep_unread(frame, fault)
                return False
            log.warning("一条发给机器人的消息没有存下（%s），马上再试", type(fault).__name__)
            await asyncio.sleep(min(LONGEST_WAIT, 0.1 * 2**tries) * random.uniform(0.5, 1))

    async def _try(self, message: Message) -> bool | Exception:
        """Whether it was new; the exception for which it must be tried again."""
        meet = partial(_meet, message=message)
        try:
            # One entry: who it is and what they say, in one transaction.
            met, outcome = await self._pipeline.submit_all([meet, message])
        except Full as full:
            return full
        if isinstance(met, Exception):
            return met
        return outcome if isinstance(outcome, Exception) else not outcome.repeat

    async def _keep_unread(self, frame: Frame, fault: Exception) -> None:
        while True:
            try:
                return await self._unread.keep(decode.message_id(frame), frame, fault)
            except NotCommitted as worse:
                log.warning("一条读不懂的消息没能存下（%s），马上再试", worse)
                await asyncio.sleep(LONGEST_WAIT)


def _meet(turn: Turn, message: Message) -> None:
    accounts.meet_member(turn.db, message.sender, message.private)
