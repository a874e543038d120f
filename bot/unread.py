"""What a platform sent and nobody could read: kept sealed as an inbox row of its own state."""

import json
import logging
import traceback
from secrets import token_hex
from typing import Any

from bot.transaction import Deed, Turn
from storage import inbox
from storage.vault import Vault

log = logging.getLogger(__name__)


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
