"""The routes of the practice page: only without a platform, on loopback, with Host and Origin checked."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.engine import Engine
from bot.jobs.ticker import Ticker
from bot.pipeline.writer import Full, Pipeline
from bot.practice import channel, district
from bot.practice.channel import BadRequest
from bot.practice.stage import Stage
from bot.practice.timetable import restore_clock
from bot.practice.viewer import Viewer

PAGE = Path(__file__).parent / "page"
MOST_BODY = 16 << 20
MOST_READ = 128 << 20
# What is too large is not read as JSON: what it is stands at its beginning, before the file itself.
_HEAD, _SAID = 4096, re.compile(rb'"(name|type)"\s*:\s*"([^"]{1,200})"')
SECONDS_TO_COMMIT = 4
KEEP_ALIVE = 15
GONE = "这份文件已经过了 24 小时，删掉了。请再要一次。"
# A page of somebody else's whose name is made to lead here (DNS rebinding) has that name in its requests.
ONLY_HERE = "演练只能从本机打开：地址要写 localhost 或 127.0.0.1。机器在别处的，先用 ssh -L 把端口转到自己的电脑上。"
_LOCAL = {"127.0.0.1", "localhost", "::1"}
_HEADERS = {"Content-Security-Policy": "default-src 'self'; img-src 'self' blob: data:", "Cache-Control": "no-cache"}


async def open_stage(engine: Engine, pipeline: Pipeline, ticker: Ticker) -> Stage:
    """The stage, its district filled, its clock where it was moved to."""
    phones = channel.Practice(pipeline, engine.vault, engine.settings.files)
    if await pipeline.do(district.fill_if_empty):
        # Somebody has taken the database away, not the file beside it.
        await asyncio.to_thread(ticker.forget_log)
    await pipeline.do(lambda turn: restore_clock(turn.db, engine.clock))
    return Stage(phones, pipeline, engine, ticker)


class Pages:
    """The practice page's requests."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def routes(self) -> list[Route]:
        """The routes of design names: the page, messages, events, clock."""
        return [
            Route("/", self._guarded(self._page)),
            Route("/favicon.ico", self._no_icon),
            Route("/practice/{name:str}.{kind:str}", self._asset),
            Route("/practice/state", self._guarded(self._state)),
            Route("/practice/messages", self._guarded(self._message), methods=["POST"]),
            Route("/practice/events", self._guarded(self._events)),
            Route("/practice/clock", self._guarded(self._clock), methods=["POST"]),
            Route("/practice/restart", self._guarded(self._restart), methods=["POST"]),
            Route("/practice/files/{bubble:str}/{name:str}", self._guarded(self._file)),
            Route("/practice/photos/{ref:str}", self._guarded(self._photo)),
        ]

    def _guarded(self, endpoint: Any) -> Any:
        async def guarded(request: Request) -> Response:
            origin = request.headers.get("origin")
            # The header itself: request.url makes up for one that is missing or malformed.
            if not _is_local(f"//{request.headers.get('host', '')}") or (origin and not _is_local(origin)):
                return JSONResponse({"error": ONLY_HERE}, 403)
            try:
                response: Response = await endpoint(request)
                return response
            except BadRequest as error:
                return JSONResponse({"error": str(error)}, 400)

        return guarded

    async def _page(self, _request: Request) -> Response:
        return FileResponse(PAGE / "index.html", headers=_HEADERS)

    async def _no_icon(self, _request: Request) -> Response:
        return Response(status_code=204)

    async def _asset(self, request: Request) -> Response:
        path = PAGE / f"{request.path_params['name']}.{request.path_params['kind']}"
        known = path.parent == PAGE and path.suffix in (".js", ".css", ".svg") and path.is_file()
        return FileResponse(path, headers=_HEADERS) if known else Response(status_code=404)

    async def _state(self, _request: Request) -> Response:
        return JSONResponse(await asyncio.to_thread(self._stage.state))

    async def _message(self, request: Request) -> Response:
        body = await _json(request)
        message = await asyncio.to_thread(channel.decode, body, self._stage.now(), self._stage.channel.spool)
        try:
            async with asyncio.timeout(SECONDS_TO_COMMIT):
                outcome = await asyncio.shield(self._stage.hear(message))
        except (Full, TimeoutError):
            return _come_again("现在消息太多，请稍等再试。")
        except Exception:
            return _come_again("刚才没有存下来，请再试一次。")
        replies = await asyncio.to_thread(self._stage.replies, outcome.inbox_id, message.chat)
        answer = {"id": message.message_id, "state": outcome.state, "repeat": outcome.repeat, "replies": replies}
        return JSONResponse(answer)

    async def _clock(self, request: Request) -> Response:
        body = await _json(request)
        try:
            then = datetime.fromisoformat(body["now"])
            person = str(body.get("person") or "")
        except (AttributeError, KeyError, TypeError, ValueError):
            raise BadRequest('请写明时间，像这样：{"now": "2026-06-01T07:40:00+08:00"}') from None
        return JSONResponse(await self._stage.move_clock(then, person))

    async def _restart(self, _request: Request) -> Response:
        return JSONResponse(await self._stage.restart())

    async def _file(self, request: Request) -> Response:
        path = self._stage.channel.folder / "sent" / request.path_params["bubble"]
        inside = path.parent == self._stage.channel.folder / "sent" and path.is_file()
        return FileResponse(path, filename=request.path_params["name"]) if inside else Response(GONE, 404)

    async def _photo(self, request: Request) -> Response:
        path = await asyncio.to_thread(self._stage.photo, request.path_params["ref"])
        return FileResponse(path, media_type="image/jpeg") if path and path.is_file() else Response(status_code=404)

    async def _events(self, request: Request) -> Response:
        person = request.query_params.get("person", "")
        if not person:
            raise BadRequest("请写明 person。")
        last = request.headers.get("last-event-id", "")[:15]
        stream = self._stream(person, int(last) if last.isascii() and last.isdigit() else None)
        return StreamingResponse(stream, media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    async def _stream(self, person: str, place: int | None) -> AsyncIterator[str]:
        viewer = Viewer(self._stage, person, place)
        while not self._stage.stopping:
            said, seen = False, self._stage.channel.changes
            for event, data, row in await asyncio.to_thread(viewer.news):
                said = True
                yield _event(event, data, row)
            if not said:
                yield ": still here\n\n"
            await self._stage.channel.change(seen, KEEP_ALIVE)


def _is_local(address: str) -> bool:
    try:
        return urlsplit(address).hostname in _LOCAL
    except ValueError:
        return False


def _event(name: str, data: Any, row: int | None) -> str:
    place = f"id: {row}\n" if row is not None else ""
    return f"{place}event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def _come_again(sentence: str) -> Response:
    return JSONResponse({"error": sentence}, 503, {"Retry-After": "2"})


async def _json(request: Request) -> Any:
    body, size = bytearray(), 0
    async for chunk in request.stream():
        size += len(chunk)
        # Too much is read to its end and thrown away: an answer in the middle of an upload does not arrive.
        if size > MOST_READ:
            break
        if size <= MOST_BODY or not body:
            body += chunk
    if size > MOST_BODY:
        said = dict(_SAID.findall(body[:_HEAD]))
        name, kind = (said.get(each, b"").decode("utf-8", "ignore") for each in (b"name", b"type"))
        raise BadRequest(channel.too_large(channel.kind_of(name, kind)))
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise BadRequest("请求要是 JSON。") from None
