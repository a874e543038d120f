"""Load for the benchmark, in a process of its own: kept-alive connections that post check-ins, and a small Bot API.

`python -m tests.load` prints its ports as a line of JSON, reads one order a line and prints one result a line.
"""

import asyncio
import json
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

SQUADS = 240
FIRST_USER = 1000
ACTIVITIES = ("主题队日", "主题队会", "队课", "志愿服务", "升旗仪式", "读书活动", "宣讲", "劳动实践")
_NOON = 1_775_188_800


def said(number: int, today: date) -> tuple[int, str]:
    """(squad, words) of distinct check-ins: every squad, then the next activity, then the day before."""
    squad, turn = number % SQUADS, number // SQUADS
    day = today - timedelta(days=turn // len(ACTIVITIES))
    heads = f"应到{40 + squad % 5}实到{38 + squad % 3}"
    return squad, f"{ACTIVITIES[turn % len(ACTIVITIES)]} {heads} {day.month}月{day.day}日 清明祭英烈"


def update(number: int, today: date) -> dict[str, Any]:
    """The check-in as an update of the Bot API."""
    squad, text = said(number, today)
    user = FIRST_USER + squad
    sender = {"id": user, "is_bot": False, "first_name": "老师", "last_name": str(squad), "language_code": "zh-hans"}
    chat = {"id": user, "first_name": "老师", "last_name": str(squad), "type": "private"}
    message = {"message_id": number + 1, "from": sender, "chat": chat, "date": _NOON, "text": text}
    return {"update_id": number + 1, "message": message}


def requests(order: dict[str, Any]) -> Iterator[tuple[int, bytes]]:
    """(number of the update, the whole request) for everything to be posted."""
    head = (
        f"POST {order['path']} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"X-Telegram-Bot-Api-Secret-Token: {order['secret']}\r\nContent-Length: "
    )
    today = date.fromisoformat(order["today"])
    for number in range(order["first"], order["first"] + order["count"]):
        body = json.dumps(update(number, today)).encode()
        yield number + 1, head.encode() + str(len(body)).encode() + b"\r\n\r\n" + body


class Run:
    """One order under way: what is still to be posted and how long each took."""

    def __init__(self, order: dict[str, Any]) -> None:
        self.waits = order["waits"]
        self.todo = list(requests(order))[::-1]
        self.left = len(self.todo)
        self.statuses: Counter[int] = Counter()
        self.seconds: list[float] = []
        self.under_way: dict[int, Client] = {}
        self.done = asyncio.get_running_loop().create_future()

    def result(self, took: float) -> dict[str, Any]:
        ordered = sorted(self.seconds)
        return {
            "requests/s": len(ordered) / took,
            "p50 ms": statistics.median(ordered) * 1000,
            "p99 ms": ordered[int(len(ordered) * 0.99)] * 1000,
            "statuses": dict(self.statuses),
        }


class Client(asyncio.Protocol):
    """One kept-alive connection: the next request when the last one has all that it waits for."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.buffer = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.next()

    def next(self) -> None:
        if not self.run.todo:
            self.transport.close()
            return
        self.number, self.request = self.run.todo.pop()
        self.run.under_way[self.number] = self
        # The answer, and where the answer comes before the commit, the commit.
        self.missing = 2 if self.run.waits else 1
        self.began = time.perf_counter()
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return
        self.buffer = b""
        status = int(head[9:12])
        self.run.statuses[status] += 1
        if status == 200:
            self.arrived()
        else:
            asyncio.get_running_loop().call_later(0.05, self.transport.write, self.request)

    def arrived(self) -> None:
        self.missing -= 1
        if self.missing:
            return
        self.run.seconds.append(time.perf_counter() - self.began)
        del self.run.under_way[self.number]
        self.run.left -= 1
        if not self.run.left:
            self.run.done.set_result(None)
        self.next()

    def connection_lost(self, error: Exception | None) -> None:
        if self.run.left and self.run.todo and not self.run.done.done():
            self.run.done.set_exception(error or ConnectionError("the server closed a connection"))


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    return 0


class Committed(asyncio.DatagramProtocol):
    """Hears which update is committed, from a server that answers 200 before it is."""

    run: Run | None = None

    def datagram_received(self, data: bytes, _address: Any) -> None:
        client = self.run.under_way.get(int(data)) if self.run else None
        if client:
            client.arrived()


_ME = {"id": 123456, "is_bot": True, "first_name": "bench", "username": "bench_bot"}
_SAID = {"message_id": 1, "date": _NOON, "chat": {"id": 1, "type": "private", "first_name": "x"}, "text": "x"}
_HOOK = {"url": "", "has_custom_certificate": False, "pending_update_count": 0}
_RESULTS: dict[bytes, Any] = {b"getMe": _ME, b"sendMessage": _SAID, b"getWebhookInfo": _HOOK, b"getMyCommands": []}


class Api(asyncio.Protocol):
    """The Bot API: says yes to everything."""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while True:
            head, found, body = self.buffer.partition(b"\r\n\r\n")
            length = _length(head)
            if not found or len(body) < length:
                return
            self.buffer = body[length:]
            method = head.split(b" ", 2)[1].rpartition(b"/")[2]
            answer = json.dumps({"ok": True, "result": _RESULTS.get(method, True)}).encode()
            start = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(answer)
            self.transport.write(start + answer)


async def carry_out(order: dict[str, Any], committed: Committed) -> dict[str, Any]:
    """Post all that is ordered over so many connections."""
    loop = asyncio.get_running_loop()
    run = committed.run = Run(order)
    began = time.perf_counter()
    for _ in range(order["together"]):
        await loop.create_connection(lambda: Client(run), "127.0.0.1", order["port"])
    await asyncio.wait_for(run.done, timeout=300)
    return run.result(time.perf_counter() - began)


async def serve() -> None:
    """Open the API, tell the ports, carry out orders until there are none."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Api, "127.0.0.1", 0)
    datagrams, committed = await loop.create_datagram_endpoint(Committed, ("127.0.0.1", 0))
    ports = {"api": server.sockets[0].getsockname()[1], "committed": datagrams.get_extra_info("sockname")[1]}
    print(json.dumps(ports), flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(await carry_out(json.loads(line), committed)), flush=True)


if __name__ == "__main__":
    try:
        from uvloop import run
    except ImportError:
        run = asyncio.run
    run(serve())
