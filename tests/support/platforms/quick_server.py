"""The web server of the fakes, in a thread of its own: it ends when it is told to."""

import asyncio
import threading
import time
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute


class _Server(uvicorn.Server):
    """uvicorn looks ten times a second whether it is to end; with a fake in most tests that is half a minute."""

    async def main_loop(self) -> None:
        count = 0
        while not self.should_exit:
            if count % 10 == 0:
                await self.on_tick(count // 10)
            count += 1
            await asyncio.sleep(0.01)


class Served:
    """A platform that serves these routes at a port of its own; use it as a context manager."""

    def serve(self, name: str, routes: list[BaseRoute], **how: Any) -> None:
        """Prepare to; the stage has a day of its own, so the Date header of this machine's is sent only if wanted."""
        config = uvicorn.Config(
            Starlette(routes=routes), port=0, log_config=None, lifespan="off", access_log=False, **how
        )
        self._server = _Server(config)
        self._thread = threading.Thread(target=self._server.run, name=name)

    def __enter__(self) -> Self:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        self.port: int = self._server.servers[0].sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = self._server.force_exit = True
        self._thread.join()
