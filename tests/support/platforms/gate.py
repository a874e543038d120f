"""A way to a platform that can be cut: answered by something in between, closed, silent, or without the answers."""

import asyncio
import contextlib
import random
import threading

# What becomes of a request while the gate is so; each also of some of them while it is `mixed`.
WAYS = ("502", "closed", "silent", "lost")
_BAD_GATEWAY = b"HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\ncontent-length: 12\r\n\r\n<h1>502</h1>"


class Gate:
    """Passes TCP on to a port of this machine, from a thread of its own; use it as a context manager."""

    def __init__(self, port: int, seed: int = 1) -> None:
        self._to = port
        self._chance = random.Random(seed)
        self.way = "open"
        self.port = 0
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="gate")

    def __enter__(self) -> "Gate":
        self._thread.start()
        self._started.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def through(self, url: str) -> str:
        """This address of the port, by the gate."""
        return url.replace(f":{self._to}", f":{self.port}")

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._pass, "127.0.0.1")
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        await self._stop.wait()
        server.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, out = await asyncio.open_connection("127.0.0.1", self._to)
        answers = asyncio.create_task(_forward(back, writer))
        with contextlib.suppress(OSError):
            while data := await reader.read(1 << 20):
                way = self._now()
                if way == "502":
                    writer.write(_BAD_GATEWAY)
                elif way == "silent":
                    # Until whoever asked gives up.
                    await reader.read()
                elif way == "lost":
                    answers.cancel()
                    out.write(data)
                    # Carried out; then the line breaks.
                    await back.read(1)
                elif way == "open":
                    out.write(data)
                    continue
                break
        answers.cancel()
        writer.close()
        out.close()

    def _now(self) -> str:
        return self.way if self.way != "mixed" else self._chance.choice([*WAYS, *["open"] * 8])


async def _forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    writer.close()
