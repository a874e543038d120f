"""The whole vocabulary of a feature: what it hears, what it may answer, how it declares itself."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import ModuleType
from typing import Any, TypeVar

from sqlalchemy import Connection

from handlers.reading import Reading
from storage.dialogues import Dialogue, Where, close, open_question, reopen
from storage.people import Grant, Person, Role
from storage.rollups import Rollups
from storage.units import Unit
from storage.vault import Vault

__all__ = [
    "ADMINS", "ANYONE", "ANYTHING", "Answer", "Ask", "Attachment", "Button", "Command", "Due", "File", "Grant",
    "MEMBERS", "Message", "Person", "REPORTERS", "Refusal", "Reply", "Role", "Unit", "answers", "attribute",
    "command", "due", "edits", "reads", "renders", "weekly",
]  # fmt: skip

MEMBERS = frozenset(Role)
REPORTERS = frozenset({Role.COUNSELOR, Role.BRIGADE, Role.STATION_HEAD})
ADMINS = frozenset(
    {
        Role.BRIGADE,
        Role.SCHOOL_ADMIN,
        Role.SUPERVISOR,
        Role.COUNTY_ADMIN,
        Role.CITY_ADMIN,
        Role.PROVINCE_ADMIN,
    }
)
# For a command that a stranger may use as well.
ANYONE: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True)
class Attachment:
    """A photo or file that came with a message; `ref` is what the channel fetches it by, `size` in bytes."""

    kind: str
    ref: str
    name: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """Heard: one message of a platform, the same for all of them."""

    channel: str
    message_id: str
    sender: str
    chat: str
    sent_at: datetime
    text: str = ""
    button: str = ""
    attachments: tuple[Attachment, ...] = ()
    private: bool = True
    # The sender's display name: a label for a newcomer, never a reason to allow anything.
    name: str = ""
    # What the platform calls this message in its chat, and the one that it replies to.
    spoken_as: str = ""
    reply_to: str = ""
    # Photos that were sent together share this word.
    album: str = ""
    # (latitude, longitude) as the sender gives it, which proves nothing.
    place: tuple[float, float] | None = None
    # The new words of the earlier message `spoken_as`; `sent_at` is when that one was sent.
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """Understood: who asks for what. `now` is aware and in the school's zone; `db` is the writer's transaction."""

    db: Connection
    now: datetime
    message: Message
    inbox_id: int
    person: Person | None
    args: str
    rollups: Rollups
    vault: Vault
    features: "Sequence[Command]" = ()
    reading: Reading | None = None
    question: Dialogue | None = None
    # Another one when the organisation tree was changed since.
    tree: str = ""
    # The commands of the card that this replies to; the check-ins of a message of one's own count as cards.
    about: tuple[str, ...] = ()
    # Whether the words came as a bare reply to a card, so that what they mean was worked out, not said.
    meant: bool = False
    # The channels on which no child is named: what is said there is kept abroad (PIPL 38).
    nameless: frozenset[str] = frozenset({"telegram"})

    @property
    def me(self) -> Person:
        """The asker, of a command that only members reach."""
        assert self.person is not None
        return self.person

    @property
    def today(self) -> date:
        """The business day."""
        return self.now.date()

    @property
    def heard(self) -> Reading:
        """How the text was read, of a feature that declared @reads."""
        assert self.reading is not None
        return self.reading

    def expect(self, kind: str, payload: dict[str, Any]) -> None:
        """Ask a question: the next text of this person in this chat goes to @answers(kind), within 24 h."""
        open_question(self.db, self.vault, self._where, kind, payload, self.now)

    def keep_asking(self) -> None:
        """What was said is no answer: the question stays open as it was asked."""
        if self.question is not None:
            reopen(self.db, self._where, self.question)

    def expect_nothing(self) -> None:
        """Drop an open question: something else was said instead of an answer."""
        if self.question is not None:
            close(self.db, self._where)

    @property
    def _where(self) -> Where:
        return Where(self.message.channel, self.message.chat, self.message.sender)


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery whose time has come: say the words to `person` (their roles as of now)."""

    db: Connection
    now: datetime
    person: Person
    occurrence: str
    lead: int
    day: date
    payload: Mapping[str, Any]
    late: bool


