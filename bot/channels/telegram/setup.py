"""What is arranged with Telegram beside messages: our name, the webhook, the lists of commands."""

import asyncio
import logging
from time import monotonic
from typing import Any

from bot.channels.setup import Setup
from bot.channels.telegram.api import Api
from bot.channels.telegram.decode import KINDS, NAME, Me
from bot.channels.telegram.hook import PATH
from bot.channels.telegram.intake import Intake
from bot.channels.telegram.menus import Menus
from bot.engine import Engine
from bot.pipeline.writer import Pipeline
from storage.base import key_values

log = logging.getLogger(__name__)
SECONDS_BETWEEN_CHECKS = 60.0
# The platform's own default: so many updates at once.
_CONNECTIONS = 40


class TelegramSetup(Setup):
    """Sees to our name, the webhook and the lists of commands."""

    def __init__(self, api: Api, intake: Intake, pipeline: Pipeline, engine: Engine) -> None:
        super().__init__("Telegram")
        self._api = api
        self._intake = intake
        self._pipeline = pipeline
        self._engine = engine
        self._settings = engine.settings
        self._menus = Menus(api, pipeline, engine)
        self._named = False
        self._checked: float | None = None
        self._set = False
        self._pending = 0

    async def run(self) -> None:
        """Look again and again until stopped."""
        self._intake.me = await asyncio.to_thread(self._remembered)
        await super().run()

    async def once(self) -> None:
        """Arrange what is to be arranged; raises Trouble when that must wait."""
        if self._settings.telegram_mode == "webhook":
            await self._keep_webhook()
        if not self._named:
            await self._learn_name()
        await self._menus.keep()

    async def _keep_webhook(self) -> None:
        """Set at the start, and again when somebody took it away; what waits at the platform is never dropped."""
        if self._checked is not None and monotonic() - self._checked < SECONDS_BETWEEN_CHECKS:
            return
        address = self._settings.public_url + PATH
        if self._set:
            told = await self._api.call("getWebhookInfo")
            self._pending = int(told.get("pending_update_count", 0))
            if told.get("url") == address:
                self._checked = monotonic()
                return
            log.error("别的程序改了 webhook，已经设回来")
        await self._api.call(
            "setWebhook", url=address, secret_token=self._settings.webhook_secrets[0], allowed_updates=KINDS,
            max_connections=_CONNECTIONS, drop_pending_updates=False,
        )  # fmt: skip
        self._set, self._checked = True, monotonic()

    # --- our name -----------------------------------------------------------------------------------------

    @property
    def _fact(self) -> str:
        return f"{NAME} name {self._api.bot_id}"

    def _remembered(self) -> Me:
        with self._engine.database.read.connect() as db:
            noted = key_values.get(db, self._fact)
        return Me(self._api.bot_id, noted.value if noted else "")

    async def _learn_name(self) -> None:
        """Groups have commands for other bots too: ours are those that name nobody or us."""
        told = await self._api.call("getMe")
        name, real = str(told.get("username") or ""), self._engine.clock.real()
        self._named = True
        if name != self._intake.me.name:
            self._intake.me = Me(self._api.bot_id, name)
            await self._pipeline.do(lambda turn: key_values.put(turn.db, self._fact, name, real))

    def state(self) -> dict[str, Any]:
        """How the webhook is: seconds since it was seen in place, what fails, what waits at the platform."""
        age = None if self._checked is None else round(monotonic() - self._checked, 1)
        return {"mode": "webhook", "age": age, "pending": self._pending, **self.condition.facts()}
