"""Group robots of WeCom on this machine: the limits of document 99110, faults as the test scripts them."""

import base64
import hashlib
import time
from collections import defaultdict, deque
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.support.platforms.quick_server import Served

MOST_BYTES = {"text": 2048, "markdown": 4096}
MOST_A_MINUTE = 20


class FakeGroupRobots(Served):
    """Serves the robots with these keys from a thread of its own; use it as a context manager."""

    def __init__(self, *keys: str) -> None:
        self.keys = keys
        self.said: list[tuple[str, str, Any]] = []
        self.faults: deque[str] = deque()
        self.files: dict[tuple[str, str], tuple[str, bytes]] = {}
        self._times: dict[str, list[float]] = defaultdict(list)
        routes = [
            Route("/cgi-bin/webhook/send", self._send, methods=["POST"]),
            Route("/cgi-bin/webhook/upload_media", self._upload, methods=["POST"]),
        ]
        self.serve("fake-group-robots", routes, date_header=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/cgi-bin"

    def texts(self, key: str) -> list[str]:
        return [content for of, kind, content in self.said if of == key and kind == "markdown"]

    async def _send(self, request: Request) -> Response:
        key, body = request.query_params["key"], await request.json()
        if fault := self.faults.popleft() if self.faults else "":
            if fault != "lost":
                return Response("<h1>Bad Gateway</h1>", 502) if fault == "html" else _answer(int(fault), "refused")
            self._accept(key, body)
            return Response("<h1>Bad Gateway</h1>", 502)
        return self._accept(key, body)

    def _accept(self, key: str, body: dict[str, Any]) -> Response:
        now = time.monotonic()
        if key not in self.keys:
            return _answer(93000, "invalid webhook url")
        recent = [each for each in self._times[key] if each > now - 60]
        if len(recent) >= MOST_A_MINUTE:
            return _answer(45009, "api freq out of limit")
        self._times[key] = [*recent, now]
        kind = body["msgtype"]
        wrong, content = self._read(key, kind, body[kind])
        if wrong:
            return _answer(*wrong)
        self.said.append((key, kind, content))
        return _answer(0, "ok")

    def _read(self, key: str, kind: str, given: dict[str, Any]) -> tuple[tuple[int, str] | None, Any]:
        if kind in MOST_BYTES:
            content = given["content"]
            if not content.strip():
                return (44004, "empty content"), None
            too_long = len(content.encode()) > MOST_BYTES[kind]
            return ((45002, "content size out of limit"), None) if too_long else (None, content)
        if kind == "image":
            picture = base64.b64decode(given["base64"], validate=True)
            right = hashlib.md5(picture).hexdigest() == given["md5"] and len(picture) <= 2 << 20
            return (None, picture) if right else ((40009, "invalid image size"), None)
        if kind == "file":
            found = self.files.get((key, given["media_id"]))
            return (None, found) if found else ((40007, "invalid media_id"), None)
        return (40008, "invalid message type"), None

    async def _upload(self, request: Request) -> Response:
        key = request.query_params["key"]
        if key not in self.keys or request.query_params["type"] != "file":
            return _answer(93000, "invalid webhook url")
        body = await request.body()
        name, content = _media(body)
        if not 5 < len(content) <= 20 << 20:
            return _answer(40006, "invalid file size")
        media_id = f"m{len(self.files)}"
        self.files[key, media_id] = (name, content)
        return _answer(0, "ok", type="file", media_id=media_id, created_at="1")


def _media(body: bytes) -> tuple[str, bytes]:
    """(file name, content) of the one part: the name must stand in plain UTF-8, as the platform wants it."""
    head, _, rest = body.partition(b"\r\n\r\n")
    boundary = head.split(b"\r\n", 1)[0]
    name = head.partition(b'filename="')[2].partition(b'"')[0].decode()
    return name, rest[: rest.rindex(b"\r\n" + boundary)]


def _answer(code: int, words: str, **more: Any) -> JSONResponse:
    return JSONResponse({"errcode": code, "errmsg": words, **more})
