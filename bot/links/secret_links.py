"""What opens for whoever has a link with a secret: read beside the writer; how often one may try is limited."""

import asyncio
import re
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection
from starlette.exceptions import HTTPException

from bot.channels.pace import Windows
from bot.engine import Engine
from storage.base.vault import Vault

T = TypeVar("T")
# What a link opens, or None; another process may be asked for it.
Page = Callable[[Vault, Connection, str, datetime], T]
# With each link, and with all together that open nothing: 256 bits are not found by trying, but each try costs.
A_MINUTE = 60
# While there are more only links that have opened something go on doing so; of so many it is remembered.
_MOST_KNOWN = 1000
# So many are read at the same time: the other connections are for what waits in chats.
AT_ONCE = 2
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_BAD = ""
_LATER = {"Retry-After": "60", "Cache-Control": "no-store"}


class SecretLinks:
    """One for all such pages; a look, also one of a chat's preview, changes nothing."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._room = asyncio.Semaphore(AT_ONCE)
        self._looks = Windows((A_MINUTE, 60))
        self._known: deque[str] = deque(maxlen=_MOST_KNOWN)

    async def opened(self, token: str, page: Page[T | None]) -> T | None:
        """What `page` makes of the link with this secret; None: it opens nothing. An HTTPException: too often."""
        if not _TOKEN.fullmatch(token):
            return None
        async with self._room:
            if self._looks.wait(token if token in self._known else _BAD):
                raise HTTPException(429, "请过一分钟再试。", _LATER)
            found = await asyncio.to_thread(self._read, token, page)
        self._looks.count(_BAD if found is None else token)
        if found is None and token in self._known:
            self._known.remove(token)
        elif found is not None and token not in self._known:
            self._known.append(token)
        return found

    def _read(self, token: str, page: Page[T]) -> T:
        found: T = self._engine.read(_opened, page, token, self._engine.now())
        return found


def _opened(engine: Engine, page: Page[T], token: str, now: datetime) -> T:
    with engine.database.read.connect() as db:
        return page(engine.vault, db, token, now)
