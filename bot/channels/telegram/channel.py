"""Telegram as a channel: long polling or a webhook in, the Bot API out."""

import asyncio
from typing import Any

from bot.channels.telegram.api import Api
from bot.channels.telegram.decode import Me
from bot.channels.telegram.hook import PATH, Hook
from bot.channels.telegram.intake import Intake
from bot.channels.telegram.poll import SECONDS_OF_A_POLL, Poller
from bot.channels.telegram.send import Post
from bot.channels.telegram.setup import TelegramSetup
from bot.engine import Engine
from bot.pipeline.writer import Pipeline
from bot.settings import Settings

_SECONDS_OF_A_CALL = 20


class Telegram(Post):
    """One bot on Telegram."""

    def __init__(self, settings: Settings, pipeline: Pipeline, engine: Engine, owner: str) -> None:
        """`owner` names this process, for the lease of the poller."""
        super().__init__(settings)
        hears = engine.clock.hears
        api, polling = Api(settings, _SECONDS_OF_A_CALL, hears), Api(settings, SECONDS_OF_A_POLL, hears)
        self._apis = (api, polling)
        intake = Intake(Me(api.bot_id), pipeline, engine)
        self._setup = TelegramSetup(api, intake, pipeline, engine)
        self._poller: Poller | None = None
        if settings.telegram_mode == "webhook":
            self.hooks = {PATH: Hook(settings.webhook_secrets, intake, self.acknowledge_soon)}
        else:
            self._poller = Poller(polling, intake, pipeline, engine, owner, self.acknowledge_soon)

    async def listen(self) -> None:
        """Take in what comes until stopped, and keep what is arranged."""
        setup = asyncio.create_task(self._setup.run())
        if self._poller is not None:
            await self._poller.run()
        await setup

    async def stop(self) -> None:
        """End taking in; sending goes on."""
        self._setup.stop()
        if self._poller is not None:
            self._poller.stop()

    async def close(self) -> None:
        """End all connections, when nothing is to be sent any more."""
        await super().close()
        for api in self._apis:
            await api.close()

    def state(self) -> dict[str, Any]:
        """How taking in and sending go, for /health and /metrics."""
        taking_in = self._setup.state() if self._poller is None else self._poller.state()
        return {**taking_in, "sending": self.condition.facts()}
