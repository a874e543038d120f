"""The platforms, each behind the same small protocol."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from storage.outbox import Letter


class SendError(Exception):
    """A send that did not succeed.

    `permanent`: refused, never try again. `gone`: permanent, and the whole address is dead.
    `uncertain`: the platform may have delivered it all the same. `after`: seconds to wait, when it said so.
    """

    def __init__(
        self, text: str, *, permanent: bool = False, gone: bool = False, uncertain: bool = False, after: float = 0
    ) -> None:
        super().__init__(text)
        self.permanent = permanent or gone
        self.gone = gone
        self.uncertain = uncertain
        self.after = after


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to send: `buttons` are (id, label); `file` is (name, bytes), made just now."""

    id: int
    chat: str
    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    file: tuple[str, bytes] | None = None
    # When it was said, which may be a while before it is sent.
    at: datetime | None = None


class Channel(Protocol):
    """What a platform must offer; `name` is the word in the database."""

    name: str

    async def send(self, outgoing: Outgoing) -> str:
        """Send it; returns the platform's id of the message, raises SendError."""

    async def fetch(self, ref: str) -> bytes:
        """The content of an attachment; raises SendError (permanent: it is gone)."""

    async def release(self, ref: str) -> None:
        """Nothing more is wanted of this attachment: it is kept, or given up."""


def outgoing(letter: Letter, body: dict[str, Any], file: bytes | None) -> Outgoing:
    """What a letter with this opened body says."""
    buttons = tuple((button_id, label) for button_id, label in body.get("buttons", ()))
    attached = (body["file"][0], file) if file is not None else None
    return Outgoing(letter.id, letter.chat, body["text"], buttons, attached, letter.due_at)
