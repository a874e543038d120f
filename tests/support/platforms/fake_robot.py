"""The robots' server of WeCom on this machine: the rules of document 101463, faults as the test scripts them."""

import asyncio
import base64
import json
import threading
import time
from collections import defaultdict, deque
from collections.abc import Coroutine
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from tests.support.platforms.fake_robot_rules import ROBOT, SECRET, Frame, Rules, Wrong
from tests.support.waiting import PATIENCE

KEY = bytes(range(32))


class FakeRobot(Rules):
    """Serves one robot from a thread of its own; use it as a context manager."""

    def __init__(self) -> None:
        super().__init__()
        self.subscribed = self.refused = 0
        self.pings = 0
        # By command, an error number, or: "lost" (done, but no ack), "silent" (not done, no ack), "drop", "late".
        self.faults: dict[str, deque[str]] = defaultdict(deque)
        self.answers_pings = True
        # Whether what was not answered is delivered again on the next connection.
        self.repeats = False
        self.wrong: list[str] = []
        self._under_way: set[str] = set()
        self._media: dict[str, bytes] = {}
        self._live: ServerConnection | None = None
        self._all: set[ServerConnection] = set()
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="fake-robot")

    def __enter__(self) -> "FakeRobot":
        self._thread.start()
        self._started.wait(PATIENCE)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    @property
    def live(self) -> bool:
        return self._live is not None

    # --- what people do -----------------------------------------------------------------------------------

    def say(self, userid: str, text: str = "", chat: str = "", msgid: str = "", **content: Any) -> Frame:
        """Somebody writes, in private unless `chat` is a group."""
        words = {"msgtype": "text", "text": {"content": text}}
        return self.deliver(self.message(userid, chat, msgid, **(content or words)))

    def message(self, userid: str, chat: str = "", msgid: str = "", **content: Any) -> Frame:
        """The callback of a message."""
        number = next(self._numbers)
        place = {"chatid": chat, "chattype": "group"} if chat else {"chattype": "single"}
        body = {"msgid": msgid or f"msg{number}", "aibotid": ROBOT, **place, "from": {"userid": userid}, **content}
        return {"cmd": "aibot_msg_callback", "headers": {"req_id": f"req{number}"}, "body": body}

    def event(self, userid: str, kind: str, chat: str = "", **about: Any) -> Frame:
        """The callback of an event."""
        frame = self.message(
            userid, chat, msgtype="event", event={"eventtype": kind, **({kind: about} if about else {})}
        )
        frame["body"]["create_time"] = 1_700_000_000
        return {**frame, "cmd": "aibot_event_callback"}

    def press(self, userid: str, label: str, chat: str = "", card: int = -1) -> Frame:
        """Somebody presses the button with this label."""
        cards = [said for said in self.said_to(chat or userid) if said["kind"] == "template_card"]
        shown = [each for each in cards if any(b["text"] == label for b in each["content"]["button_list"])]
        content = shown[card]["content"]
        key = next(button["key"] for button in content["button_list"] if button["text"] == label)
        about = {"card_type": "button_interaction", "event_key": key, "task_id": content["task_id"]}
        return self.deliver(self.event(userid, "template_card_event", chat, **about))

    def enter(self, userid: str) -> Frame:
        """Somebody opens the chat for the first time today."""
        frame = self.event(userid, "enter_chat")
        del frame["body"]["chattype"]
        return self.deliver(frame)

    def deliver(self, frame: Frame) -> Frame:
        """Send a callback, as it is, to whoever is subscribed."""
        body = frame.get("body", {})
        if frame.get("cmd") == "aibot_msg_callback" and "msgid" in body:
            self._spoken.add(body.get("chatid") or body["from"]["userid"])
            self.unanswered[body["msgid"]] = frame
        self.do(self._deliver(frame))
        return frame

    def photo(self, content: bytes, key: bytes = KEY) -> Frame:
        """What stands in a message for a picture: an address and the key of the file behind it."""
        length = 32 - len(content) % 32
        cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
        name = f"m{next(self._numbers)}"
        self._media[name] = cipher.update(content + bytes([length]) * length) + cipher.finalize()
        aeskey = base64.b64encode(key).decode().rstrip("=")
        return {"url": f"http://127.0.0.1:{self.port}/media/{name}?sign=made-up", "aeskey": aeskey}

    def forget_media(self) -> None:
        """Five minutes are over."""
        self._media.clear()

    # --- what the network does ----------------------------------------------------------------------------

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    def _begin(self, work: Coroutine[Any, Any, Any]) -> None:
        # Not waited for: the other side of it may be the thread that calls.
        asyncio.run_coroutine_threadsafe(work, self._loop)

    def close(self, code: int = 1000) -> None:
        """End the connection with this code."""
        self._begin(self._close(code))

    def abort(self) -> None:
        """Cut it: no close frame, a reset."""
        self._loop.call_soon_threadsafe(self._cut)

    def take_over(self, *, close: bool = True) -> None:
        """Another program subscribes with the same secret."""
        self._begin(self._push_out(close))

    def forget_subscription(self) -> None:
        """A half-dead socket: it is open, but the server knows nothing of it."""
        self._live = None

    # --- the server ---------------------------------------------------------------------------------------

    async def _run(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        async with serve(
            self._serve,
            "127.0.0.1",
            0,
            process_request=self._plain,
            process_response=_without_a_date,
            max_size=4 << 20,
            ping_interval=None,
            close_timeout=0.5,
        ) as server:
            self.port = server.sockets[0].getsockname()[1]
            self._started.set()
            await self._over.wait()
            for connection in self._all:
                connection.transport.abort()

    def _plain(self, _connection: ServerConnection, request: Request) -> Response | None:
        path = request.path.partition("?")[0]
        if not path.startswith("/media/"):
            return None
        found = self._media.get(path.removeprefix("/media/"))
        headers = Headers({"Content-Length": str(len(found or b"")), "Connection": "close"})
        return Response(200, "OK", headers, found) if found is not None else Response(403, "Forbidden", headers, b"")

    async def _serve(self, connection: ServerConnection) -> None:
        self._all.add(connection)
        try:
            async with asyncio.TaskGroup() as tasks:
                async for raw in connection:
                    tasks.create_task(self._take(connection, json.loads(raw)))
        except* ConnectionClosed:
            pass
        finally:
            self._all.discard(connection)
            if self._live is connection:
                self._live = None

    async def _take(self, connection: ServerConnection, frame: Frame) -> None:
        cmd, req_id = frame["cmd"], frame["headers"]["req_id"]
        if cmd == "ping":
            self.pings += 1
            if not self.answers_pings:
                return
        fault = self.faults[cmd].popleft() if self.faults[cmd] else ""
        if fault == "drop":
            connection.transport.abort()
            return
        if fault == "silent":
            return
        if req_id in self._under_way:
            self.wrong.append(f"two frames of {req_id} at once")
        self._under_way.add(req_id)
        code, words, body = (
            (int(fault), "refused", {}) if fault.lstrip("-").isdigit() else self._done(connection, frame)
        )
        await asyncio.sleep(0.002 if fault != "late" else 0.5)
        self._under_way.discard(req_id)
        if fault != "lost":
            ack = {"headers": {"req_id": req_id}, "errcode": code, "errmsg": words, **({"body": body} if body else {})}
            await connection.send(json.dumps(ack))
        if cmd == "aibot_subscribe" and not code:
            await self._repeat(connection)

    def _done(self, connection: ServerConnection, frame: Frame) -> tuple[int, str, Frame]:
        cmd, body = frame["cmd"], frame.get("body", {})
        if cmd == "aibot_subscribe":
            return self._subscribe(connection, body)
        if connection is not self._live:
            return 846609, "aibot websocket not subscribed", {}
        if cmd == "ping":
            return 0, "ok", {}
        try:
            return 0, "ok", getattr(self, f"_{cmd}")(frame["headers"]["req_id"], body) or {}
        except Wrong as wrong:
            return wrong.code, str(wrong), {}

    def _subscribe(self, connection: ServerConnection, body: Frame) -> tuple[int, str, Frame]:
        if body != {"bot_id": ROBOT, "secret": SECRET}:
            self.refused += 1
            return 853000, "invalid bot_id or secret", {}
        if self._live is not None:
            asyncio.ensure_future(self._push_out(True))
        self._live = connection
        self.subscribed += 1
        return 0, "ok", {}

    async def _repeat(self, connection: ServerConnection) -> None:
        for frame in list(self.unanswered.values()) if self.repeats else ():
            self._know(frame)
            await connection.send(json.dumps(frame))

    async def _deliver(self, frame: Frame) -> None:
        self._know(frame)
        if self._live is not None:
            await self._live.send(json.dumps(frame))

    def _know(self, frame: Frame) -> None:
        self._callbacks[frame.get("headers", {}).get("req_id", "")] = frame.get("cmd", ""), frame, time.monotonic()

    async def _close(self, code: int) -> None:
        if self._live is not None:
            await self._live.close(code)

    def _cut(self) -> None:
        if self._live is not None:
            self._live.transport.abort()

    async def _push_out(self, close: bool) -> None:
        old, self._live = self._live, None
        if old is None:
            return
        event = {"msgtype": "event", "msgid": "gone", "event": {"eventtype": "disconnected_event"}}
        await old.send(json.dumps({"cmd": "aibot_event_callback", "headers": {"req_id": "gone"}, "body": event}))
        if close:
            await old.close(1000)


def _without_a_date(_connection: ServerConnection, _request: Request, response: Response) -> None:
    # The stage has a day of its own; this machine has another one.
    if "Date" in response.headers:
        del response.headers["Date"]
