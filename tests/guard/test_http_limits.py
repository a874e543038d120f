"""A real server and raw connections: how much, how many and how long, on every route, before and after its head."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from bot import web, web_limits
from bot.channels.telegram import hook as telegram_hook
from bot.channels.wecom.callback import hook as wecom_hook
from tests.support.waiting import PATIENCE, happens

SECRET = "made-up-secret"
ROUTES = ("/health", "/metrics", telegram_hook.PATH, wecom_hook.PATH, "/slow", "/none")
HEAD = b"POST %s HTTP/1.1\r\nhost: a\r\nx-telegram-bot-api-secret-token: made-up-secret\r\n"
OK = {"status": "ok"}


class Taken:
    """An intake that takes everything."""

    async def take_one(self, raw: Any) -> None:
        return


async def slow(_request: Request) -> StreamingResponse:
    async def words() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"still here\n"
            await asyncio.sleep(0.2)

    return StreamingResponse(words())


@asynccontextmanager
async def serving() -> AsyncIterator[int]:
    telegram = telegram_hook.Hook([SECRET], Taken(), lambda query: None)  # type: ignore[arg-type]
    wecom = wecom_hook.Hook(None, None, "corp", None)  # type: ignore[arg-type]
    hooks = {telegram_hook.PATH: telegram, wecom_hook.PATH: wecom}
    pages = web.application(lambda: OK, lambda: "", [Route("/slow", slow)], hooks)
    server = web.server(pages)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        task = asyncio.create_task(server.serve([listening]))
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            await task


def play(talk: Callable[[int], Awaitable[None]]) -> None:
    async def run() -> None:
        async with serving() as port:
            await talk(port)
            # Whatever was done to it, it goes on.
            assert await ask(port, b"GET /health HTTP/1.1\r\nhost: a\r\n\r\n") == b"200"

    asyncio.run(asyncio.wait_for(run(), PATIENCE))


def everywhere(talk: Callable[[int, str], Awaitable[None]]) -> Callable[[int], Awaitable[None]]:
    """The same with every route, at once."""

    async def all_of_them(port: int) -> None:
        await asyncio.gather(*(talk(port, path) for path in ROUTES))

    return all_of_them


async def ask(port: int, *parts: bytes, pause: float = 0) -> bytes:
    """Send these and wait for the answer or the end: the status, empty when the connection was closed without one."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)
    except OSError:
        pass
    try:
        line = await reader.readline()
    except OSError:
        line = b""
    writer.close()
    return line[9:12]


async def silent(port: int, number: int) -> tuple[list[asyncio.Future[bytes]], list[asyncio.StreamWriter]]:
    """So many connections without a word: the end of each, and what closes it."""
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(number)]
    return [asyncio.ensure_future(reader.read()) for reader, _ in opened], [writer for _, writer in opened]


def head(path: str, *headers: bytes) -> bytes:
    return HEAD % path.encode() + b"".join(each + b"\r\n" for each in headers)


@pytest.fixture
def no_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """What ends here ends because it is too much, however slow the machine is."""
    for name in ("SECONDS_FOR_HEAD", "SECONDS_FOR_BODY"):
        monkeypatch.setattr(web_limits, name, 2 * PATIENCE)


def test_a_head_of_64_mib_is_cut_off_at_once(no_time_is_over: None) -> None:
    async def talk(port: int, path: str) -> None:
        piece = b"x" * (1 << 20)
        for begun in (head(path, b"x-long: ")[:-2], b"GET /" + b"x", b"x" * 9):
            assert await ask(port, begun, *[piece] * 64) in (b"431", b"400", b"")

    play(everywhere(talk))


def test_heads_have_so_many_headers_and_bytes() -> None:
    async def talk(port: int, path: str) -> None:
        many = [b"x-%d: y" % number for number in range(web_limits.MOST_HEADERS + 1)]
        assert await ask(port, head(path, *many, b"")) == b"431"
        assert await ask(port, head(path, b"x: " + b"y" * web_limits.MOST_HEAD, b"")) == b"431"
        # Many that are not much each, one packet after the other.
        rest = [b"x-%d: %s\r\n" % (number, b"y" * 900) for number in range(60)]
        assert await ask(port, head(path), *rest, pause=0.001) in (b"431", b"")
        fine = [b"x-%d: %s" % (number, b"y" * 200) for number in range(90)]
        assert await ask(port, head(path, *fine, b"content-length: 0", b"")) in (b"200", b"404", b"405", b"400")

    play(everywhere(talk))


