"""Callbacks that WeCom posts to us: checked before anything is read, answered when they are committed, not before."""

import asyncio
import logging
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any
from urllib.parse import unquote

from starlette.types import Receive, Scope, Send

from bot.channels import http
from bot.channels.condition import Condition
from bot.channels.wecom.callback.answers import Answer
from bot.channels.wecom.callback.crypto import Crypto, Opened, Refused, Signed, encrypted_in, reply
from bot.channels.wecom.callback.intake import Intake
from bot.pipeline.unread import NotCommitted

log = logging.getLogger(__name__)
PATH = "/wecom/callback"
MOST_BODY = 64 << 10
# The platform hangs up after five. After this it is told to come again; the work goes on, and its repeat joins it.
SECONDS_TO_ANSWER = 4.0
SECONDS_OFF = 600
_SECONDS_BETWEEN_COMPLAINTS = 60.0
# A random number, or a word of that kind; a message is XML.
_ECHO = re.compile(r"[A-Za-z0-9_=+/-]{1,128}")
# Why a request is turned away: the status, and for the log what may be wrong on our side.
REASONS: Mapping[str, tuple[int, str]] = {
    "method": (405, ""),
    "unsigned": (400, ""),
    "large": (413, ""),
    "slow": (408, ""),
    "envelope": (400, ""),
    "signature": (403, "WECOM_TOKEN 和应用里的不一样，或者有人在乱试"),
    "stale": (403, "它的时间和这台机器差十分钟以上：这台机器的时间可能不对"),
    "cipher": (400, "WECOM_AES_KEY 和应用里的不一样"),
    "echo": (403, "要回给管理后台的不是它的随机字：有人在乱试"),
    "receiver": (403, "WECOM_CORP_ID 和企业的不一样"),
}
# Only who knows the token gets so far: these are told in /health.
_OURS = ("stale", "cipher", "receiver")


@dataclass(frozen=True, slots=True)
class Response:
    """What is answered; `says` is the answer to a message in it."""

    status: int = 200
    body: bytes = b""
    kind: bytes = b"text/plain; charset=utf-8"
    says: Answer | None = None


class Hook:
    """The route of the callback, as a bare ASGI application."""

    def __init__(self, crypto: Crypto, intake: Intake, corp: str, now: Callable[[], datetime]) -> None:
        """`now` is the true time."""
        self._crypto = crypto
        self._intake = intake
        self._corp = corp
        self._now = now
        self._complained: dict[str, float] = {}
        self._condition = Condition()
        self.refused = Counter({reason: 0 for reason in REASONS})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; what was said by the answer itself is noted once it has been written."""
        try:
            response = await self._response(scope, receive)
        except http.Gone:
            return
        heard = response.says is not None and _still_there(receive)
        await http.answer(send, response.status, response.body, [(b"content-type", response.kind)])
        if response.says is not None and heard:
            self._intake.answers.written(response.says)

    async def _response(self, scope: Scope, receive: Receive) -> Response:
        opened: Opened | None = None
        try:
            if scope["method"] == "GET":
                return self._verified(_query(scope))
            async with asyncio.timeout(SECONDS_TO_ANSWER):
                opened = await self._opened(scope, receive)
                answer = await self._intake.take(opened.text)
        except Refused as fault:
            return self._turned_away(fault.reason)
        except (TimeoutError, NotCommitted) as fault:
            if opened is None:
                return self._turned_away("slow")
            log.warning("企业微信送来的一条没有存下，它会再送：%s", fault if str(fault) else type(fault).__name__)
            return Response(503)
        except http.Gone:
            raise
        except Exception:
            log.exception("处理企业微信送来的内容时出错")
            return Response(503)
        return self._said(answer, opened) if answer else Response()

    async def _opened(self, scope: Scope, receive: Receive) -> Opened:
        """What was posted, once it has proved to be meant for us."""
        if scope["method"] != "POST":
            raise Refused("method")
        signed = _signed(_query(scope))
        try:
            body = await http.posted(scope, receive, MOST_BODY)
        except http.TooLong:
            raise Refused("large") from None
        opened = self._opened_in_time(signed, encrypted_in(body))
        self._condition.worked()
        return opened

    def _opened_in_time(self, signed: Signed, encrypted: str) -> Opened:
        opened = self._crypto.open(signed, encrypted)
        if abs(self._now().timestamp() - int(signed.timestamp)) > SECONDS_OFF:
            raise Refused("stale")
        return opened

    def _verified(self, query: Mapping[str, str]) -> Response:
        """The address is being entered in WeCom's console: the plain text, and nothing but it."""
        if "echostr" not in query:
            raise Refused("unsigned")
        echo = self._opened_in_time(_signed(query), query["echostr"]).text
        if not _ECHO.fullmatch(echo):
            # The signature of a callback that somebody has caught fits here too: its message is not said to them.
            raise Refused("echo")
        return Response(body=echo.encode())

    def _said(self, answer: Answer, opened: Opened) -> Response:
        at = str(int(self._now().timestamp()))
        xml = reply(answer.user, self._corp, answer.text, at)
        return Response(200, opened.answer(xml, at), b"text/xml; charset=utf-8", answer)

    def _turned_away(self, reason: str) -> Response:
        self.refused[reason] += 1
        status, hint = REASONS[reason]
        if reason in _OURS:
            self._condition.failed(hint)
        now = monotonic()
        # One line a minute: the log cannot be filled from outside.
        if hint and now - self._complained.get(reason, -_SECONDS_BETWEEN_COMPLAINTS) >= _SECONDS_BETWEEN_COMPLAINTS:
            self._complained[reason] = now
            log.warning("拒收了一条回调（%s）：%s", reason, hint)
        return Response(status)

    def state(self) -> dict[str, Any]:
        """How taking in goes: what was turned away, and what may be wrong on our side."""
        return {"mode": "callback", **self._condition.facts(), "refused": dict(self.refused)}


def _query(scope: Scope) -> dict[str, str]:
    """The parameters; a plus is a plus, since echostr is base64."""
    raw = scope["query_string"].decode("ascii", "replace")
    pairs = (part.partition("=") for part in raw.split("&"))
    return {name: unquote(value, errors="replace") for name, _, value in pairs}


def _signed(query: Mapping[str, str]) -> Signed:
    signature, timestamp, nonce = (query.get(name, "") for name in ("msg_signature", "timestamp", "nonce"))
    if not (
        signature and 0 < len(nonce) <= 128 and timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 13
    ):
        raise Refused("unsigned")
    return Signed(signature, timestamp, nonce)


def _still_there(receive: Receive) -> bool:
    """Whether the connection has not broken meanwhile: what nobody hears is said by others.

    The next event is asked for and not waited for: it is there only when it is the end.
    """
    listening: Any = receive()
    try:
        listening.send(None)
    except StopIteration as event:
        return bool(event.value["type"] != "http.disconnect")
    listening.close()
    return True
