"""Load for the benchmark, in a process of its own: kept-alive connections that post check-ins, and a platform's API.

`load_telegram` and `load_wecom` are started: each prints its ports as a line of JSON, reads one order a line and prints
one result a line.
"""

import asyncio
import json
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

SQUADS = 240
FIRST_USER = 1000
ACTIVITIES = (
    "主题队日", "主题队会", "队课", "志愿服务", "升旗仪式", "读书活动", "宣讲", "劳动实践", "祭扫", "入队仪式",
)  # fmt: skip
# What is told of a day longer ago is asked about.
MOST_DAYS = 30


def said(number: int, today: date) -> tuple[int, str]:
    """(squad, words) of distinct check-ins: every squad, then the next activity, then the day before."""
    squad, turn = number % SQUADS, number // SQUADS
    day = today - timedelta(days=turn // len(ACTIVITIES))
    heads = f"应到{40 + squad % 5}实到{38 + squad % 3}"
    return squad, f"{ACTIVITIES[turn % len(ACTIVITIES)]} {heads} {day.month}月{day.day}日 清明祭英烈"


class Run:
    """One order under way: the numbered requests still to be posted, what came back, and how long each took.

    `answers`: how many signs each waits for: its answer and, where a server answers before it commits, the commit.
    """

    def __init__(self, requests: list[tuple[int, bytes]], answers: int = 1) -> None:
        self.todo, self.answers = requests[::-1], answers
        self.left = len(requests)
        self.statuses: Counter[int] = Counter()
        self.seconds: list[float] = []
        self.replies: list[tuple[int, bytes]] = []
        self.under_way: dict[int, Client] = {}
        self.done = asyncio.get_running_loop().create_future()

    def result(self, took: float) -> dict[str, Any]:
        """What is told of it."""
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
        self.missing = self.run.answers
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
            self.run.replies.append((self.number, body))
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


class Api(asyncio.Protocol):
    """The platform's API: `answer` says what a request's head is answered."""

    def __init__(self, answer: Callable[[bytes], Any]) -> None:
        self.answer = answer

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
            answer = json.dumps(self.answer(head)).encode()
            start = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(answer)
            self.transport.write(start + answer)


async def carry_out(order: dict[str, Any], run: Run) -> dict[str, Any]:
    """Post all that is ordered over so many connections."""
    began = time.perf_counter()
    for _ in range(order["together"]):
        await asyncio.get_running_loop().create_connection(lambda: Client(run), "127.0.0.1", order["port"])
    await asyncio.wait_for(run.done, timeout=300)
    return run.result(time.perf_counter() - began)


async def serve(
    answer: Callable[[bytes], Any], ports: dict[str, int], begin: Callable[[dict[str, Any]], Run],
    check: Callable[[Run], None] = lambda run: None,
) -> None:  # fmt: skip
    """Open the API, tell the ports, carry out orders until there are none; `check` looks at what each run heard."""
    server = await asyncio.get_running_loop().create_server(lambda: Api(answer), "127.0.0.1", 0)
    print(json.dumps({"api": server.sockets[0].getsockname()[1], **ports}), flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        order = json.loads(line)
        run = begin(order)
        result = await carry_out(order, run)
        check(run)
        print(json.dumps(result), flush=True)
