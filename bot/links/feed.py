"""GET /calendar/SECRET.ics: a person's calendar for other programs; whoever has the link sees days, and no name."""

from datetime import datetime, timedelta

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.links.secret_links import SecretLinks
from handlers.reminders.calendars import calendar_file, outlook
from storage.base.vault import Vault
from storage.people import people
from storage.reminders import feeds

PATH = "/calendar/{token}.ics"
_AHEAD = timedelta(days=365)
_HEADERS = {"Cache-Control": "private, max-age=3600", "X-Robots-Tag": "noindex"}


class Feed:
    """Answers at any time, from a connection that cannot write."""

    def __init__(self, links: SecretLinks) -> None:
        self._links = links

    def routes(self) -> list[Route]:
        """Its one route."""
        return [Route(PATH, self._answer)]

    async def _answer(self, request: Request) -> Response:
        page = await self._links.opened(request.path_params["token"], _page)
        if page is None:
            return Response(status_code=404)
        return Response(page, media_type="text/calendar", headers=_HEADERS)


def _page(vault: Vault, db: Connection, token: str, now: datetime) -> bytes | None:
    person_id = feeds.person_of(db, vault, token)
    person = people.by_id(db, person_id, now) if person_id else None
    if person is None or not person.grants:
        return None
    return calendar_file.written(outlook.of(db, person, now.date(), now.date() + _AHEAD), now)
