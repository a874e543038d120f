"""The two calls of a group robot: send and upload_media; its key never stands in an error."""

import base64
import hashlib
from typing import Any

import httpx

from bot.channels import SendError
from bot.channels.telegram.api import trusted

MOST_IN_PICTURE, MOST_IN_FILE = 2 << 20, 20 << 20
# Never left this machine: trying again cannot say anything twice.
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
# The key is wrong or the robot was removed; it is switched off.
_GONE = frozenset({93000, 93004, 93008})
_TOO_FAST, _TOO_MANY_AT_ONCE = 45009, 45033
# A minute's limit blocks for a minute.
_SECONDS_TO_WAIT = 60.0


class Api:
    """Calls the platform for any robot."""

    def __init__(self, base: str) -> None:
        self._base = f"{base.rstrip('/')}/webhook"
        self._client = httpx.AsyncClient(timeout=httpx.Timeout(20, connect=10), verify=trusted())

    async def close(self) -> None:
        """End all connections."""
        await self._client.aclose()

    async def send(self, key: str, body: dict[str, Any]) -> None:
        """Say it in the group; raises SendError."""
        await self._call("send", key, uncertain=True, json=body)

    async def file(self, key: str, name: str, content: bytes) -> dict[str, Any]:
        """The body that shows a picture or hands over a file; raises SendError."""
        if name.lower().endswith((".png", ".jpg", ".jpeg")) and len(content) <= MOST_IN_PICTURE:
            picture = base64.b64encode(content).decode()
            md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
            return {"msgtype": "image", "image": {"base64": picture, "md5": md5}}
        if len(content) > MOST_IN_FILE:
            raise SendError("the file is too large", permanent=True)
        told = await self._call("upload_media", key, uncertain=False, kind="file", files={"media": (name, content)})
        return {"msgtype": "file", "file": {"media_id": str(told.get("media_id", ""))}}

    async def _call(self, method: str, key: str, *, uncertain: bool, kind: str = "", **content: Any) -> dict[str, Any]:
        given = {"key": key, **({"type": kind} if kind else {})}
        try:
            answer = await self._client.post(f"{self._base}/{method}", params=given, **content)
        except httpx.HTTPError as fault:
            # Without its words: they may hold the address, and so the key.
            never = isinstance(fault, _NEVER_LEFT)
            raise SendError(type(fault).__name__, uncertain=uncertain and not never) from None
        return _result(answer, uncertain)


def _result(answer: httpx.Response, uncertain: bool) -> dict[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        told = None
    if not isinstance(told, dict) or not isinstance(told.get("errcode"), int):
        raise SendError(f"HTTP {answer.status_code}, no answer of the platform's", uncertain=uncertain)
    code = told["errcode"]
    if code:
        raise _refused(code, str(told.get("errmsg", ""))[:100])
    return told


def _refused(code: int, words: str) -> SendError:
    text = f"{code}: {words}"
    if code == _TOO_FAST:
        return SendError(text, after=_SECONDS_TO_WAIT)
    if code in _GONE:
        return SendError(text, permanent=True, gone=True)
    # 4xxxx is about what we sent; everything else may pass.
    return SendError(text, permanent=40000 <= code < 50000 and code != _TOO_MANY_AT_ONCE)
