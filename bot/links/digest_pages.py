"""The digest as a web page: one route, for whoever the link was made for."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from hashlib import sha256
from urllib.parse import quote

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.links.secret_links import SecretLinks
from handlers.digests.page import document
from handlers.digests.page.link import PATH
from storage.base.vault import Vault
from storage.people import page_links, people

# Longer than any query that the page itself makes.
_MOST_QUERY = 1000
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
    """Looks up whose a link is at every look."""

    def __init__(self, links: SecretLinks) -> None:
        self._links = links

    def routes(self) -> list[Route]:
        """GET and HEAD, of a page or its table as csv; nothing else is answered."""
        return [Route(PATH + "{token}", self._look)]

    async def _look(self, request: Request) -> Response:
        page = partial(_page, dict(request.query_params))
        short = len(request.url.query) <= _MOST_QUERY
        found = await self._links.opened(request.path_params["token"], page) if short else None
        if isinstance(found, tuple):
            name, content = found
            kept = {**HEADERS, "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
            return Response(content, 200, kept, "text/csv; charset=utf-8")
        return HTMLResponse(found or document.gone(), 200 if found else 404, HEADERS)


def _page(
    query: Mapping[str, str], vault: Vault, db: Connection, token: str, now: datetime
) -> str | tuple[str, bytes] | None:
    person_id = page_links.person_of(db, vault, token, now)
    if not person_id:
        return None
    person = people.by_id(db, person_id, now)
    table = document.table(db, person, query, now) if query.get("as") == "csv" else None
    return table or document.page(db, person, query, now)
