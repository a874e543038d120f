"""What is arranged with 企业微信 beside messages: the menu, and cards that say who has decided."""

import asyncio
import logging
from collections.abc import Sequence
from functools import partial

from bot.channels.setup import Setup
from bot.channels.wecom import menu as wecom_menu
from bot.channels.wecom.api import Api
from bot.channels.wecom.errors import PASSING, Fault
from bot.channels.wecom.send import NAME
from bot.engine import Engine
from bot.pipeline.turn import Turn
from bot.pipeline.writer import Pipeline
from storage.messages import card_codes
from storage.messages.card_codes import Change

log = logging.getLogger(__name__)


class WecomSetup(Setup):
    """Sees to the menu, and to cards on which somebody has decided."""

    def __init__(self, api: Api, pipeline: Pipeline, engine: Engine) -> None:
        super().__init__("企业微信")
        self._api = api
        self._pipeline = pipeline
        self._engine = engine
        self._has_menu = False

    async def once(self) -> None:
        """Arrange what is to be arranged; raises Fault when that must wait."""
        if not self._has_menu:
            await wecom_menu.keep(self._api, self._engine.features.commands)
            self._has_menu = True
        if await asyncio.to_thread(self._any_wanted):
            await self._make_all(await self._pipeline.do(lambda turn: card_codes.take(turn.db, NAME, turn.now)))

    def _any_wanted(self) -> bool:
        with self._engine.database.read.connect() as db:
            return card_codes.any_wanted(db, NAME)

    async def _make_all(self, changes: Sequence[Change]) -> None:
        for place, change in enumerate(changes):
            try:
                await self._make(change)
            except Fault:
                left = [id for each in changes[place:] for id, _ in each.codes]
                await self._pipeline.do(partial(_want, left))
                raise

    async def _make(self, change: Change) -> None:
        said = {"userids": change.chats, "agentid": self._api.agent_id, "button": {"replace_name": change.words}}
        for _, code in change.codes:
            try:
                await self._api.call("message/update_template_card", {**said, "response_code": code})
                return
            except Fault as fault:
                # All others are answers to this code alone.
                if fault.remedy in PASSING:
                    raise
                log.warning("卡片没有变样：%s", fault)


def _want(ids: Sequence[int], turn: Turn) -> None:
    card_codes.want(turn.db, ids)
