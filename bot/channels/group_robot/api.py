"""The two calls of a group robot: send and upload_media; its key never stands in an error."""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

import httpx

from bot.channels import Failure, SendError
from bot.channels.http import NEVER_LEFT, SECONDS_FOR_A_CALL, client, within
from bot.channels.text import is_picture

MOST_IN_PICTURE, MOST_IN_FILE = 2 << 20, 20 << 20
# The key is wrong or the robot was removed; it is switched off.
_GONE = frozenset({93000, 93004, 93008})
_TOO_FAST, _TOO_MANY_AT_ONCE = 45009, 45033
# A minute's limit blocks for a minute.
_SECONDS_TO_WAIT = 60.0


class Api:
    """Calls the platform for any robot."""

    def __init__(self, base: str) -> None:
        self._base = f"{base.rstrip('/')}/webhook"
        self._client = client(httpx.Timeout(20, connect=10))

    async def close(self) -> None:
        """End all connections."""
        await self._client.aclose()

    async def send(self, key: str, body: dict[str, Any]) -> None:
        """Say it in the group; raises SendError."""
        await self._call("send", key, Failure.UNCERTAIN, json=body)

    async def file(self, key: str, name: str, content: bytes) -> dict[str, Any]:
        """The body that shows a picture or hands over a file; raises SendError."""
        if is_picture((name, content), MOST_IN_PICTURE):
            picture = base64.b64encode(content).decode()
            md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
            return {"msgtype": "image", "image": {"base64": picture, "md5": md5}}
        if len(content) > MOST_IN_FILE:
            raise SendError("文件太大", Failure.REJECTED)
        told = await self._call("upload_media", key, Failure.AWAY, {"type": "file"}, files={"media": (name, content)})
        return {"msgtype": "file", "file": {"media_id": str(told.get("media_id", ""))}}

    async def _call(
        self, method: str, key: str, lost: Failure, more: Mapping[str, str] = {}, **content: Any
    ) -> dict[str, Any]:
        """`lost`: what a lost answer means."""
        try:
            async with within(SECONDS_FOR_A_CALL):
                answer = await self._client.post(f"{self._base}/{method}", params={"key": key, **more}, **content)
        except httpx.HTTPError as fault:
            # Without its words: they may hold the address, and so the key.
            raise SendError(type(fault).__name__, Failure.AWAY if isinstance(fault, NEVER_LEFT) else lost) from None
        return _result(answer, lost)


def _result(answer: httpx.Response, lost: Failure) -> dict[str, Any]:
    try:
        told = answer.json()
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict) or not isinstance(told.get("errcode"), int):
        raise SendError(f"HTTP {answer.status_code}：不是企业微信的回应", lost)
    code = told["errcode"]
    if code:
        raise _refused(code, str(told.get("errmsg", ""))[:100])
    return told


def _refused(code: int, words: str) -> SendError:
    text = f"{code}: {words}"
    if code == _TOO_FAST:
        return SendError(text, retry_after=_SECONDS_TO_WAIT)
    if code in _GONE:
        return SendError(text, Failure.UNREACHABLE)
    # 4xxxx is about what we sent; everything else may pass, and is the letter's fault only while others get through.
    return SendError(text, Failure.REJECTED if 40000 <= code < 50000 and code != _TOO_MANY_AT_ONCE else Failure.AWAY)