def test_no_route_is_sent_endless_bodies(no_time_is_over: None) -> None:
    async def talk(port: int, path: str) -> None:
        piece = b"x" * (1 << 20)
        length = head(path, b"content-length: 1000000000", b"")
        assert await ask(port, length, *[piece] * 40) in (b"413", b"200", b"400", b"404", b"405", b"")
        chunked = head(path, b"transfer-encoding: chunked", b"")
        said = await ask(port, chunked, *[b"100000\r\n" + piece + b"\r\n"] * 40)
        assert said[:1] in (b"4", b"2", b"")
        # What stands around the chunks is no body: extensions, and trailers behind them.
        await ask(port, chunked, b"1;" + b"x" * 400_000)
        await ask(port, chunked, b"0\r\nx: " + b"y" * 400_000)

    play(everywhere(talk))


def test_who_does_not_go_on_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_limits, "SECONDS_FOR_HEAD", 0.2)
    monkeypatch.setattr(web_limits, "SECONDS_FOR_BODY", 0.4)

    async def talk(port: int, path: str) -> None:
        whole = head(path, b"content-length: 5", b"")
        silent = [ask(port), ask(port, b"PO"), ask(port, whole[:40]), ask(port, whole[:-2]), ask(port, whole, b"{")]
        # A byte now and then buys no time.
        silent.append(ask(port, *[bytes([each]) for each in whole[:60]], pause=0.02))
        silent.append(ask(port, whole, *[b"{"] * 4, pause=0.2))
        said = await asyncio.gather(*silent)
        assert set(said) <= {b"408", b"405", b"404", b"400", b"200", b"503", b""}

    play(everywhere(talk))


def test_a_body_that_never_comes_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telegram_hook, "SECONDS_TO_READ", 0.2)
    monkeypatch.setattr(wecom_hook, "SECONDS_TO_ANSWER", 0.2)

    async def talk(port: int) -> None:
        signed = f"{wecom_hook.PATH}?msg_signature=a&timestamp=1&nonce=b"
        for path in (telegram_hook.PATH, signed):
            assert await ask(port, head(path, b"content-length: 5", b""), b"{") == b"408"
        monkeypatch.setattr(telegram_hook, "SECONDS_TO_READ", PATIENCE)
        update = json.dumps({"update_id": 1}).encode()
        whole = head(telegram_hook.PATH, b"content-length: %d" % len(update), b"")
        assert await ask(port, whole, update[:5], update[5:], pause=0.05) == b"200"

    play(talk)


def test_connections_without_a_request_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_limits, "MOST_CONNECTIONS", 20)

    async def talk(port: int) -> None:
        # Those that have waited longest make room at once.
        ended, writers = await silent(port, 50)
        await happens(lambda: sum(each.done() for each in ended) >= 30)
        assert [each.done() for each in ended] == [True] * 30 + [False] * 20
        assert await ask(port, b"GET /health HTTP/1.1\r\nhost: a\r\n\r\n") == b"200"
        for writer in writers:
            writer.close()
        # The others end when their time is over.
        monkeypatch.setattr(web_limits, "SECONDS_FOR_HEAD", 0.2)
        late, writers = await silent(port, 10)
        await happens(lambda: all(each.done() for each in late))
        await asyncio.gather(*ended, *late, return_exceptions=True)
        for writer in writers:
            writer.close()

    play(talk)


def test_a_long_answer_and_the_next_request_are_not_hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_limits, "SECONDS_FOR_HEAD", 0.2)
    monkeypatch.setattr(web_limits, "SECONDS_FOR_BODY", 0.2)

    async def talk(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        connection = writer.get_extra_info("socket")
        assert connection is not None
        writer.write(b"GET /slow HTTP/1.1\r\nhost: a\r\n\r\n")
        assert (await reader.readuntil(b"0\r\n\r\n")).count(b"still here") == 3
        await asyncio.sleep(0.5)
        # Kept alive in silence, several at once.
        writer.write(b"GET /health HTTP/1.1\r\nhost: a\r\n\r\n" * 3)
        for _ in range(3):
            assert b"200" in await reader.readuntil(b'{"status":"ok"}')
        writer.close()

    play(talk)
