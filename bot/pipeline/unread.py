"""What a platform sent and nobody could read: kept sealed as an inbox row of its own state."""

import json
import logging
import traceback
from secrets import token_hex
from typing import Any

from bot.pipeline.transaction import Deed, Turn
from storage.base.vault import Vault
from storage.messages import inbox

log = logging.getLogger(__name__)
_MOST_COUNTED = 1000


class Tries:
    """How often each message was refused by the database, so that none holds up the others for ever."""

    def __init__(self, patience: int) -> None:
        """`patience` is the number of tries that a message has."""
        self._patience = patience
        self._counted: dict[str, int] = {}

    def another(self, known_as: str) -> bool:
        """Count one that failed; whether there is one more."""
        tries = self._counted.pop(known_as, 0) + 1
        if tries >= self._patience:
            return False
        self._counted[known_as] = tries
        if len(self._counted) > _MOST_COUNTED:
            del self._counted[next(iter(self._counted))]
        return True


def keep(vault: Vault, channel: str, known_as: str, raw: Any, fault: Exception) -> Deed:
    """The deed that keeps what came and why; done again it changes nothing."""
    trace = "".join(traceback.format_exception(fault)).encode(errors="backslashreplace").decode()

    def deed(turn: Turn) -> None:
        row = {"channel": channel, "message_id": known_as, "chat": "", "sender": "", "received_at": turn.now}
        found = inbox.arrive(turn.db, [{**row, "spoken_as": None}], token_hex(8))[channel, known_as]
        if found.fresh:
            inbox.fail(turn.db, found.id, vault.seal(json.dumps(raw)), vault.seal(trace), "unreadable")
            log.error("a message could not be read (%s), kept as message %d", type(fault).__name__, found.id)

    return deed
