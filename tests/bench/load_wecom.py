"""Load for WeCom's part of the benchmark, in a process of its own: encrypted callbacks over kept-alive connections.

`python -m tests.load_wecom` prints its port as a line of JSON, reads one order a line and prints one result a line.
Requests are sealed before the clock starts, and replies are opened and checked after it has stopped.
"""

import asyncio
import json
import statistics
import sys
import time
from collections import Counter
from datetime import date
from hashlib import sha1
from typing import Any
from urllib.parse import urlencode

from bot.channels.wecom.callback.crypto import Crypto, Signed, fields
from tests.bench.load import FIRST_USER, _length, said
from tests.support.platforms.fake_wecom import AES_KEY, AGENT, CORP, TOKEN

_PLATFORM = Crypto([TOKEN], [AES_KEY], CORP)
_NONCE = "1372623149"
_YES = json.dumps(
    {"errcode": 0, "errmsg": "ok", "access_token": "made-up", "expires_in": 7200, "msgid": "1", "button": []}
)


def message(number: int, today: date, now: int) -> str:
    """The check-in as the platform writes it."""
    squad, text = said(number, today)
    user = FIRST_USER + squad
    head = f"<ToUserName>{CORP}</ToUserName><FromUserName>{user}</FromUserName><CreateTime>{now}</CreateTime>"
    return f"<xml>{head}<MsgType>text</MsgType><Content><![CDATA[{text}]]></Content><MsgId>{number + 1}</MsgId></xml>"


def sealed(xml: str, now: int) -> tuple[dict[str, Any], str]:
    """(parameters, body) of a callback; WeRoBot wants the signature of official accounts beside the other."""
    found = fields(_PLATFORM._ciphers[0][0].encrypt_message(xml, _NONCE, str(now)))
    plain = sha1("".join(sorted((TOKEN, str(now), _NONCE))).encode()).hexdigest()
    query = {"msg_signature": found["MsgSignature"], "signature": plain, "timestamp": now, "nonce": _NONCE}
    inner = f"<ToUserName>{CORP}</ToUserName><AgentID>{AGENT}</AgentID><Encrypt>{found['Encrypt']}</Encrypt>"
    return query, f"<xml>{inner}</xml>"


def callback(number: int, today: date, path: str, now: int) -> bytes:
    """The whole request with one check-in."""
    query, body = sealed(message(number, today, now), now)
    head = f"POST {path}?{urlencode(query)} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/xml\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()


def reply_of(body: bytes) -> dict[str, Any]:
    """The reply in a response, opened."""
    sealed = fields(body.decode())
    signed = Signed(sealed["MsgSignature"], sealed["TimeStamp"], sealed["Nonce"])
    return fields(_PLATFORM.open(signed, sealed["Encrypt"]).text)


class Run:
    """One order under way."""

    def __init__(self, order: dict[str, Any]) -> None:
        today, now = date.fromisoformat(order["today"]), int(time.time())
        numbers = range(order["first"], order["first"] + order["count"])
        self.todo = [(number, callback(number, today, order["path"], now)) for number in numbers][::-1]
        self.left = len(self.todo)
        self.statuses: Counter[int] = Counter()
        self.seconds: list[float] = []
        self.replies: list[tuple[int, bytes]] = []
        self.done = asyncio.get_running_loop().create_future()

    def check(self) -> None:
        """Every check-in was answered by an encrypted reply to its sender that names the right number."""
        for number, body in self.replies:
            squad, text = said(number, date.min.replace(year=2000))
            reply = reply_of(body)
            assert reply["ToUserName"] == str(FIRST_USER + squad), reply
            assert f"{text.partition('实到')[2][:2]} 人" in reply["Content"], reply

    def result(self, took: float) -> dict[str, Any]:
        ordered = sorted(self.seconds)
        return {
            "requests/s": len(ordered) / took,
            "p50 ms": statistics.median(ordered) * 1000,
            "p99 ms": ordered[int(len(ordered) * 0.99)] * 1000,
            "statuses": dict(self.statuses),
        }


class Client(asyncio.Protocol):
    """One kept-alive connection: the next request when the last one is answered."""

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
        self.number, request = self.run.todo.pop()
        self.began = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return
        self.buffer = b""
        self.run.statuses[int(head[9:12])] += 1
        self.run.seconds.append(time.perf_counter() - self.began)
        self.run.replies.append((self.number, body))
        self.run.left -= 1
        if not self.run.left:
            self.run.done.set_result(None)
        self.next()

    def connection_lost(self, error: Exception | None) -> None:
        if self.run.todo and not self.run.done.done():
            self.run.done.set_exception(error or ConnectionError("the server closed a connection"))


class Api(asyncio.Protocol):
    """The API of WeCom: says yes to everything."""

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
            start = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(_YES)}\r\n\r\n"
            self.transport.write((start + _YES).encode())


async def carry_out(order: dict[str, Any]) -> dict[str, Any]:
    """Post all that is ordered over so many connections."""
    loop, run = asyncio.get_running_loop(), Run(order)
    began = time.perf_counter()
    for _ in range(order["together"]):
        await loop.create_connection(lambda: Client(run), "127.0.0.1", order["port"])
    await asyncio.wait_for(run.done, timeout=300)
    took = time.perf_counter() - began
    run.check()
    return run.result(took)


async def serve() -> None:
    """Open the API, tell its port, carry out orders until there are none."""
    server = await asyncio.get_running_loop().create_server(Api, "127.0.0.1", 0)
    print(json.dumps({"api": server.sockets[0].getsockname()[1]}), flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(await carry_out(json.loads(line))), flush=True)


if __name__ == "__main__":
    asyncio.run(serve())
