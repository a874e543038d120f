"""One connection to the robots' server: frames out and their acks, callbacks in, pings; it says why it ended."""

import asyncio
import json
import logging
from collections.abc import Callable
from enum import StrEnum
from secrets import token_hex
from time import monotonic
from typing import Any
from weakref import WeakValueDictionary

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State

log = logging.getLogger(__name__)
Frame = dict[str, Any]
# The platform advises a ping every 30 s; its own clients give a connection up after two without an answer.
SECONDS_BETWEEN_PINGS, MOST_MISSED = 30.0, 2
SECONDS_FOR_AN_ACK = 5.0
_NOT_SUBSCRIBED = 846609
_CALLBACKS = ("aibot_msg_callback", "aibot_event_callback")


class NotLive(Exception):
    """Nothing was sent: there is no connection, or it was half dead."""


class AckLost(Exception):
    """It was sent and no answer came: it may have been carried out."""


class Refused(Exception):
    """The platform did not do it, and says why by a number."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(f"{code}: {words}")
        self.code = code


class End(StrEnum):
    """How a connection ended, as far as it matters for the next one."""

    DROPPED = "dropped"
    HALF_DEAD = "half dead"
    TAKEN_OVER = "taken over"
    REFUSED = "refused"
    FORBIDDEN = "forbidden"
    NOT_OURS = "not ours"


class Link:
    """A connection, from the handshake to its end."""

    def __init__(self, connection: ClientConnection, heard: Callable[[Frame], None]) -> None:
        """`heard` gets every callback; it must not block or raise."""
        self._connection = connection
        self._heard = heard
        self._waiting: dict[str, asyncio.Future[Frame]] = {}
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._over = asyncio.Event()
        self.end = End.DROPPED
        self.why = ""
        self.last_heard = monotonic()

    def finish(self, end: End, why: str) -> None:
        """It is over; what was said first about why counts."""
        if self._over.is_set():
            return
        self.end, self.why = end, why
        self._over.set()
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(AckLost(why))

    async def over(self) -> None:
        """Wait for the end."""
        await self._over.wait()

    # --- in -----------------------------------------------------------------------------------------------

    async def read(self) -> None:
        """Take in what comes. A clean close raises nothing: that is an end like any other."""
        try:
            async for raw in self._connection:
                self.last_heard = monotonic()
                self._take(raw)
        except ConnectionClosed:
            pass
        except Exception as bug:
            log.exception("读取机器人长连接时出错")
            self.finish(End.DROPPED, type(bug).__name__)
        self.finish(End.DROPPED, f"对方断开了连接（代码 {self._connection.close_code or 1006}）")

    def _take(self, raw: str | bytes) -> None:
        try:
            frame = json.loads(raw)
        except (ValueError, RecursionError):
            frame = None
        if not isinstance(frame, dict):
            log.warning("长连接送来的一段读不懂（%d 字节）", len(raw))
        elif frame.get("cmd") not in _CALLBACKS:
            self._acknowledged(frame)
        elif _event_of(frame) == "disconnected_event":
            # It may stay open after this, and deliver nothing more.
            self.finish(End.TAKEN_OVER, "平台断开了这条连接：多半有另一个程序用这个机器人的 Secret 连上了，请停掉它")
        else:
            self._heard(frame)

    def _acknowledged(self, frame: Frame) -> None:
        headers = frame.get("headers")
        future = self._waiting.get(str(headers.get("req_id"))) if isinstance(headers, dict) else None
        if future is not None and not future.done():
            future.set_result(frame)

    # --- out ----------------------------------------------------------------------------------------------

    async def call(self, cmd: str, body: Frame | None, req_id: str = "", seconds: float = SECONDS_FOR_AN_ACK) -> Frame:
        """What the answer to this frame holds; raises NotLive, AckLost, Refused. One at a time for one `req_id`."""
        req_id = req_id or f"{cmd}-{token_hex(8)}"
        turn = self._turns.setdefault(req_id, asyncio.Lock())
        async with turn:
            answer = await self._ask(cmd, body, req_id, seconds)
        code = answer.get("errcode")
        if code == _NOT_SUBSCRIBED:
            self.finish(End.HALF_DEAD, "对方不再认得这条连接")
            raise NotLive(self.why)
        if code:
            raise Refused(code if isinstance(code, int) else -1, str(answer.get("errmsg", ""))[:150])
        told = answer.get("body")
        return told if isinstance(told, dict) else {}

    async def _ask(self, cmd: str, body: Frame | None, req_id: str, seconds: float) -> Frame:
        if self._over.is_set() or self._connection.state is not State.OPEN:
            raise NotLive(self.why or "连接刚断开")
        frame: Frame = {"cmd": cmd, "headers": {"req_id": req_id}} | ({} if body is None else {"body": body})
        future = self._waiting[req_id] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(seconds):
                await self._connection.send(json.dumps(frame, ensure_ascii=False))
                answer: Frame = await future
                return answer
        except TimeoutError:
            raise AckLost(f"{cmd} 在 {seconds:g} 秒内没有回应") from None
        except ConnectionClosed:
            raise AckLost("正在发的时候连接断了") from None
        finally:
            del self._waiting[req_id]
            if future.done() and not future.cancelled():
                # Looked at, whatever it was: nobody else will.
                future.exception()

    async def ping(self) -> None:
        """Show that we are there, and find out whether the other side is, until two pings in a row stay unanswered."""
        missed = 0
        while missed < MOST_MISSED:
            await asyncio.sleep(SECONDS_BETWEEN_PINGS)
            try:
                await self.call("ping", None, seconds=min(SECONDS_FOR_AN_ACK, SECONDS_BETWEEN_PINGS))
            except (AckLost, Refused):
                missed += 1
            except NotLive:
                return
            else:
                missed = 0
        self.finish(End.DROPPED, f"连着 {MOST_MISSED} 次探问没有回应")


def _event_of(frame: Frame) -> str:
    body = frame.get("body")
    event = body.get("event") if isinstance(body, dict) else None
    return str(event.get("eventtype", "")) if isinstance(event, dict) else ""
