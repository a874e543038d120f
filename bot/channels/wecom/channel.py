"""A self-built app of 企业微信 as a channel: encrypted callbacks in, its API out."""

import asyncio
from typing import Any

from bot.channels.wecom.api import Api
from bot.channels.wecom.callback.crypto import Crypto
from bot.channels.wecom.callback.hook import PATH, Hook
from bot.channels.wecom.callback.intake import Intake
from bot.channels.wecom.send import Post
from bot.channels.wecom.setup import WecomSetup
from bot.channels.wecom.tokens import Tokens
from bot.engine import Engine
from bot.pipeline.writer import Pipeline
from bot.settings import Settings
from bot.settings.kinds import several


class WecomApp(Post):
    """One app of one corp."""

    def __init__(self, settings: Settings, pipeline: Pipeline, engine: Engine, owner: str) -> None:
        """`owner` names this process, for the lease under which the access token is renewed."""
        api = Api(settings, Tokens(settings, pipeline, engine, owner), engine.clock.hears)
        super().__init__(api, pipeline, engine)
        self._setup = WecomSetup(api, pipeline, engine)
        self._intake = Intake(pipeline, engine)
        crypto = Crypto(several(settings.wecom_token), several(settings.wecom_aes_key), settings.wecom_corp_id)
        self._hook = Hook(crypto, self._intake, settings.wecom_corp_id, engine.clock.best)
        self.hooks = {PATH: self._hook}

    async def listen(self) -> None:
        """Keep the menu and the cards as they should be, until stopped; messages come by the web server."""
        replaying = asyncio.create_task(self._intake.replay())
        try:
            await self._setup.run()
        finally:
            replaying.cancel()

    async def stop(self) -> None:
        """End taking in; sending goes on."""
        self._setup.stop()

    async def close(self) -> None:
        """End all connections, when nothing is to be sent any more."""
        await self._intake.close()
        await self._api.close()

    def state(self) -> dict[str, Any]:
        """How taking in and sending go, for /health and /metrics; what must be put right comes first."""
        heard = self._hook.state()
        trouble = heard["trouble"] or self._api.trouble
        return {**heard, "trouble": trouble, "sending": self._api.condition.facts(), "spooled": self._intake.spooled}
