"""The web server: health, metrics, the practice page, one route per webhook."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.web_limits import LimitedProtocol

# More than any webhook takes; the practice page is sent photos.
MOST_BODY = 4 << 20
Health = Callable[[], dict[str, Any]]


def application(
    health: Health, metrics: Callable[[], str], routes: Sequence[BaseRoute], hooks: Mapping[str, ASGIApp] | None = None
) -> ASGIApp:
    """The routes that are always there, and those of the channels; `hooks`, by path, get their requests untouched."""

    async def healthy(_request: Request) -> Response:
        facts = await asyncio.to_thread(health)
        return JSONResponse(facts, 200 if facts["status"] == "ok" else 503)

    async def measured(_request: Request) -> Response:
        text = await asyncio.to_thread(metrics)
        return Response(text, media_type="text/plain; version=0.0.4")

    pages = Starlette(routes=[Route("/health", healthy), Route("/metrics", measured), *routes])
    return _before(pages, hooks) if hooks else pages


def _before(pages: ASGIApp, hooks: Mapping[str, ASGIApp]) -> ASGIApp:
    """A webhook is all that must be fast: routing and middleware cost as much as reading its update."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        hook = hooks.get(scope["path"]) if scope["type"] == "http" else None
        await (hook or pages)(scope, receive, send)

    return application


class Server(uvicorn.Server):
    """uvicorn without its own signal handling: the app decides when to stop, and the exit status is 0."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


def server(app: ASGIApp, most_body: int = MOST_BODY) -> Server:
    """A server that is started with `serve([socket])` and stopped with `should_exit`; `most_body` in bytes."""
    # Its warnings are about requests that are none: anybody could fill the log with them.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    limited: Any = partial(LimitedProtocol, most_body=most_body)
    return Server(
        uvicorn.Config(
            app,
            http=limited,
            ws="none",
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=3,
        )
    )
