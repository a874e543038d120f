"""The digest as a web page: one route, read beside the writer, for whoever the link was made for."""

import asyncio
import re
import time
from base64 import b64encode
from collections import deque
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.engine import Engine
from handlers.digests.page import document
from handlers.digests.page.link import PATH
from storage.people import page_links, people

# Of links that open nothing, all together; one of 256 bits is not found by trying, but each try asks the database.
BAD_A_MINUTE = 60
# While there are more only links that have opened something go on doing so; of so many it is remembered.
_MOST_KNOWN = 1000
# So many pages are made at the same time: the other connections are for what waits in chats.
AT_ONCE = 2
# Longer than any query that the page itself makes.
_MOST_QUERY = 1000
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_STYLE = b64encode(sha256(document.STYLE.encode()).digest()).decode()
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}


class DigestPages:
    """Looks up whose a link is at every look; a look, also one of a chat's preview, changes nothing."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._room = asyncio.Semaphore(AT_ONCE)
        # When the last bad tries were, by a clock that nobody sets.
        self._bad: deque[float] = deque(maxlen=BAD_A_MINUTE)
        self._known: deque[str] = deque(maxlen=_MOST_KNOWN)

    def routes(self) -> list[Route]:
        """GET and HEAD; nothing else is answered."""
        return [Route(PATH + "{token}", self._look)]

    async def _look(self, request: Request) -> Response:
        token = request.path_params["token"]
        if not _TOKEN.fullmatch(token) or len(request.url.query) > _MOST_QUERY:
            return self._gone()
        if token not in self._known and len(self._bad) == BAD_A_MINUTE and time.monotonic() - self._bad[0] < 60:
            return Response("请过一分钟再试。", 429, {**HEADERS, "Retry-After": "60"}, "text/plain; charset=utf-8")
        async with self._room:
            html = await asyncio.to_thread(self._page, token, dict(request.query_params))
        if html is None:
            self._bad.append(time.monotonic())
            return self._gone()
        if token not in self._known:
            self._known.append(token)
        return HTMLResponse(html, headers=HEADERS)

    def _page(self, token: str, query: dict[str, str]) -> str | None:
        now = self._engine.now()
        with self._engine.database.read.connect() as db:
            person_id = page_links.person_of(db, self._engine.vault, token, now)
            if person_id is None:
                return None
            return document.page(db, people.by_id(db, person_id, now), query, now)

    def _gone(self) -> Response:
        return HTMLResponse(document.gone(), 404, HEADERS)
