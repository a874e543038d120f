"""A Bot API server on this machine: real rules for offsets, faults as the test scripts them, a record of all calls."""

import asyncio
import json
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable
from email import message_from_bytes
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from tests.support.platforms.quick_server import Served

TOKEN = "123456:made-up"
NOON = 1_775_188_800
REFUSALS: dict[str, tuple[int, str, dict[str, Any]]] = {
    "401": (401, "Unauthorized", {}),
    "403": (403, "Forbidden: bot was blocked by the user", {}),
    "404": (404, "Not Found", {}),
    "400": (400, "Bad Request: message is too long", {}),
    "no chat": (400, "Bad Request: chat not found", {}),
    "photo": (400, "Bad Request: PHOTO_INVALID_DIMENSIONS", {}),
    "moved": (400, "Bad Request: group chat was upgraded to a supergroup chat", {"migrate_to_chat_id": -1001}),
    "no file": (400, "Bad Request: wrong file identifier/HTTP URL specified", {}),
    "no message": (400, "Bad Request: message to delete not found", {}),
    "too long": (400, "Bad Request: message is too long", {}),
    "button": (400, "Bad Request: BUTTON_DATA_INVALID", {}),
    "old query": (400, "Bad Request: query is too old and response timeout expired or query ID is invalid", {}),
    "no topic": (400, "Bad Request: message thread not found", {}),
    "topic closed": (400, "Bad Request: TOPIC_CLOSED", {}),
    "muted": (400, "Bad Request: not enough rights to send text messages to the chat", {}),
    "no rights": (400, "Bad Request: have no rights to send a message", {}),
    "no writing": (400, "Bad Request: CHAT_WRITE_FORBIDDEN", {}),
    "kicked": (403, "Forbidden: bot was kicked from the supergroup chat", {}),
    "429 long": (429, "Too Many Requests: retry after 60", {"retry_after": 60}),
    "moved far": (
        400,
        "Bad Request: group chat was upgraded to a supergroup chat",
        {"migrate_to_chat_id": -1_000_000_000_500},
    ),
    "409": (409, "Conflict: terminated by other getUpdates request", {}),
    "webhook": (409, "Conflict: can't use getUpdates method while webhook is active", {}),
    "429": (429, "Too Many Requests: retry after 1", {"retry_after": 1}),
    "500": (500, "Internal Server Error", {}),
}


