"""GET /calendar/SECRET.ics: a person's calendar for other programs; whoever has the link sees days, and no name."""

import asyncio
from collections import Counter
from datetime import timedelta
from time import monotonic

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.engine import Engine
from handlers.reminders.calendars import calendar_file, coming
from storage.people import people
from storage.reminders import feeds

PATH = "/calendar/{token}.ics"
# An hour: a calendar asks a few times; whoever tries secrets that are none shuts out nobody who has one.
_MOST, _MOST_WRONG, _HOUR = 30, 300, 3600
_AHEAD, _LONGEST = timedelta(days=365), 64
_HEADERS = {"Cache-Control": "private, max-age=3600", "X-Robots-Tag": "noindex"}


class Feed:
    """Answers at any time, from a connection that cannot write."""

    def __init__(self, engine: Engine) -> None:
        """Nothing has been asked yet."""
        self._engine = engine
        self._hour = 0.0
        self._asked: Counter[str] = Counter()
        self._wrong = 0

    def routes(self) -> list[Route]:
        """Its one route."""
        return [Route(PATH, self._answer)]

    async def _answer(self, request: Request) -> Response:
        token = request.path_params["token"]
        if monotonic() // _HOUR != self._hour:
            self._hour, self._wrong = monotonic() // _HOUR, 0
            self._asked.clear()
        known = token in self._asked
        if self._asked[token] >= _MOST or (not known and self._wrong >= _MOST_WRONG):
            return Response(status_code=429, headers={"Retry-After": str(_HOUR)})
        page = await asyncio.to_thread(self._page, token) if len(token) <= _LONGEST else None
        if page is None:
            self._asked.pop(token, None)
            self._wrong += 1
            return Response(status_code=404)
        self._asked[token] += 1
        return Response(page, media_type="text/calendar", headers=_HEADERS)

    def _page(self, token: str) -> bytes | None:
        now = self._engine.now()
        with self._engine.database.read.connect() as db:
            person_id = feeds.person_of(db, token)
            person = people.by_id(db, person_id, now) if person_id else None
            if person is None or not person.grants:
                return None
            return calendar_file.written(coming.of(db, person, now.date(), now.date() + _AHEAD), now)
