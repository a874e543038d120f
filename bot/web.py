"""The web server: health, metrics, the practice page, one route per webhook."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

Health = Callable[[], dict[str, Any]]


def application(health: Health, metrics: Callable[[], str], routes: Sequence[BaseRoute]) -> Starlette:
    """The routes that are always there, and those of the channels."""

    async def healthy(_request: Request) -> Response:
        facts = await asyncio.to_thread(health)
        return JSONResponse(facts, 200 if facts["status"] == "ok" else 503)

    async def measured(_request: Request) -> Response:
        text = await asyncio.to_thread(metrics)
        return Response(text, media_type="text/plain; version=0.0.4")

    return Starlette(routes=[Route("/health", healthy), Route("/metrics", measured), *routes])


class Server(uvicorn.Server):
    """uvicorn without its own signal handling: the app decides when to stop, and the exit status is 0."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


def server(app: Starlette) -> Server:
    """A server that is started with `serve([socket])` and stopped with `should_exit`."""
    return Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=3,
            h11_max_incomplete_event_size=64 << 10,
        )
    )
