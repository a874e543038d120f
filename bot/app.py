"""The composition root: builds and wires everything, starts and stops the loops."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import Coroutine
from secrets import token_hex
from typing import Any

from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from bot import health, metrics, platforms, web
from bot.channels import Channel
from bot.engine import Engine
from bot.files.fetcher import Fetcher
from bot.jobs.supervision import Supervision
from bot.jobs.ticker import Ticker
from bot.outbox.sender import Sender
from bot.pipeline.writer import Pipeline
from storage.base import leases

log = logging.getLogger(__name__)
SECONDS_TO_STOP = 5


class App:
    """The running bot."""

    def __init__(self, engine: Engine, supervision: Supervision | None = None) -> None:
        self.engine = engine
        engine.readers.wanted = True
        self._supervision = supervision
        self.settings = engine.settings
        self.owner = token_hex(8)
        self.pipeline = Pipeline(engine.transactions(aside=True), self._wake, engine.limits())
        self.channels: dict[str, Channel] = {}
        self.senders: list[Sender] = []
        self.routes: list[BaseRoute] = []
        self.ticker = Ticker(engine)
        self._stop = asyncio.Event()
        # With which the process ends.
        self.status = 0
        self._watchers: list[asyncio.Task[None]] = []
        # The practice page's, where that is on: its module is loaded only then.
        self.stage: Any = None
        self.most_body = web.MOST_BODY

    async def run(self, listening: socket.socket) -> None:
        """Serve on this socket until a signal comes; what was accepted is finished."""
        self.pipeline.start()
        try:
            await self.add_channels()
        except BaseException:
            # The writer would go on for ever.
            await self.pipeline.stop()
            raise
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._stop.set)
        # Before anything is sent or found to be too late.
        await self.pipeline.do(self.ticker.guard.look)
        if self.stage is not None:
            await self.stage.widen()
        pages = web.application(self._health, self._metrics, self.routes, self.hooks)
        server = web.server(pages, self.most_body)
        tasks = [self._task(server.serve([listening]), "网页"), *self._loops()]
        self.ticker.start(self.pipeline)
        while not server.started and not tasks[0].done():
            await asyncio.sleep(0.01)
        if server.started:
            self._announce(*listening.getsockname()[:2])
            if self._supervision:
                self._supervision.say("READY=1")
            # Seconds, on a slow machine: who is told to stop meanwhile does not wait for it.
            await asyncio.to_thread(self.engine.warm_up, lambda: not self._stop.is_set())
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
            from bot.practice import routes

            self.stage = await routes.open_stage(self.engine, self.pipeline, self.ticker)
            self.routes += routes.Pages(self.stage).routes()
            self.most_body = routes.MOST_READ
        self.routes += platforms.pages(self.engine)
        practice = self.stage.channel if self.stage else None
        self.channels = await platforms.open_channels(self.engine, self.pipeline, self.owner, practice)
        engine, clock = self.engine, self.engine.clock
        read, vault, render = engine.database.read, engine.vault, engine.render
        self.senders = [
            Sender(channel, self.pipeline, read, vault, render, clock, self.owner) for channel in self.channels.values()
        ]

    def _loops(self) -> list[asyncio.Task[None]]:
        engine = self.engine
        both, files = (engine.clock.now, engine.clock.real), self.settings.files
        fetcher = Fetcher(self.channels, self.pipeline, engine.database.read, files, both, self.owner)
        loops = [self._task(sender.run(), "发消息") for sender in self.senders]
        if self._supervision:
            self._watchers = [
                self._task(self._supervision.file.watch(), "看着数据库文件"),
                self._task(self._supervision.live(self._answers, self._status), "看门"),
                self._task(self._supervision.back_up(engine, self.pipeline, self.owner), "备份"),
            ]
            loops += self._watchers
        loops.append(self._task(self._every_second(fetcher), "取照片和文件"))
        loops += [self._task(channel.listen(), channel.name) for channel in self.channels.values()]
        return loops

    async def _every_second(self, fetcher: Fetcher) -> None:
        while not self._stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), timeout=1)
            self.ticker.keep()
            try:
                await fetcher.once()
            except Exception:
                log.exception("取照片和文件时出错")

    def _task(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A loop that broke would be missed by nobody: better the whole bot ends, loudly, and is started again."""
        if not task.cancelled() and (fault := task.exception()) is not None:
            if Supervision.in_vain(fault):
                log.critical("%s", fault)
            else:
                log.critical("「%s」坏了，机器人停下", task.get_name(), exc_info=fault)
            self.status = 2 if Supervision.in_vain(fault) else 1
            if self._supervision and self._supervision.file.spoiled:
                self._end_at_once(self._supervision)
            self._stop.set()

    def _end_at_once(self, supervision: Supervision) -> None:
        """What is written from now on is lost, and to close the database would write our pages into what is there."""
        if saved := supervision.file.save(self.engine.database.write, self.engine.now()):
            log.critical("里面的内容存在 %s", saved)
        logging.shutdown()
        os._exit(self.status)

    def _wake(self) -> None:
        for sender in self.senders:
            sender.wake()

    def _announce(self, host: str, port: int) -> None:
        host = f"[{host}]" if ":" in host else host
        if self.settings.practice:
            print(f"演练页面（Practice page）：http://{host}:{port}/", flush=True)
        else:
            print(f"辅导员助手已启动：http://{host}:{port}/health", flush=True)

    async def _answers(self) -> None:
        """Return when the writer has ended something; of a lock each waiting batch is told by itself."""
        ended, asked = self.pipeline.commits, asyncio.ensure_future(self.pipeline.do(lambda turn: None))
        asked.add_done_callback(lambda each: each.cancelled() or each.exception())
        while not asked.done() and self.pipeline.commits == ended:
            await asyncio.wait([asked], timeout=1)

    def _status(self) -> str:
        trouble = self.pipeline.writing.trouble or self.engine.clock.doubt
        return trouble or f"做了 {self.pipeline.jobs} 件事，上次心跳在 {self.ticker.age()} 秒前"

    async def _shut_down(self, server: web.Server, tasks: list[asyncio.Task[None]]) -> None:
        self.ticker.stop()
        if self._supervision:
            self._supervision.say("STOPPING=1")
        if self.stage is not None:
            await self.stage.stop()
        for channel in self.channels.values():
            await channel.stop()
        server.should_exit = True
        self._stop.set()
        # They finish nothing, and would be waited for.
        for watcher in self._watchers:
            watcher.cancel()
        for sender in self.senders:
            sender.stop()
        _, late = await asyncio.wait(tasks, timeout=SECONDS_TO_STOP - 1)
        for task in late:
            log.warning("停的时候没有做完：%s", task.get_name())
            task.cancel()
        for channel in self.channels.values():
            await channel.close()
        with contextlib.suppress(Exception):
            await self.pipeline.do(lambda turn: leases.release(turn.db, self.owner))
        await self.pipeline.stop()
        if self._supervision and self.status == 2:
            # What was acknowledged meanwhile is in no file that has a name.
            saved = self._supervision.file.save(self.engine.database.write, self.engine.now())
            log.critical("里面的内容存在 %s", saved)
        self.engine.close()

    def _health(self) -> dict[str, Any]:
        return health.facts(self.engine, self.pipeline.writing, self.ticker.age(), self.senders, self.channels)

    def _metrics(self) -> str:
        return metrics.text(self.engine, self.pipeline, self.ticker.age(), self.channels)
