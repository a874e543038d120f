"""Whoever answers without end, plainly or packed, is not the platform: little of it is taken, and it is an outage."""

import asyncio
import tracemalloc
import zlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.channels import Failure, Outgoing, SendError, http
from bot.channels.group_robot.api import Api as Groups
from bot.channels.setup import CallFailed
from bot.channels.telegram.api import Api
from bot.channels.telegram.send import Post
from bot.settings import Settings

_PIECE = b" " * (1 << 20)


def packed() -> bytes:
    """A gigabyte in a megabyte."""
    press = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join([press.compress(_PIECE) for _ in range(200)]) + press.flush()


async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, encoding: str) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    assert b"accept-encoding: identity" in head
    coded = f"Content-Encoding: {encoding}\r\n" if encoding else ""
    writer.write(
        f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{coded}Content-Length: 1000000000\r\n\r\n".encode()
    )
    piece = packed() if encoding else _PIECE
    try:
        for _ in range(1000):
            writer.write(piece)
            await writer.drain()
    except OSError:
        return
    finally:
        writer.close()


def bot(folder: Path, base: str) -> Settings:
    return Settings(_env_file=None, data_dir=folder, telegram_token="1:made-up", telegram_api_url=f"{base}/bot")  # type: ignore[call-arg]


async def asks(folder: Path, base: str) -> None:
    api = Api(bot(folder, base), 5)
    try:
        await api.call("getUpdates")
    finally:
        await api.close()


async def sends(folder: Path, base: str) -> None:
    post = Post(bot(folder, base))
    try:
        await post.send(Outgoing(1, "7", "早"))
    finally:
        assert "回应太大" in post.condition.trouble
        await post.close()


async def tells(_: Path, base: str) -> None:
    groups = Groups(base)
    try:
        await groups.send("key", {"msgtype": "text"})
    finally:
        await groups.close()


@pytest.mark.parametrize("encoding", ["", "gzip"])
@pytest.mark.parametrize("call", [asks, sends, tells])
def test_an_answer_without_end_is_none(
    tmp_path: Path, call: Callable[[Path, str], Awaitable[None]], encoding: str
) -> None:
    async def run() -> Exception:
        server = await asyncio.start_server(lambda r, w: endless(r, w, encoding), "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()
        async with server:
            with pytest.raises((CallFailed, SendError)) as fault:
                await call(tmp_path, f"http://{host}:{port}")
        return fault.value

    tracemalloc.start()
    failure = asyncio.run(run())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5 * http.MOST_IN_ANSWER
    assert getattr(failure, "kind", Failure.UNCERTAIN) is Failure.UNCERTAIN
