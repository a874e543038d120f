"""Calls of the 企业微信 API: JSON in, JSON out, every failure with what it asks of us."""

import json
import logging
from collections.abc import Mapping
from typing import Any

import httpx

from bot.channels import http
from bot.channels.condition import Condition
from bot.channels.wecom.errors import PASSING, WRONG_SECRET, Fault, Remedy, fault
from bot.channels.wecom.tokens import Token, Tokens
from bot.settings import Settings
from bot.settings.kinds import several

log = logging.getLogger(__name__)
_SECONDS = httpx.Timeout(10, read=20, write=60)
Answer = dict[str, Any]
Given = Mapping[str, Any]


class Wire:
    """Single requests, for whoever has a token."""

    def __init__(self, settings: Settings, hears: http.Hears = None) -> None:
        self._corp_id = settings.wecom_corp_id
        self._secrets = several(settings.wecom_secret)
        limits = httpx.Limits(max_connections=32, max_keepalive_connections=16, keepalive_expiry=30)
        base = settings.wecom_api_url.rstrip("/") + "/"
        self._client = http.client(_SECONDS, hears, base_url=base, limits=limits)

    async def ask(self, path: str, query: Given, content: Given, most: int = 0) -> Answer:
        """
        The answer to a GET, or with `content` (json or files) to a POST; raises Fault.

        `most` is for how many bytes of a file we take, which comes as `content`.
        """
        try:
            async with (
                http.within(http.SECONDS_FOR_A_FILE if most else http.SECONDS_FOR_A_CALL),
                self._client.stream("POST" if content else "GET", path, params=query, **content) as response,
            ):
                if most and not _is_text(response):
                    return {"content": await _body(response, most)}
                return _answer(response, await _body(response, http.MOST_IN_ANSWER, Remedy.AGAIN))
        except httpx.HTTPError as broken:
            # Its own words may hold the address, and with it the token.
            raise Fault(type(broken).__name__, lost=not isinstance(broken, http.NEVER_LEFT)) from None

    async def new_token(self) -> tuple[str, int]:
        """(a fresh access token, for how many seconds it is good); raises Fault."""
        # Two secrets while they are being exchanged: one of them is good.
        for secret in self._secrets:
            try:
                answer = await self.ask("gettoken", {"corpid": self._corp_id, "corpsecret": secret}, {})
            except Fault as failure:
                # Whatever became of it, nothing has been said yet.
                failure.lost = False
                if failure.code != WRONG_SECRET or secret == self._secrets[-1]:
                    raise
                continue
            break
        # The good one first next time: too many refusals block the whole server for an hour.
        self._secrets.sort(key=lambda each: each != secret)
        return str(answer["access_token"]), int(answer.get("expires_in", 7200))

    async def close(self) -> None:
        """End all connections."""
        await self._client.aclose()


class Api:
    """Calls the methods of one self-built app."""

    def __init__(self, settings: Settings, tokens: Tokens, hears: http.Hears = None) -> None:
        """`hears` is told what time it is over there."""
        self.agent_id = int(settings.wecom_agent_id)
        # What somebody must put right before anything gets through, in one sentence; empty when all is well.
        self.trouble = ""
        # Whether anything gets through at all; what is refused for its own sake does.
        self.condition = Condition()
        self._said: set[str] = set()
        self._tokens = tokens
        self._wire = Wire(settings, hears)

    async def call(self, path: str, body: Given | None = None, **query: Any) -> Answer:
        """The answer to `path`, posted when there is a body; raises Fault."""
        return await self._with_token(path, query, {} if body is None else {"json": body})

    async def upload(self, kind: str, name: str, content: bytes) -> str:
        """Hand a file over (`kind` image or file); its media_id, which is good for three days. Raises Fault."""
        # Of the two ways to write a name that is not ASCII 企业微信 knows only the raw one, which httpx uses.
        files = {"media": (name, content, "application/octet-stream")}
        answer = await self._with_token("media/upload", {"type": kind}, {"files": files})
        return str(answer.get("media_id", ""))

    async def download(self, media_id: str, most: int) -> bytes:
        """The content of a medium of at most `most` bytes; raises Fault (FILE: it is gone, or too large)."""
        answer = await self._with_token("media/get", {"media_id": media_id}, {}, most)
        return bytes(answer["content"])

    async def close(self) -> None:
        """End all connections."""
        await self._wire.close()

    async def _with_token(self, path: str, query: Given, content: Given, most: int = 0) -> Answer:
        try:
            answer = await self._twice(path, query, content, most)
        except Fault as failure:
            self._note(failure)
            raise
        self.trouble = ""
        self.condition.worked()
        return answer

    async def _twice(self, path: str, query: Given, content: Given, most: int) -> Answer:
        token = await self._tokens.get(self._wire.new_token)
        try:
            return await self._wire.ask(path, _signed(query, token), content, most)
        except Fault as refused:
            if refused.remedy is not Remedy.TOKEN and refused.code != WRONG_SECRET:
                raise
        # Once: a token that is refused for ever must not become a storm of new ones.
        token = await self._tokens.get(self._wire.new_token, refused=token)
        return await self._wire.ask(path, _signed(query, token), content, most)

    def _note(self, failure: Fault) -> None:
        """Say once what is to be done, as long as it is the same."""
        advice = failure.advice
        if advice and advice not in (self.trouble, *self._said):
            log.error("%s (%d)", advice, failure.code)
        if failure.remedy in (*PASSING, Remedy.UNKNOWN):
            self.condition.failed(advice or str(failure))
        if failure.remedy is Remedy.SETUP:
            self.trouble = advice or str(failure)
        elif advice:
            self._said.add(advice)


async def probe(settings: Settings) -> None:
    """Fetch a token and make one harmless call with it, without any database; raises Fault."""
    wire = Wire(settings)
    try:
        token, _ = await wire.new_token()
        await wire.ask("getcallbackip", {"access_token": token}, {})
    finally:
        await wire.close()


def _signed(query: Given, token: Token) -> Given:
    return {**query, "access_token": token.value}


def _is_text(response: httpx.Response) -> bool:
    """Whether it says something instead of bringing a file: errors come with status 200 too."""
    kind = response.headers.get("content-type", "")
    return kind.startswith(("application/json", "text/")) or not response.is_success


async def _body(response: httpx.Response, most: int, remedy: Remedy = Remedy.FILE) -> bytes:
    try:
        return await http.taken(response.aiter_bytes(), most, response.headers.get("content-length", ""))
    except http.TooLong:
        raise Fault("太大，不收", remedy=remedy, lost=True) from None


def _answer(response: httpx.Response, body: bytes) -> Answer:
    try:
        answer = json.loads(body)
        code = int(answer["errcode"])
    except (ValueError, KeyError, TypeError, RecursionError):
        # A proxy's page: whoever stood behind it may have done what we asked.
        lost = response.is_success or response.status_code >= 500
        raise Fault(f"HTTP {response.status_code}：不是企业微信的回应", lost=lost) from None
    if code != 0:
        raise fault(code, str(answer.get("errmsg", "")))
    return dict(answer)
