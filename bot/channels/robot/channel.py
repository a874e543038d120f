"""A robot of WeCom (智能机器人) as a channel: one long connection, held by one process, for both ways."""

import asyncio
import hashlib
from typing import Any

from bot.channels.robot.decode import NAME
from bot.channels.robot.events import Events
from bot.channels.robot.intake import Intake
from bot.channels.robot.media import Media
from bot.channels.robot.replies import Replies
from bot.channels.robot.send import Post
from bot.channels.robot.socket import Socket
from bot.channels.robot.upload import Uploads
from bot.engine import Engine
from bot.jobs.lease import Lease
from bot.pipeline.writer import Pipeline
from bot.settings.kinds import several


def lease_of(robot_id: str) -> str:
    """The name of the lease of this robot's connection."""
    return f"{NAME} {hashlib.sha256(robot_id.encode()).hexdigest()[:16]}"


class Robot(Post):
    """One robot."""

    def __init__(self, engine: Engine, pipeline: Pipeline, owner: str) -> None:
        """`owner` names this process, for the lease of the connection."""
        settings, url = engine.settings, engine.settings.wecom_robot_url
        replies, events = Replies(engine.database.read), Events(pipeline, engine)
        self._lease = Lease(lease_of(settings.wecom_robot_id), owner, pipeline, engine, lambda: self._socket.release())
        self._intake = Intake(
            pipeline, engine, replies,
            entered=lambda userid, reply_to: events.welcome(self._socket, userid, reply_to),
            pressed=lambda button, reply_to: events.show_pressed(self._socket, button, reply_to),
        )  # fmt: skip
        known_by = settings.wecom_robot_id, several(settings.wecom_robot_secret)
        self._socket = Socket(url, known_by, self._intake.take, events.tell, self._lease.held, engine.clock.hears)
        super().__init__(self._socket, replies, Uploads(self._socket, engine.clock.real))
        self._media = Media(encrypted_way=url.startswith("wss:"))
        self._stop = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def ready(self) -> bool:
        """Whether this process has the connection, and it is up."""
        return self._socket.live

    async def fetch(self, ref: str) -> bytes:
        """The content of a file that was sent to us; raises SendError (permanent: it is gone)."""
        return await self._media.fetch(ref)

    async def listen(self) -> None:
        """Keep the connection until stopped; it stays for what is still to be sent, until `close`."""
        self._tasks = [asyncio.create_task(self._lease.keep()), asyncio.create_task(self._socket.run())]
        stopped = asyncio.create_task(self._stop.wait())
        done, _ = await asyncio.wait([*self._tasks, stopped], return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        for task in done - {stopped}:
            # A broken loop ends the bot; a cancelled one is a connection that is closed already.
            if not task.cancelled():
                task.result()

    async def stop(self) -> None:
        """Listen no longer; what comes before the connection is closed is still taken in."""
        self._stop.set()

    async def close(self) -> None:
        """End the connection, and finish what came by it."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._intake.finish()
        await self._media.close()

    def state(self) -> dict[str, Any]:
        """How the connection is."""
        return self._socket.report()
