"""What a platform sent and nobody could read: kept sealed as an inbox row of its own state."""

import json
import logging
import traceback
from secrets import token_hex
from typing import Any

from bot.pipeline.turn import Task, Turn
from bot.pipeline.writer import Full, Pipeline
from storage.base.vault import Vault
from storage.database import passes
from storage.messages import inbox

log = logging.getLogger(__name__)
_MOST_COUNTED = 1000


class NotCommitted(Exception):
    """There is no committed outcome yet: the same must come again."""


def is_blameless(fault: Exception) -> bool:
    """Whether nothing is wrong with the message: too much waits, or a full disk, a lock, a server that is away."""
    return isinstance(fault, Full) or passes(fault)


class Unread:
    """Of one channel: what cannot be committed comes again so often, and then is kept so that it blocks nothing."""

    def __init__(self, channel: str, pipeline: Pipeline, vault: Vault, patience: int) -> None:
        """`patience` is the number of tries that a message has."""
        self._channel = channel
        self._pipeline = pipeline
        self._vault = vault
        self._patience = patience
        # How often each was refused by the database.
        self._tries: dict[str, int] = {}

    async def refuse(self, known_as: str, raw: Any, fault: Exception) -> None:
        """It was not committed: raises NotCommitted so that it comes again, or keeps it."""
        if is_blameless(fault):
            raise NotCommitted(type(fault).__name__) from fault
        tries = self._tries.pop(known_as, 0) + 1
        if tries < self._patience:
            self._tries[known_as] = tries
            if len(self._tries) > _MOST_COUNTED:
                del self._tries[next(iter(self._tries))]
            raise NotCommitted(type(fault).__name__) from fault
        await self.keep(known_as, raw, fault)

    async def keep(self, known_as: str, raw: Any, fault: Exception) -> None:
        """Keep what came and why; raises NotCommitted."""
        try:
            await self._pipeline.do(self.kept(known_as, raw, fault))
        except Exception as worse:
            raise NotCommitted(type(worse).__name__) from worse

    def kept(self, known_as: str, raw: Any, fault: Exception) -> Task:
        """The task that keeps it; done again it changes nothing."""
        trace = "".join(traceback.format_exception(fault)).encode(errors="backslashreplace").decode()

        def task(turn: Turn) -> None:
            row = {"channel": self._channel, "message_id": known_as, "chat": "", "sender": "", "received_at": turn.now}
            found = inbox.arrive(turn.db, [row], token_hex(8))[self._channel, known_as]
            if found.fresh:
                inbox.fail(turn.db, found.id, self._vault.seal(json.dumps(raw)), self._vault.seal(trace), "unreadable")
                log.error("一条消息读不了（%s），存成第 %d 条", type(fault).__name__, found.id)

        return task
