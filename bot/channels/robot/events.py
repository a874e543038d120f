"""What the robot does beside messages: welcomes whoever opens the chat, and notes why it was refused."""

import asyncio
import logging
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

from bot.channels import Outgoing
from bot.channels.robot import link, parts
from bot.channels.robot.socket import Socket
from bot.engine import Engine
from bot.jobs import absence
from bot.pipeline.writer import Pipeline
from handlers.people.joining.strangers import GREETING
from storage.base import key_values
from storage.messages import cards
from storage.people import accounts, people

log = logging.getLogger(__name__)
# Why the platform refused the robot, for doctor; gone when it is let in.
REFUSED = "wecom_robot refused"
HELLO = "老师好！报活动，直接发一句话，像这样：\n三(2)中队 主题队日 38人 清明祭英烈\n发「帮助」看我能做什么。"


class Events:
    """Sees to it without waiting: nothing of this may hold up a message."""

    def __init__(self, pipeline: Pipeline, engine: Engine) -> None:
        self._pipeline = pipeline
        self._engine = engine
        self._notes: set[asyncio.Task[None]] = set()

    async def welcome(self, socket: Socket, userid: str, reply_to: str) -> None:
        """In five seconds or not at all; nothing is recorded."""
        known = await asyncio.to_thread(self._is_known, userid)
        body = {"msgtype": "text", "text": {"content": HELLO if known else GREETING}}
        try:
            await socket.call("aibot_respond_welcome_msg", body, reply_to)
        except (link.NotLive, link.AckLost, link.Refused) as fault:
            log.info("没能对打开机器人的人说一句欢迎：%s", fault)

    async def show_pressed(self, socket: Socket, button: str, reply_to: str) -> None:
        """Show on a pressed card what was chosen: in five seconds or not at all."""
        card = await asyncio.to_thread(self._pressed, button)
        if card is None:
            return
        body = {"response_type": "update_template_card", "template_card": card}
        try:
            await socket.call("aibot_respond_update_msg", body, reply_to)
        except (link.NotLive, link.AckLost, link.Refused) as fault:
            log.info("按过的卡片没有变样：%s", fault)

    def _pressed(self, button: str) -> parts.Body | None:
        with self._engine.database.read.connect() as db:
            sealed = cards.body_of(db, parts.task_of(button))
        if sealed is None:
            return None
        body = self._engine.vault.open(sealed)
        return parts.pressed(Outgoing(0, "", body["text"], tuple(map(tuple, body.get("buttons", ())))), button)

    def _is_known(self, userid: str) -> bool:
        now = self._engine.clock.now()
        with self._engine.database.read.connect() as db:
            found = [
                *people.by_addresses(db, accounts.ROBOT, [userid], now).values(),
                *people.by_addresses(db, accounts.APP, [userid.lower()], now).values(),
            ]
        return any(person.grants for person in found)

    def tell(self, refused: str, deaf: float) -> None:
        """Keep why we were refused where doctor finds it; when we are let in again take it away, and note what may have
        been said to us meanwhile: the platform does not say it again.
        """
        real, long = self._engine.clock.real(), timedelta(seconds=deaf)
        if refused:
            self._do(self._pipeline.do(lambda turn: key_values.put(turn.db, REFUSED, refused, real)))
        else:
            self._do(self._pipeline.do(lambda turn: key_values.remove(turn.db, REFUSED)))
            self._do(
                self._pipeline.do(lambda turn: absence.note_deaf(turn.db, accounts.ROBOT, turn.now - long, turn.now))
            )

    def _do(self, note: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(self._note(note))
        self._notes.add(task)
        task.add_done_callback(self._notes.discard)

    async def _note(self, note: Coroutine[Any, Any, Any]) -> None:
        try:
            await note
        except Exception as fault:
            log.warning("机器人的连接情况没有记下：%s", type(fault).__name__)