class CutShort:
    """An answer that ends before it is complete: the deed is done, and nobody hears of it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"999")]})
        await send({"type": "http.response.body", "body": b'{"ok":'})


class FakeTelegram(Served):
    """Serves one bot from a thread of its own; use it as a context manager."""

    def __init__(self, certificate: Path | None = None, *, dated: bool = False) -> None:
        """With a `certificate` (and its key, in one file) it speaks TLS; `dated`: it says what time it is here."""
        self.updates: list[dict[str, Any]] = []
        self.sent: list[dict[str, Any]] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        # By method, or by method and chat: "sendMessage 5". A name of `REFUSALS`, "400 Bad Request: …", or what
        # something in between answers: "says 403 {…}", "drip".
        self.faults: dict[str, deque[str]] = defaultdict(deque)
        # The same, for every call of the method.
        self.always: dict[str, str] = {}
        self.first_poll = 0.0
        self.files: dict[str, bytes] = {}
        # While it is silent, what people do piles up for one answer.
        self.silent = False
        # Asked for every update that is confirmed; what was then not yet stored is lost if the bot dies now.
        self.is_stored: Callable[[int], bool] = lambda number: True
        self.confirmed_too_early: list[int] = []
        self.next_id = 101
        self.webhook: dict[str, Any] = {}
        # What is answered to whoever writes into these topics.
        self.gone_topics: dict[str, str] = {}
        # The ports that its callers called from.
        self.callers: set[int] = set()
        self._round = 0
        self._closing = False
        routes = [
            Route(f"/bot{TOKEN}/{{method}}", self._call, methods=["GET", "POST"]),
            Route(f"/file/bot{TOKEN}/{{name}}", self._file),
            Route("/{rest:path}", lambda request: _refusal("404"), methods=["GET", "POST"]),
        ]
        self._scheme, files = ("https", {"ssl_certfile": certificate}) if certificate else ("http", {})
        self.serve("fake-telegram", routes, date_header=dated, **files)

    def __exit__(self, *_: object) -> None:
        self._closing = True
        super().__exit__()

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self.port}/bot"

    # --- what people do -----------------------------------------------------------------------------------

    def put(self, **content: Any) -> int:
        """Queue an update with this content; its number."""
        number, self.next_id = self.next_id, self.next_id + 1
        self.updates.append({"update_id": number, **content})
        return number

    def say(self, user: int, text: str = "", chat: int = 0, **more: Any) -> int:
        """Somebody writes, in private unless `chat` is a group."""
        return self.put(message=message(user, text, chat, **more))

    def press(self, user: int, label: str) -> int:
        """Somebody presses the button with this label under the last message that has one."""
        cards = [sent for sent in self.sent_to(user) if "reply_markup" in sent]
        rows = json.loads(cards[-1]["reply_markup"])["inline_keyboard"]
        data = next(button["callback_data"] for row in rows for button in row if button["text"] == label)
        query = {"id": f"q{self.next_id}", "from": person(user), "chat_instance": "1", "data": data}
        return self.put(callback_query={**query, "message": message(user, "card")})

    def sent_to(self, user: int) -> list[dict[str, Any]]:
        return [sent for sent in self.sent if sent["chat_id"] == str(user)]

    def texts(self, user: int) -> list[str]:
        return [sent.get("text", "") for sent in self.sent_to(user)]

    # --- the server ---------------------------------------------------------------------------------------

    async def _call(self, request: Request) -> Any:
        method, asked = request.path_params["method"], _fields(await request.body(), request.headers["content-type"])
        self.calls.append((method, asked))
        self._note_caller(request)
        scripted = self.faults[f"{method} {asked.get('chat_id')}"] or self.faults[method]
        fault = scripted.popleft() if scripted else self.always.get(method, "")
        if fault[:3].isdigit() or fault in REFUSALS:
            return _refusal(fault)
        if fault == "cut":
            return CutShort()
        if fault == "slow":
            await asyncio.sleep(30)
        if fault == "html":
            return Response("<h1>Bad Gateway</h1>", 502)
        if fault.startswith("says"):
            _, status, body = fault.split(" ", 2)
            return Response(body, int(status), media_type="application/json")
        if fault == "drip":
            return StreamingResponse(_drops(), media_type="application/json")
        result = await getattr(self, f"_{method}")(asked)
        if isinstance(result, Response):
            return result
        # The platform escapes all that is not ASCII, half a surrogate pair too.
        body = json.dumps({"ok": True, "result": result})
        return CutShort() if fault == "lost" else Response(body, media_type="application/json")

    async def _getUpdates(self, asked: dict[str, Any]) -> Any:  # noqa: N802
        self.first_poll = self.first_poll or time.time()
        self._round += 1
        mine, deadline = self._round, time.monotonic() + asked.get("timeout", 0)
        offset = asked.get("offset", 0)
        # Asking for an offset confirms, and so forgets, everything before it.
        gone = self.updates[:offset] if offset < 0 else [each for each in self.updates if _number(each) < offset]
        self.confirmed_too_early += [_number(each) for each in gone if not self.is_stored(_number(each))]
        self.updates = self.updates[len(gone) :]
        while (self.silent or not self.updates) and time.monotonic() < deadline and not self._closing:
            await asyncio.sleep(0.01)
            if mine != self._round:
                return _refusal("409")
        return self.updates[: asked.get("limit", 100)]

    async def _sendMessage(self, asked: dict[str, Any]) -> Any:  # noqa: N802
        return self._accept(asked)

    async def _sendPhoto(self, asked: dict[str, Any]) -> Any:  # noqa: N802
        return self._accept({**asked, "kind": "photo"})

    async def _sendDocument(self, asked: dict[str, Any]) -> Any:  # noqa: N802
        return self._accept({**asked, "kind": "document"})

    def _accept(self, sent: dict[str, Any]) -> Any:
        refused = self.gone_topics.get(str(sent.get("message_thread_id", ""))) or _against_the_rules(sent)
        if refused:
            return _refusal(refused)
        number = len(self.sent) + 1
        self.sent.append({**sent, "at": time.monotonic(), "message_id": number})
        return {**message(1, "said"), "message_id": number, **self._filed(sent, number)}

    def _filed(self, sent: dict[str, Any], number: int) -> dict[str, Any]:
        """What the platform calls a file that it has got; one that it has already keeps its name."""
        kind = sent.get("kind", "")
        if not kind:
            return {}
        given = sent[kind]
        known = {"file_id": given if isinstance(given, str) else f"{kind}-{number}", "file_unique_id": "u"}
        return {"photo": [{**known, "width": 9, "height": 9}]} if kind == "photo" else {"document": known}

    async def _deleteMessage(self, asked: dict[str, Any]) -> Any:  # noqa: N802
        there = [each for each in self.sent if each["message_id"] == int(asked["message_id"]) and "gone" not in each]
        if not there:
            return _refusal("no message")
        there[0]["gone"] = True
        return True

    async def _answerCallbackQuery(self, asked: dict[str, Any]) -> Any:  # noqa: N802
        return True

    async def _deleteWebhook(self, asked: dict[str, Any]) -> Any:  # noqa: N802
        return True

    async def _getMe(self, asked: dict[str, Any]) -> Any:  # noqa: N802
        return {"id": 123456, "is_bot": True, "first_name": "辅导员助手", "username": "our_bot"}

    async def _setMyCommands(self, asked: dict[str, Any]) -> Any:  # noqa: N802
        return True

    async def _deleteMyCommands(self, asked: dict[str, Any]) -> Any:  # noqa: N802
        return True

    async def _setWebhook(self, asked: dict[str, Any]) -> Any:  # noqa: N802
        self.webhook = asked
        return True

    async def _getWebhookInfo(self, asked: dict[str, Any]) -> Any:  # noqa: N802
        return {"url": self.webhook.get("url", ""), "pending_update_count": 3}

    async def _getFile(self, asked: dict[str, Any]) -> Any:  # noqa: N802
        if asked["file_id"] not in self.files:
            return _refusal("400")
        return {"file_id": asked["file_id"], "file_unique_id": "u", "file_path": asked["file_id"]}

    def _note_caller(self, request: Request) -> None:
        assert request.client is not None
        self.callers.add(request.client.port)

    async def _file(self, request: Request) -> Response:
        self._note_caller(request)
        return Response(self.files[request.path_params["name"]])


async def _drops() -> AsyncIterator[bytes]:
    """A byte now and then, which keeps every limit of the time between two."""
    while True:
        yield b" "
        await asyncio.sleep(0.05)


def person(user: int) -> dict[str, Any]:
    """A user of this number."""
    return {"id": user, "is_bot": False, "first_name": "老师", "last_name": str(user)}


def message(user: int, text: str = "", chat: int = 0, **more: Any) -> dict[str, Any]:
    """A message as the Bot API gives it."""
    at = {"id": chat, "type": "supergroup", "title": "群"} if chat else {"id": user, "type": "private"}
    said = {"text": text} if text else {}
    return {"message_id": 7, "date": NOON, "chat": at, "from": person(user), **said, **more}


def _number(update: Any) -> int:
    return int(update["update_id"])


def _against_the_rules(sent: dict[str, Any]) -> str:
    """What the platform would say to it; texts are counted in UTF-16 units, callback data in bytes."""
    for key, most in (("text", 4096), ("caption", 1024)):
        if len(sent.get(key, "").encode("utf-16-le")) // 2 > most:
            return "too long"
    rows = json.loads(sent.get("reply_markup", "{}")).get("inline_keyboard", [])
    data = [button["callback_data"] for row in rows for button in row]
    return "button" if any(not 1 <= len(each.encode()) <= 64 for each in data) else ""


def _refusal(name: str) -> JSONResponse:
    status, description, parameters = REFUSALS.get(name) or (int(name[:3]), name[4:], {})
    more = {"parameters": parameters} if parameters else {}
    return JSONResponse({"ok": False, "error_code": status, "description": description, **more}, status)


def _fields(body: bytes, kind: str) -> dict[str, Any]:
    if kind.startswith("application/json"):
        return dict(json.loads(body))
    if kind.startswith("multipart/"):
        whole = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
        parts: Any = whole.get_payload()
        return {part.get_param("name", header="content-disposition"): _content(part) for part in parts}
    return dict(parse_qsl(body.decode(), keep_blank_values=True))


def _content(part: Any) -> Any:
    content = part.get_payload(decode=True)
    return content if part.get_filename() else content.decode()
