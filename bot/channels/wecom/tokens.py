"""The app's access token: one for all processes, kept sealed in the database, renewed by one task at a time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from bot.channels.wecom.errors import Fault
from bot.engine import Engine
from bot.pipeline.turn import Turn
from bot.pipeline.writer import Pipeline
from bot.settings import Settings
from storage.base import leases, tokens
from storage.base.vault import WrongKey

# Longer than fetching one may take: whoever holds the lease and dies keeps the others waiting no longer.
_LEASE = timedelta(seconds=40)
_SECONDS_BETWEEN_LOOKS = 0.2
# After a refusal nobody asks again for so long: 2,000 refusals in an hour block the server for an hour.
SECONDS_AFTER_A_REFUSAL = 20.0
# Renewed before its end, so that no call carries one that ends on the way.
_MARGIN = 300
Fetch = Callable[[], Awaitable[tuple[str, int]]]


@dataclass(frozen=True, slots=True)
class Token:
    """An access token; `at` is when it was fetched, by the true time."""

    value: str
    until: datetime
    at: datetime


class Tokens:
    """Gives the token of one app to whoever calls."""

    def __init__(self, settings: Settings, pipeline: Pipeline, engine: Engine, owner: str) -> None:
        """`owner` names this process, for the lease."""
        # A new secret has tokens of its own.
        secret = engine.vault.fingerprints(settings.wecom_secret)[0][:16]
        self._name = f"wecom {settings.wecom_corp_id[:32]} {settings.wecom_agent_id} {secret}"
        self._lease = f"token {settings.wecom_agent_id} {secret}"
        self._pipeline = pipeline
        self._engine = engine
        self._owner = owner
        self._lock = asyncio.Lock()
        self._token: Token | None = None
        self._refusal: tuple[Fault, float] | None = None

    async def get(self, fetch: Fetch, refused: Token | None = None) -> Token:
        """A token that is not `refused`; raises Fault as `fetch`, which gives (value, seconds), does."""
        if self._token is None or not self._is_good(self._token, refused):
            # Whoever comes while it is being renewed waits here, and takes the new one.
            async with self._lock:
                while self._token is None or not self._is_good(self._token, refused):
                    self._token = await self._next(fetch, refused)
        return self._token

    def _is_good(self, token: Token, refused: Token | None) -> bool:
        return token.until > self._engine.clock.real() and (refused is None or token.at > refused.at)

    async def _next(self, fetch: Fetch, refused: Token | None) -> Token | None:
        """What the database has by now, or a fresh one; None while another process fetches it."""
        if self._refusal and self._refusal[1] > monotonic():
            raise self._refusal[0]
        kept: Token | None
        kept, held = await self._pipeline.do(lambda turn: self._look(turn, refused))
        if kept is not None:
            return kept
        if not held:
            await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)
            return None
        return await self._renewed(fetch, refused)

    def _look(self, turn: Turn, refused: Token | None) -> tuple[Token | None, bool]:
        """(what is kept and good, whether it is ours to renew what is not)."""
        token = self._kept(turn)
        if token is not None and self._is_good(token, refused):
            return token, False
        return None, leases.hold(turn.db, self._lease, self._owner, self._engine.clock.real(), _LEASE)

    def _kept(self, turn: Turn) -> Token | None:
        kept = tokens.get(turn.db, self._name)
        if kept is None:
            return None
        try:
            return Token(self._engine.vault.open(kept.sealed), kept.until, kept.at)
        except WrongKey:
            return None

    async def _renewed(self, fetch: Fetch, refused: Token | None) -> Token:
        fresh: Token | None = None
        try:
            value, seconds = await fetch()
            now = self._engine.clock.real()
            good_for = max(seconds - min(_MARGIN, seconds // 10), 1)
            # Later than the refused one even where the clock was put back: else it would be renewed for ever.
            at = max(now, refused.at + timedelta(milliseconds=1)) if refused else now
            fresh = Token(value, now + timedelta(seconds=good_for), at)
        except Fault as refusal:
            if refusal.code:
                self._refusal = refusal, monotonic() + SECONDS_AFTER_A_REFUSAL
            raise
        finally:
            await self._pipeline.do(lambda turn: self._settle(turn, fresh))
        return fresh

    def _settle(self, turn: Turn, fresh: Token | None) -> None:
        if fresh is not None:
            tokens.put(turn.db, self._name, self._engine.vault.seal(fresh.value), fresh.until, fresh.at)
        leases.give_back(turn.db, self._lease, self._owner)
