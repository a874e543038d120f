"""The platforms, each behind the same small protocol."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from starlette.types import ASGIApp

from storage.outbox import NOTICE, Letter


class SendError(Exception):
    """A send that did not succeed.

    `permanent`: refused, never try again. `gone`: permanent, and the whole address is dead.
    `uncertain`: the platform may have delivered it all the same. `after`: seconds to wait, when it said so; `flood`:
    we have been too fast, so that others should wait as well. `moved`: the chat's new id. `stale`: the platform does
    not know the kept file any more.
    """

    def __init__(
        self, text: str, *, permanent: bool = False, gone: bool = False, uncertain: bool = False, after: float = 0,
        flood: bool = False, moved: str = "", stale: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(text)
        self.permanent = permanent or gone
        self.gone = gone
        self.uncertain = uncertain
        self.after = after
        self.flood = flood
        self.moved = moved
        self.stale = stale


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to send: `buttons` are (id, label); `file` is (name, bytes), made just now.

    A file that the platform has already has no bytes and is `kept` under this name; `keep` takes the name of a new one.
    """

    id: int
    chat: str
    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    file: tuple[str, bytes] | None = None
    # When it was said, which may be a while before it is sent.
    at: datetime | None = None
    # Nobody asked for it: answers go first.
    notice: bool = False
    kept: str = ""
    keep: Callable[[str], None] = lambda name: None


class Channel(ABC):
    """What a platform must offer; `name` is the word in the database."""

    name: str
    # What the web server hands over without looking at it, by path.
    hooks: Mapping[str, ASGIApp] = MappingProxyType({})

    @abstractmethod
    async def send(self, outgoing: Outgoing) -> str:
        """Send it; returns the platform's id of the message, raises SendError."""

    @abstractmethod
    async def fetch(self, ref: str) -> bytes:
        """The content of an attachment; raises SendError (permanent: it is gone)."""

    def ready(self) -> bool:
        """Whether this process can send now; while it cannot, what is due waits untouched."""
        return True

    async def release(self, ref: str) -> None:
        """Nothing more is wanted of this attachment: it is kept, or given up. Most platforms keep what they have."""
        return

    async def listen(self) -> None:
        """Take in what comes until `stop`; returns at once when the web server brings it."""
        return

    async def stop(self) -> None:
        """End taking in; sending goes on."""
        return

    async def close(self) -> None:
        """End all connections, when nothing is to be sent any more."""
        return

    def state(self) -> dict[str, Any]:
        """How taking in goes, for /health and /metrics; empty: there is nothing to say."""
        return {}


def keep_nothing(_name: str) -> None:
    """Of a platform whose names of files are of no use."""


def outgoing(
    letter: Letter, body: dict[str, Any], file: bytes | None, kept: str = "", keep: Callable[[str], None] = keep_nothing
) -> Outgoing:
    """What a letter with this opened body says."""
    buttons = tuple((button_id, label) for button_id, label in body.get("buttons", ()))
    attached = (body["file"][0], file) if file is not None else None
    notice = letter.lane == NOTICE
    return Outgoing(letter.id, letter.chat, body["text"], buttons, attached, letter.due_at, notice, kept, keep)
