"""The composition root: builds and wires everything, starts and stops the loops."""

import asyncio
import contextlib
import gc
import logging
import signal
import socket
from collections.abc import Coroutine
from secrets import token_hex
from typing import Any

from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from bot import health, metrics, web
from bot.channels import Channel
from bot.engine import Engine
from bot.files.fetcher import Fetcher
from bot.jobs.ticker import Ticker
from bot.outbox.sender import Sender
from bot.pipeline.writer import Pipeline
from bot.practice import district as practice_district
from handlers.reading import compile_all
from storage.base import leases
from storage.people import accounts

log = logging.getLogger(__name__)
SECONDS_TO_STOP = 5


class App:
    """The running bot."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.settings = engine.settings
        self.owner = token_hex(8)
        self.pipeline = Pipeline(engine.transactions(), self._wake)
        self.channels: dict[str, Channel] = {}
        self.senders: list[Sender] = []
        self.routes: list[BaseRoute] = []
        self.ticker = Ticker(engine)
        self._stop = asyncio.Event()
        self.broken = False
        # The practice page's, where that is on: its module is loaded only then.
        self.stage: Any = None

    async def run(self, listening: socket.socket) -> None:
        """Serve on this socket until a signal comes; what was accepted is finished."""
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._stop.set)
        self.pipeline.start()
        await self.add_channels()
        server = web.server(web.application(self._health, self._metrics, self.routes, self.hooks))
        tasks = [self._task(server.serve([listening]), "web"), *self._loops()]
        self.ticker.start(self.pipeline)
        while not server.started and not tasks[0].done():
            await asyncio.sleep(0.01)
        if server.started:
            self._announce(*listening.getsockname()[:2])
            # Ready first: the first message would pay for this otherwise.
            await asyncio.to_thread(compile_all)
            # What is there now stays: the collector need not walk it again and again (a tenth of the requests/s).
            gc.freeze()
        stopped = asyncio.create_task(self._stop.wait())
        await asyncio.wait([stopped, tasks[0]], return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        await self._shut_down(server, tasks)

    @property
    def hooks(self) -> dict[str, ASGIApp]:
        """The webhooks of all channels, by path."""
        return {path: hook for channel in self.channels.values() for path, hook in channel.hooks.items()}

    async def add_channels(self) -> None:
        """Open the channels that are configured; without any, the practice page."""
        if self.settings.practice:
            await self._add_practice()
        if self.settings.telegram_token:
            self._add_telegram()
        if self.settings.wecom_robot:
            self._add_robot()
        if self.settings.wecom_groups and not self.settings.practice:
            self._add_group_robots()
        if self.settings.wecom_app:
            self._add_wecom()
        clock = self.engine.clock
        await self.pipeline.do(lambda turn: accounts.note_channels(turn.db, self.channels, clock.real()))
        for channel in self.channels.values():
            engine = self.engine
            both = (clock.now, clock.real)
            read, vault, render = engine.database.read, engine.vault, engine.render
            self.senders.append(Sender(channel, self.pipeline, read, vault, render, both, self.owner))

    async def _add_practice(self) -> None:
        from bot.practice.channel import Practice
        from bot.practice.routes import Pages
        from bot.practice.stage import Stage, restore_clock

        engine = self.engine
        channel = Practice(self.pipeline, engine.vault, self.settings.files)
        stage = self.stage = Stage(
            channel, self.pipeline, engine.database.read, engine.vault, engine.clock, self.ticker
        )
        await self.pipeline.do(practice_district.fill_if_empty)
        await asyncio.to_thread(restore_clock, engine.database.read, engine.clock)
        self._add(channel)
        self.routes += Pages(stage).routes()

    def _add_telegram(self) -> None:
        from bot.channels.telegram.channel import Telegram

        self._add(Telegram(self.settings, self.pipeline, self.engine, self.owner))

    def _add_robot(self) -> None:
        from bot.channels.robot.channel import Robot

        self._add(Robot(self.engine, self.pipeline, self.owner))

    def _add_group_robots(self) -> None:
        from bot.channels.group_robot.channel import GroupRobots

        self._add(GroupRobots(self.settings, self.pipeline, self.engine))

    def _add_wecom(self) -> None:
        from bot.channels.wecom.channel import WecomApp

        self._add(WecomApp(self.settings, self.pipeline, self.engine, self.owner))

    def _add(self, channel: Channel) -> None:
        self.channels[channel.name] = channel

    def _loops(self) -> list[asyncio.Task[None]]:
        engine = self.engine
        both, files = (engine.clock.now, engine.clock.real), self.settings.files
        fetcher = Fetcher(self.channels, self.pipeline, engine.database.read, files, both, self.owner)
        loops = [self._task(sender.run(), "sender") for sender in self.senders]
        loops.append(self._task(self._every_second(fetcher), "fetcher"))
        loops += [self._task(channel.listen(), channel.name) for channel in self.channels.values()]
        return loops

    async def _every_second(self, fetcher: Fetcher) -> None:
        while not self._stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), timeout=1)
            try:
                await fetcher.once()
            except Exception:
                log.exception("fetcher")

    def _task(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A loop that broke would be missed by nobody: better the whole bot ends, loudly, and is started again."""
        if not task.cancelled() and (fault := task.exception()) is not None:
            log.critical("%s broke", task.get_name(), exc_info=fault)
            self.broken = True
            self._stop.set()

    def _wake(self) -> None:
        for sender in self.senders:
            sender.wake()

    def _announce(self, host: str, port: int) -> None:
        if self.settings.practice:
            print(f"演练页面(Practice page): http://{host}:{port}/", flush=True)
        else:
            print(f"辅导员助手已启动: http://{host}:{port}/health", flush=True)

    async def _shut_down(self, server: web.Server, tasks: list[asyncio.Task[None]]) -> None:
        self.ticker.stop()
        if self.stage is not None:
            await self.stage.stop()
        for channel in self.channels.values():
            await channel.stop()
        server.should_exit = True
        self._stop.set()
        for sender in self.senders:
            sender.stop()
        _, late = await asyncio.wait(tasks, timeout=SECONDS_TO_STOP - 1)
        for task in late:
            task.cancel()
        for channel in self.channels.values():
            await channel.close()
        with contextlib.suppress(Exception):
            await self.pipeline.do(lambda turn: leases.release(turn.db, self.owner))
        await self.pipeline.stop()
        self.engine.database.close()

    def _health(self) -> dict[str, Any]:
        return health.facts(self.engine, self.ticker.age(), self.senders, self.channels)

    def _metrics(self) -> str:
        return metrics.text(self.engine, self.pipeline, self.ticker.age(), self.channels)
