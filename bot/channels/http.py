"""HTTP both ways: whom our connections trust and how they fail; bodies that are posted to us, answers without words."""

import asyncio
import re
import ssl
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from functools import cache
from typing import Any, cast

import httpx
from starlette.types import Receive, Scope, Send

from bot.settings import certificate_folders

# These end before a byte of the request has left: trying again cannot do anything twice.
NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
# So long may all of a call take, which is less than a letter's lease; and the download of a file, on a slow line.
SECONDS_FOR_A_CALL, SECONDS_FOR_A_FILE = 75.0, 300.0
# Whoever talks without end is not the platform; no file that we take is larger.
MOST_IN_ANSWER = 16 << 20
# What is packed may be a thousand times as much: it is not asked for, and little of it is taken.
_MOST_PACKED = MOST_IN_ANSWER >> 10
# Whoever wants to know the Date headers of what is answered.
Hears = Callable[[str], None] | None


class TooLong(Exception):
    """There is more of it than we take."""


class Endless(httpx.ReadError):
    """An answer that is longer than any of a platform."""


class Gone(Exception):
    """The connection broke before the request was whole: there is nobody to answer."""


@cache
def trusted() -> ssl.SSLContext:
    """Whom all connections trust: to read the certificates takes 25 ms."""
    return httpx.create_ssl_context()


def environment_problem() -> str:
    """What in the environment keeps every connection from being made, and the cure; empty: nothing."""
    try:
        trusted()
    except OSError:
        return (
            "SSL_CERT_FILE、SSL_CERT_DIR、SSLKEYLOGFILE：里面写的文件打不开，或者不是证书。请改正，或去掉这个环境变量。"
        )
    # Of a folder that is not there the library says nothing, and trusts nobody.
    if (folders := certificate_folders()) and not any(each.is_dir() for each in folders):
        return "SSL_CERT_DIR：没有这个文件夹。请改正，或去掉这个环境变量。"
    proxies = urllib.request.getproxies_environment()
    # Those of other programs (FTP_PROXY, GIT_PROXY) are no matter of ours.
    for scheme in ("http", "https", "all", "socks", "wss"):
        if not _is_proxy(proxies.get(scheme, "127.0.0.1")):
            named = f"{scheme.upper()}_PROXY"
            return (
                f"{named}：应是 http://主机:端口 或 socks5://主机:端口（socks:// 请改成 socks5://）。请改正，或去掉它。"
            )
    try:
        httpx.Client(verify=trusted()).close()
    except Exception:
        # What the library cannot read: a port that is none, [::1] or fe80::/10.
        return "HTTP_PROXY、HTTPS_PROXY、ALL_PROXY 或 NO_PROXY：读不懂。NO_PROXY 里的 IPv6 写 ::1，不带方括号和前缀。"
    return ""


def _is_proxy(address: str) -> bool:
    if not re.match(r"(?:https?|socks5h?)://[^/\s]|[^/:\s]+(?::\d+)?$", address, re.IGNORECASE):
        return False
    try:
        port = httpx.URL(address if "://" in address else f"http://{address}").port
    except httpx.InvalidURL:
        return False
    # Of another number the library says only when it connects, and with no error of its own.
    return port is None or 0 < port < 1 << 16


class _Bounded(httpx.AsyncByteStream):
    """An answer as it comes in, up to so many bytes; raises Endless."""

    def __init__(self, stream: httpx.AsyncByteStream, most: int) -> None:
        self._stream = stream
        self._most = most

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = self._most
        async for chunk in self._stream:
            left -= len(chunk)
            if left < 0:
                raise Endless("")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


def arguments(hears: Hears = None) -> dict[str, Any]:
    """Of all our clients: whom they trust and how much they take; `hears` is told what time it is over there."""

    async def begins(response: httpx.Response) -> None:
        if hears and (said := response.headers.get("date")):
            hears(said)
        most = _MOST_PACKED if "content-encoding" in response.headers else MOST_IN_ANSWER
        response.stream = _Bounded(cast(httpx.AsyncByteStream, response.stream), most)

    hooks = {"response": [begins]}
    return {"verify": trusted(), "event_hooks": hooks, "headers": {"accept-encoding": "identity"}}


def client(timeout: float | httpx.Timeout, hears: Hears = None, **more: Any) -> httpx.AsyncClient:
    """Connections of our own, with these further arguments of httpx."""
    return httpx.AsyncClient(timeout=timeout, **arguments(hears), **more)


@asynccontextmanager
async def within(seconds: float) -> AsyncIterator[None]:
    """Who sends a byte now and then keeps every other time limit, and is as good as silent: raises ReadTimeout."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise httpx.ReadTimeout("") from None


async def taken(chunks: AsyncIterator[bytes], most: int, announced: str = "") -> bytes:
    """All the bytes, with the length that was `announced`; raises TooLong for more than `most`."""
    if announced and not (announced.isascii() and announced.isdigit() and int(announced[:12]) <= most):
        raise TooLong
    found = bytearray()
    async for chunk in chunks:
        found += chunk
        if len(found) > most:
            raise TooLong
    return bytes(found)


async def posted(scope: Scope, receive: Receive, most: int) -> bytes:
    """The body of a request; raises TooLong, or Gone when it is not whole."""
    length = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    return await taken(_events(receive), most, length.decode("latin-1"))


async def _events(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise Gone
        yield event.get("body", b"")
        more = event.get("more_body", False)


async def answer(send: Send, status: int, body: bytes = b"", headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
    """Send the response; who could not be served now is told to come again in two seconds, who was too slow to go."""
    again = {503: [(b"retry-after", b"2")], 408: [(b"connection", b"close")]}.get(status, [])
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [length, *headers, *again]})
    await send({"type": "http.response.body", "body": body})
