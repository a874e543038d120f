"""The platforms, each behind the same small protocol."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from starlette.types import ASGIApp

from storage.messages.outbox import NOTICE, Letter


class Failure(StrEnum):
    """Why something did not get through, as far as it decides what is done next."""

    # Refused for good; or so that the whole address is dead.
    REJECTED = "rejected"
    UNREACHABLE = "unreachable"
    # The chat has another id.
    MOVED = "moved"
    # The platform does not know the kept file any more.
    FORGOTTEN = "forgotten"
    # Not now, and this letter only.
    LATER = "later"
    # Too fast: nothing in this chat, and nothing that nobody asked for.
    THROTTLED = "throttled"
    # Nothing at all gets through.
    AWAY = "away"
    # No answer came: it may have arrived all the same.
    UNCERTAIN = "uncertain"


class SendError(Exception):
    """What did not get through: of what kind, and the seconds to wait if the platform says so (else 0)."""

    def __init__(self, text: str, kind: Failure = Failure.LATER, retry_after: float = 0, moved_to: str = "") -> None:
        super().__init__(text)
        self.kind = kind
        self.retry_after = retry_after
        self.moved_to = moved_to

    @property
    def permanent(self) -> bool:
        """Whether it makes no sense to try again."""
        return self.kind in (Failure.REJECTED, Failure.UNREACHABLE)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to send: `buttons` are (id, label), `commands` what they stand for; `file` is (name, bytes).

    A file that the platform has already has no bytes and is `kept` under this name; `keep` takes the name of a new one.
    `call` names the letters that go together in one call, and stays the same when they are tried again.
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
    # The part of the chat that it belongs to; empty: the chat as a whole.
    topic: str = ""
    commands: tuple[str, ...] = ()
    call: str = ""
    # An earlier try may have reached the person.
    repeat: bool = False
    # The address of what it is about as a web page, for this person alone; empty: there is none.
    page: str = ""


class Channel(ABC):
    """What a platform must offer; `name` is the word in the database."""

    name: str
    # To how many people one call can say the same.
    most_at_once = 1
    # From when until when after it was sent a message is taken back that was not to stay; None: the platform cannot.
    takes_back: tuple[timedelta, timedelta] | None = None
    # What the web server hands over without looking at it, by path.
    hooks: Mapping[str, ASGIApp] = MappingProxyType({})

    @abstractmethod
    async def send(self, outgoing: Outgoing) -> str:
        """Send it; returns the platform's id of the message, raises SendError."""

    async def send_all(self, outgoings: Sequence[Outgoing]) -> list[str | SendError]:
        """The same words to each of these chats, in one call: for each the platform's id, or what kept it away."""
        raise NotImplementedError("only where `most_at_once` is more than 1")

    @abstractmethod
    async def fetch(self, ref: str) -> bytes:
        """The content of an attachment; raises SendError (permanent: it is gone)."""

    async def take_back(self, chat: str, message: str) -> None:
        """Delete what was sent, by the platform's id, where it `takes_back`; raises SendError."""
        # Not abstract: most platforms cannot, and the carrier asks only those that say when.
        raise NotImplementedError("only where `takes_back` says when")

    def knows_repeats(self, notice: bool) -> timedelta:
        """For how long the platform knows the same letter again, and shows it once."""
        return timedelta()

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
        """How taking in goes, and as `sending` the other way, for /health and /metrics; empty: nothing to say.

        Each has the facts of a `Condition`.
        """
        return {}


def keep_nothing(_name: str) -> None:
    """Of a platform whose names of files are of no use."""


def outgoing(
    letter: Letter, body: dict[str, Any], file: bytes | None, kept: str = "", keep: Callable[[str], None] = keep_nothing
) -> Outgoing:
    """What a letter with this opened body says."""
    buttons = tuple((button_id, label) for button_id, label in body.get("buttons", ()))
    # Letters that an earlier version has written are without them.
    commands = tuple(body.get("commands", ()))
    attached = (body["file"][0], file) if file is not None else None
    notice, call, topic = letter.lane == NOTICE, letter.same or str(letter.id), body.get("topic", "")
    repeat = letter.attempts > 0 or letter.perhaps_at is not None
    return Outgoing(letter.id, letter.chat, body["text"], buttons, attached, letter.due_at, notice, kept, keep,
                    topic, commands, call, repeat, body.get("page", ""))  # fmt: skip
