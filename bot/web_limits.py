"""The web server's connections: how much and how long anybody may send, whatever the route, before it is looked at."""

import asyncio
import math
import socket
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# All of a request but its body: the first line, headers, the marks between chunks, trailers.
MOST_HEAD, MOST_HEADERS = 32 << 10, 100
SECONDS_FOR_HEAD, SECONDS_FOR_BODY = 10.0, 30.0
MOST_CONNECTIONS = 512
_BAD, _TOO_SLOW, _TOO_MUCH, _TOO_LONG = 400, 408, 413, 431
# Of a connection on which nothing is waited for but the other end, which may be gone without a word (Linux' names).
_ALIVE = {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 15, "TCP_KEEPCNT": 4, "TCP_USER_TIMEOUT": 60_000}


class _Refused(Exception):
    """Raised within the parser, which ends with it."""


class LimitedProtocol(HttpToolsProtocol):
    """uvicorn's own protocol, which takes heads of any length and waits for ever for their end."""

    def __init__(self, *arguments: Any, most_body: int, **more: Any) -> None:
        """`most_body` in bytes: what any route may be sent; most of them take less."""
        super().__init__(*arguments, **more)
        self._most_body = most_body
        # Bytes of the request that are none of its body; those of its body.
        self._around = self._in_body = 0
        self._deadline: asyncio.TimerHandle | None = None
        self._refusal = _BAD

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody is there: they have so long to ask for something."""
        super().connection_made(transport)
        _keep_alive(transport)
        self._within(SECONDS_FOR_HEAD)
        if len(self.connections) > MOST_CONNECTIONS:
            # Whoever has waited longest to say anything makes room: silence keeps nobody else out.
            min(self.connections, key=_deadline_of).transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more is waited for."""
        self._within(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """More of a request; what is too much is not kept."""
        if self.transport.is_closing():
            return
        if self._deadline is None:
            self._within(SECONDS_FOR_HEAD)
        self._around += len(data)
        super().data_received(data)
        if self._around > MOST_HEAD and not self.transport.is_closing():
            self._refuse(_TOO_LONG)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header, or one of the trailers."""
        super().on_header(name, value)
        if len(self.headers) > MOST_HEADERS or len(name) + len(value) > MOST_HEAD:
            self._refusal = _TOO_LONG
            raise _Refused

    def on_headers_complete(self) -> None:
        """The head is whole: the body has its own time."""
        self._within(SECONDS_FOR_BODY)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        self._around -= len(body)
        self._in_body += len(body)
        if self._in_body > self._most_body:
            self._refusal = _TOO_MUCH
            raise _Refused
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole; how long the answer takes is the route's matter."""
        self._within(None)
        self._around = self._in_body = 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """The parser has stopped: at what it could not read, or at what was too much."""
        self._refuse(self._refusal)

    def _within(self, seconds: float | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if seconds is None else self.loop.call_later(seconds, self._refuse, _TOO_SLOW)

    def _refuse(self, status: int) -> None:
        self._within(None)
        if self.cycle is None or self.cycle.response_complete:
            self.transport.write(b"HTTP/1.1 %d \r\nconnection: close\r\ncontent-length: 0\r\n\r\n" % status)
        # Whoever waits for the rest of the body hears that the connection is gone.
        self.transport.close()


def _deadline_of(one: Any) -> float:
    deadline: asyncio.TimerHandle | None = one._deadline
    return deadline.when() if deadline else math.inf


def _keep_alive(transport: asyncio.Transport) -> None:
    connection = transport.get_extra_info("socket")
    if connection is None:
        return
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _ALIVE.items():
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
