"""A message that a bug stopped: how it is kept, and what the log says of the bug."""

import json
import logging
import traceback
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from bot.pipeline import masking
from bot.pipeline.turn import Turn
from handlers.kit import Ask, Attachment, Message
from storage.base.vault import Vault
from storage.database import passes
from storage.messages import inbox

log = logging.getLogger(__name__)


def place_of(error: BaseException) -> str:
    """What happened and where in our own code, without the words, which may be somebody's message."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "site-packages" not in frame.filename] or frames
    where = f"，在 {ours[-1].filename}:{ours[-1].lineno}" if ours else ""
    reason = f"（{error.orig}）" if isinstance(error, DBAPIError) and passes(error) else ""
    cause = f"，起因：{place_of(error.__cause__)}" if error.__cause__ and not reason else ""
    return f"{type(error).__name__}{reason}{where}{cause}"


def keep(turn: Turn, ask: Ask, bug: Exception) -> None:
    """The message is kept sealed, with what stopped it; both without what must not be kept."""
    message, inbox_id = ask.message, ask.inbox_id
    # The words of the error may hold the words of the message: they are sealed, the log gets the place only.
    log.error("第 %d 条消息没有处理好：%s", inbox_id, place_of(bug))
    trace = "".join(traceback.format_exception(bug)).encode("utf-8", "backslashreplace").decode()
    private = masking.private_words(message.text, turn.now.date())
    private += () if ask.may_name else tuple(ask.door.names)
    kept = _as_json(masking.without_private(message, private))
    inbox.fail(turn.db, inbox_id, turn.vault.seal(kept), turn.vault.seal(masking.masked(trace, private)))


def _as_json(message: Message) -> str:
    # ASCII, since half a surrogate pair cannot be encoded otherwise.
    return json.dumps({**asdict(message), "sent_at": message.sent_at.isoformat()})


def taken_up(db: Connection, vault: Vault, inbox_id: int) -> tuple[Message, datetime]:
    """(the message that is handled again, when it came); raises LookupError where there is none, or another has it."""
    found = inbox.failed(db, inbox_id)
    if not found:
        raise LookupError(f"no failed message {inbox_id}")
    if not inbox.done(db, inbox_id):
        raise LookupError(f"message {inbox_id} is being handled by another")
    return _from_json(vault.open(found[0].payload)), found[0].received_at


def _from_json(kept: str) -> Message:
    """The message that `_as_json` wrote."""
    values = json.loads(kept)
    attachments = tuple(Attachment(**each) for each in values["attachments"])
    place = tuple(values["place"]) if values.get("place") else None
    own = {"sent_at": datetime.fromisoformat(values["sent_at"]), "attachments": attachments, "place": place}
    return Message(**{**values, **own})
