"""Updates that Telegram posts to us: answered 200 when they are committed, and not before."""

import asyncio
import hmac
import json
import logging
from collections.abc import Callable, Sequence
from typing import Any

from starlette.types import Receive, Scope, Send

from bot.channels import http
from bot.channels.telegram.decode import query_of
from bot.channels.telegram.intake import Intake
from bot.pipeline.unread import NotCommitted

log = logging.getLogger(__name__)
PATH = "/telegram/webhook"
MOST_BODY = 1 << 20
# So long a body may take to come.
SECONDS_TO_READ = 10.0
# After this the platform is told to come again; the work goes on, and its repeat joins it.
SECONDS_TO_COMMIT = 4.0
_SECRET = b"x-telegram-bot-api-secret-token"


class Hook:
    """The route of the webhook, as a bare ASGI application: nothing between the server and the writer."""

    def __init__(self, secrets: Sequence[str], intake: Intake, acknowledge: Callable[[str], None]) -> None:
        """Any of the `secrets` is accepted, while one takes the place of the other."""
        self._secrets = [secret.encode() for secret in secrets]
        self._intake = intake
        self._acknowledge = acknowledge

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a status and no body."""
        await http.answer(send, await self._status(scope, receive))

    async def _status(self, scope: Scope, receive: Receive) -> int:
        if scope["method"] != "POST":
            return 405
        if not self._is_telegrams(scope["headers"]):
            return 403
        try:
            async with asyncio.timeout(SECONDS_TO_READ):
                body = await http.posted(scope, receive, MOST_BODY)
        except http.TooLong:
            return 413
        except TimeoutError:
            return 408
        except http.Gone:
            return 503
        return await self._committed(_parsed(body))

    async def _committed(self, raw: Any) -> int:
        try:
            async with asyncio.timeout(SECONDS_TO_COMMIT):
                await self._take(raw)
        except (TimeoutError, NotCommitted) as fault:
            log.warning("Telegram 送来的一条没有存下，它会再送：%s", fault if str(fault) else type(fault).__name__)
            return 503
        except Exception:
            log.exception("处理 Telegram 送来的内容时出错")
            return 503
        return 200

    async def _take(self, raw: Any) -> None:
        query = query_of(raw)
        if query is not None:
            self._acknowledge(query)
        await self._intake.take_one(raw)

    def _is_telegrams(self, headers: Sequence[tuple[bytes, bytes]]) -> bool:
        given = next((value for name, value in headers if name == _SECRET), b"")
        # All of them are compared, in constant time: how long it takes tells nothing.
        return any([hmac.compare_digest(given, secret) for secret in self._secrets])


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        # Kept as unreadable: it would come again for a day otherwise, and hold its chat up.
        return body.decode(errors="backslashreplace")
