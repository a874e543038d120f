"""Small proxies on loopback that ask for a password: HTTP, forwarding and CONNECT, and SOCKS5."""

import asyncio
import base64
import socket
import threading
from asyncio import StreamReader, StreamWriter
from typing import Any
from urllib.parse import urlsplit

from tests.support.waiting import PATIENCE

USER, PASSWORD = "teacher", "planted-proxy-password"


class Refused(Exception):
    """Not the user and password that the proxy asks for, or nothing that it understands."""


class Proxy:
    """Runs in a thread of its own; use it as a context manager. `socks`: SOCKS5, else HTTP."""

    def __init__(self, socks: bool = False) -> None:
        self._socks = socks
        # Where it was asked to go, and the ports that it went there from.
        self.targets: list[tuple[str, int]] = []
        self.ports: set[int] = set()
        self.refused = 0
        self._loop = asyncio.new_event_loop()
        self._under_way: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy")

    def url(self, password: str = PASSWORD) -> str:
        return f"{'socks5' if self._socks else 'http'}://{USER}:{password}@127.0.0.1:{self.port}"

    def __enter__(self) -> "Proxy":
        self._thread.start()
        self._server: asyncio.Server = self._run(asyncio.start_server(self._take, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    async def _close(self) -> None:
        self._server.close()
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _take(self, reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        try:
            await (self._take_socks if self._socks else self._take_http)(reader, writer)
        except Refused:
            self.refused += 1
        except (OSError, EOFError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    # --- HTTP ---------------------------------------------------------------------------------------------

    async def _take_http(self, reader: StreamReader, writer: StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
        known = base64.b64encode(f"{USER}:{PASSWORD}".encode())
        if b"proxy-authorization: basic " + known.lower() not in head.lower() or known not in head:
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            raise Refused
        if method == "CONNECT":
            host, _, port = target.rpartition(":")
            await self._join(reader, writer, host, int(port), answer=b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            at = urlsplit(target)
            # The server takes whole addresses too, so nothing is written anew.
            await self._join(reader, writer, at.hostname or "", at.port or 80, first=head)

    # --- SOCKS5 (RFC 1928, 1929) --------------------------------------------------------------------------

    async def _take_socks(self, reader: StreamReader, writer: StreamWriter) -> None:
        _, count = await reader.readexactly(2)
        if 2 not in await reader.readexactly(count):
            writer.write(b"\x05\xff")
            raise Refused
        writer.write(b"\x05\x02")
        await reader.readexactly(1)
        given = [(await reader.readexactly((await reader.readexactly(1))[0])).decode() for _ in range(2)]
        if given != [USER, PASSWORD]:
            writer.write(b"\x01\x01")
            await writer.drain()
            raise Refused
        writer.write(b"\x01\x00")
        *_, kind = await reader.readexactly(4)
        size = 4 if kind == 1 else (await reader.readexactly(1))[0]
        address = await reader.readexactly(size)
        port = int.from_bytes(await reader.readexactly(2), "big")
        host = socket.inet_ntoa(address) if kind == 1 else address.decode()
        await self._join(reader, writer, host, port, answer=b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")

    # --- both ---------------------------------------------------------------------------------------------

    async def _join(
        self, reader: StreamReader, writer: StreamWriter, host: str, port: int, answer: bytes = b"", first: bytes = b""
    ) -> None:
        self.targets.append((host, port))
        there, out = await asyncio.open_connection(host, port)
        self.ports.add(out.get_extra_info("sockname")[1])
        try:
            writer.write(answer)
            out.write(first)
            await asyncio.gather(_pass_on(reader, out), _pass_on(there, writer))
        finally:
            out.close()


async def _pass_on(reader: StreamReader, writer: StreamWriter) -> None:
    while part := await reader.read(1 << 16):
        writer.write(part)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()
