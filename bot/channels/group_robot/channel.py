"""Group robots of WeCom (消息推送): each puts what its unit's group should see into one group, and hears nothing."""

from functools import partial
from typing import Any

from bot.channels import Channel, Failure, Outgoing, SendError, text
from bot.channels.group_robot import binding
from bot.channels.group_robot.api import Api
from bot.channels.pace import Windows
from bot.channels.progress import Progress
from bot.engine import Engine
from bot.pipeline.writer import Pipeline

MOST_IN_TEXT = 4096
# The platform takes twenty a minute of each robot (document 99110).
A_MINUTE = (20, 60.0)


class GroupRobots(Channel):
    """The robots of the settings."""

    name = binding.NAME

    def __init__(self, pipeline: Pipeline, engine: Engine) -> None:
        self._keys = {binding.chat_of(key): key for _, key in engine.settings.wecom_groups}
        self._api = Api(engine.settings.wecom_api_url)
        self._binding = binding.Binding(pipeline, engine)
        self._pace = Windows(A_MINUTE)
        self._progress = Progress()

    async def listen(self) -> None:
        """Bind each robot's group to its unit, until stopped."""
        await self._binding.run()

    async def stop(self) -> None:
        """Look no further."""
        self._binding.stop()

    async def close(self) -> None:
        """End all connections."""
        await self._api.close()

    def state(self) -> dict[str, Any]:
        """How many robots there are, and which paths lead nowhere."""
        unknown = "、".join(self._binding.unknown)
        trouble = f"没有（或不止一个）单位叫 {unknown}" if unknown else ""
        return {"mode": "push", "robots": len(self._keys), "trouble": trouble}

    async def fetch(self, ref: str) -> bytes:
        """Nothing ever comes from a group robot."""
        raise SendError("群机器人不收消息", Failure.REJECTED)

    async def send(self, outgoing: Outgoing) -> str:
        """Put it into the group: the words, then the picture or file; buttons cannot be pressed there."""
        key = self._keys.get(outgoing.chat)
        if key is None:
            raise SendError("设置里已经没有这个群机器人", Failure.REJECTED)
        words = [text.markdown(piece) for piece in text.split(text.literal(outgoing.text), MOST_IN_TEXT)]
        parts = [*words, None] if outgoing.file else words
        return await self._progress.send(outgoing.id, parts, partial(self._say, key, outgoing))

    async def _say(self, key: str, outgoing: Outgoing, part: dict[str, Any] | None) -> str:
        """`part`: words, or None for the file."""
        if wait := self._pace.wait(outgoing.chat):
            raise SendError("群机器人一分钟里能发的已经发满，等下一分钟", retry_after=wait)
        body = part or await self._api.file(key, *(outgoing.file or ("", b"")))
        self._pace.count(outgoing.chat)
        await self._api.send(key, body)
        return ""
