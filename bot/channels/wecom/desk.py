"""What is arranged with 企业微信 beside messages: the menu, and cards that say who has decided."""

import asyncio
import logging
from collections.abc import Sequence
from functools import partial

from bot.channels.wecom import menu as wecom_menu
from bot.channels.wecom.api import Api
from bot.channels.wecom.errors import PASSING, Fault
from bot.channels.wecom.send import NAME
from bot.engine import Engine
from bot.pipeline.transaction import Turn
from bot.pipeline.writer import Pipeline
from storage.messages import card_codes
from storage.messages.card_codes import Change

log = logging.getLogger(__name__)
SECONDS_BETWEEN_LOOKS = 2.0
LONGEST_WAIT = 120.0
_SECONDS_TO_FINISH = 2.0


class Desk:
    """Does what must be arranged until it is done; nothing that fails here stops the bot."""

    def __init__(self, api: Api, pipeline: Pipeline, engine: Engine) -> None:
        self._api = api
        self._pipeline = pipeline
        self._engine = engine
        self._stop = asyncio.Event()
        self._failures = 0
        self._trouble = ""
        self._has_menu = False

    def stop(self) -> None:
        """Arrange nothing further."""
        self._stop.set()

    async def run(self) -> None:
        """Look every few seconds whether something is to be arranged, until stopped."""
        stopped = asyncio.create_task(self._stop.wait())
        while not self._stop.is_set():
            looking = asyncio.create_task(self._look())
            await asyncio.wait([looking, stopped], return_when=asyncio.FIRST_COMPLETED)
            # What is under way may end: a code that was taken works once.
            await asyncio.wait([looking], timeout=_SECONDS_TO_FINISH)
            looking.cancel()
            wait = min(LONGEST_WAIT, SECONDS_BETWEEN_LOOKS * 2.0 ** min(self._failures, 8))
            await asyncio.wait([stopped], timeout=wait)
        stopped.cancel()

    async def _look(self) -> None:
        try:
            await self.once()
        except Fault as fault:
            self._complain(str(fault))
        except Exception as bug:
            log.exception("arranging things with 企业微信")
            self._complain(type(bug).__name__)
        else:
            self._failures, self._trouble = 0, ""

    def _complain(self, text: str) -> None:
        if text != self._trouble:
            log.warning("arranging things with 企业微信: %s; trying on", text)
        self._failures, self._trouble = self._failures + 1, text

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
                if fault.deed in PASSING:
                    raise
                log.warning("a card was not changed: %s", fault)


def _want(ids: Sequence[int], turn: Turn) -> None:
    card_codes.want(turn.db, ids)