@dataclass(frozen=True, slots=True)
class Button:
    """A button and the text command that does the same; with `reply`, a text in reply to its card goes on with it."""

    label: str
    command: str
    reply: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """A picture or document, made when it is sent: `recipe` names a @renders function, `values` are its arguments."""

    name: str
    recipe: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """Decided: what is said; `to` is a person's id, None the asker.

    `again` is an album's answer with another count of photos, of no use once the album has been answered.
    """

    text: str
    buttons: tuple[Button, ...] = ()
    file: File | None = None
    to: int | None = None
    again: bool = False


class Refusal(Exception):
    """Said to the person as it is; what the handler wrote is rolled back."""

    def __init__(self, text: str, *buttons: Button) -> None:
        super().__init__(text)
        self.text = text
        self.buttons = buttons


ANYTHING = "."
_NOTHING = "$."
Answer = Reply | Sequence[Reply]
Handler = Callable[[Ask], Answer]
Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Command:
    """A declared command: its words (the first is shown), who may, what help says, examples that work as written."""

    words: tuple[str, ...]
    who: frozenset[Role]
    help: str
    examples: tuple[str, ...]
    handler: Handler
    # What may follow the word without a space, as a regular expression: 提名四(1)中队.
    glued: str = _NOTHING
    # Whether groups are shown it in their list of commands; it works everywhere.
    in_groups: bool = False
    # With what the arguments must begin, as a regular expression: else the text is no command. 活动:升旗 is a form.
    follows: str = ""

    @property
    def latin(self) -> str:
        """The word by which platforms list it that take a-z only; empty when it has none."""
        return next((word for word in self.words if word.isascii() and word.isidentifier()), "")

    def allows(self, person: Person | None) -> bool:
        """Whether this person may use it."""
        return self.who is ANYONE or (person is not None and not self.who.isdisjoint(person.roles))


def _mark(key: str, value: Any) -> Callable[[Function], Function]:
    def put(function: Function) -> Function:
        setattr(function, key, value)
        return function

    return put


def command(
    *words: str, who: Iterable[Role], help: str, examples: Iterable[str], glued: str = _NOTHING,
    in_groups: bool = False, follows: str = "",
) -> Callable[[Function], Function]:  # fmt: skip
    """Declare the function `(Ask) -> Reply | [Reply]` as the command with these words."""

    def put(handler: Function) -> Function:
        if who is not ANYONE and not who:
            raise ValueError(f"{words[0]}: say who may use it")
        who_set = who if who is ANYONE else frozenset(who)
        made = Command(words, who_set, help, tuple(examples), handler, glued, in_groups, follows)
        return _mark("_command", made)(handler)

    return put


def reads(*intents: str) -> Callable[[Function], Function]:
    """Declare `(Ask) -> Reply | [Reply]` for texts without a command word that are read as one of these intents."""
    return _mark("_reads", intents)


def answers(kind: str) -> Callable[[Function], Function]:
    """Declare `(Ask, payload) -> Reply | [Reply] | None`: continues a dialogue; None means `not an answer`."""
    return _mark("_answers", kind)


def due(kind: str) -> Callable[[Function], Function]:
    """Declare `(Due) -> Reply | None`: says a delivery of this kind; None means `no longer needed`."""
    return _mark("_due", kind)


def edits(name: str) -> Callable[[Function], Function]:
    """Declare `(Ask) -> Reply | [Reply] | None`: new words of an old message; None means `that recorded nothing`."""
    return _mark("_edits", name)


def weekly(name: str) -> Callable[[Function], Function]:
    """Declare `(Connection, Unit, week, now) -> Reply`: what a bound group gets every Monday morning."""
    return _mark("_weekly", name)


def renders(recipe: str) -> Callable[[Function], Function]:
    """Declare `(Connection, values) -> bytes`: makes a picture or document from a read snapshot."""
    return _mark("_renders", recipe)


def attribute(modules: Iterable[ModuleType], key: str) -> list[tuple[Any, Any]]:
    """(mark, function) of every function in `modules` that carries the mark `key`, in order of definition."""
    return [
        (getattr(function, key), function)
        for module in modules
        for function in vars(module).values()
        if getattr(function, "__module__", "") == module.__name__ and hasattr(function, key)
    ]
