"""Telegram as a channel: long polling in, the Bot API out."""

from bot.channels import Outgoing
from bot.channels.telegram_api import Api
from bot.channels.telegram_decode import NAME
from bot.channels.telegram_intake import Intake
from bot.channels.telegram_poll import SECONDS_OF_A_POLL, Poller
from bot.channels.telegram_send import Post
from bot.engine import Engine
from bot.pipeline import Pipeline
from bot.settings import Settings


class Telegram:
    """One bot on Telegram."""

    name = NAME

    def __init__(self, settings: Settings, pipeline: Pipeline, engine: Engine, owner: str) -> None:
        """`owner` names this process, for the lease of the poller."""
        api = Api(settings, SECONDS_OF_A_POLL)
        self._post = Post(settings)
        intake = Intake(api.bot_id, pipeline, engine)
        self._poller = Poller(api, intake, pipeline, engine, owner, self._post.acknowledge)

    async def send(self, outgoing: Outgoing) -> str:
        """Send it; returns the id of its last message, raises SendError."""
        return await self._post.send(outgoing)

    async def fetch(self, ref: str) -> bytes:
        """The content of the file with this id; raises SendError (permanent: it is gone)."""
        return await self._post.fetch(ref)

    async def release(self, ref: str) -> None:
        """Telegram keeps what it has."""

    async def listen(self) -> None:
        """Poll until stopped."""
        await self._poller.run()

    async def stop(self) -> None:
        """End polling; sending goes on."""
        self._poller.stop()

    async def close(self) -> None:
        """End all connections, when nothing is to be sent any more."""
        await self._post.close()
