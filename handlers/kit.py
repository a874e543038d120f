"""The whole vocabulary of a feature: what it hears and what it may answer; registry.py is how it declares itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from handlers.privacy.door import Door
from handlers.reading import Reading
from handlers.registry import Command, Occasions, record
from storage.audit import audit
from storage.base.vault import Vault
from storage.checkins.rollups import Rollups
from storage.messages import dialogues
from storage.messages.cards import Order
from storage.organisation.units import Unit
from storage.people.people import Grant, Person, Role

__all__ = [
    "ADMINS", "Answer", "Ask", "Attachment", "Button", "Denied", "Due", "File", "Grant", "Handler",
    "MEMBERS", "Message", "Person", "REPORTERS", "ReadFirst", "Reader", "Refusal", "Reply", "Role", "Unit", "Waiting",
    "Wanted",
]  # fmt: skip

MEMBERS = frozenset(Role)
REPORTERS = frozenset({Role.COUNSELOR, Role.BRIGADE, Role.STATION_HEAD, Role.OUTSIDE_COUNSELOR, Role.VOLUNTEER})
ADMINS = frozenset({
    Role.BRIGADE, Role.SCHOOL_ADMIN, Role.SUPERVISOR, Role.COUNTY_ADMIN, Role.CITY_ADMIN, Role.PROVINCE_ADMIN,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Attachment:
    """A photo or file that came with a message; `ref` is what the channel fetches it by, `size` in bytes."""

    kind: str
    ref: str
    name: str = ""
    size: int = 0


@record
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
    # The topic of a group that has topics; empty: the group as a whole.
    topic: str = ""
    anonymous: bool = False  # Said in the name of the group or of a channel, which is the `sender` then.

    @property
    def where(self) -> dialogues.Where:
        """Where a question to the sender is open."""
        return dialogues.Where(self.channel, self.chat, self.sender)


@record
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
    features: Sequence[Command] = ()
    reading: Reading | None = None
    question: dialogues.Dialogue | None = None
    # Another one when the organisation tree was changed since.
    tree: str = ""
    # What the card that this replies to offers; the check-ins of a message of one's own count as cards.
    about: tuple[Order, ...] = ()
    # Whether the words came as a bare reply to a card, so that what they mean was worked out, not said.
    meant: bool = False
    # The channels on which no child is named: what is said there is kept abroad (PIPL 38).
    nameless: frozenset[str] = frozenset({"telegram"})
    # What was heard, and how it is said again where no child may be named.
    door: Door = field(default_factory=Door)
    # All that is said at a time, of a feature that says it again.
    occasions: Occasions = field(default_factory=lambda: Occasions({}))
    # What is limited a day, and how often it may be.
    daily: Mapping[str, int] = field(default_factory=dict)
    # How a command that only reads is answered; None: at once, from `db`.
    reader: "Reader | None" = None

    @property
    def me(self) -> Person:
        """The asker, of a command that only members reach."""
        assert self.person is not None
        return self.person

    @property
    def may_name(self) -> bool:
        """Whether a child may be named where this was said: not in a group, nor where it would be kept abroad."""
        return self.message.private and self.message.channel not in self.nameless

    @property
    def today(self) -> date:
        """The business day."""
        return self.now.date()

    def answered(self, command: Command, *args: str) -> "list[Answer]":
        """What the command answers to each of these arguments; raises ReadFirst where it only reads."""
        asks = [replace(self, args=each) for each in args]
        if command.snapshot and self.reader:
            return self.reader(command, asks)
        return [command.handler(each) for each in asks]

    @property
    def heard(self) -> Reading:
        """How the text was read, of a feature that declared @reads."""
        assert self.reading is not None
        return self.reading

    def note(self, action: audit.Action, at: Unit | None = None, subject: str = "", **about: Any) -> None:
        """Write an action of the asker into the audit log: ids, numbers and fixed words, never a name."""
        audit.note(
            self.db, action, self.now, unit_id=at.id if at else None, subject=subject, **self.door.hidden_in(about)
        )

    def refused(self, refusal: "Refusal") -> None:
        """Somebody is told no: when it was a question of rights, the audit log holds it."""
        if isinstance(refusal, Denied):
            self.note(audit.Action.REFUSED, subject=refusal.subject, what=refusal.what)
        if refusal.ends_question:
            dialogues.close(self.db, self.message.where)


@dataclass(frozen=True, slots=True)
class Due:
    """
    A delivery whose time has come: say the words to `person` (their roles as of now).

    `brief`: other things stand before it in the same letter.
    """

    db: Connection
    now: datetime
    person: Person
    occurrence: str
    lead: int
    day: date
    payload: Mapping[str, Any]
    late: bool
    brief: bool = False
    # What was read before the tick (`@ahead`).
    known: Mapping[Any, Any] = field(default_factory=dict)


@record
class Button:
    """A button calls the command with this word; one with an `answer` gives it to the question that came with it.

    With `reply`, a text in reply to its card goes on with it, as further arguments.
    """

    label: str
    word: str = ""
    args: str = ""
    reply: bool = False
    answer: str = ""

    @property
    def typed(self) -> str:
        """What does the same when it is written."""
        return self.answer or f"{self.word} {self.args}".strip()


@dataclass(frozen=True, slots=True)
class File:
    """A picture or document, made when it is sent: `recipe` names a @renders function, `values` are its arguments.

    A `plain` one holds no more than a text would say, or nothing yet: nobody is asked what for. `mark` says in the
    file who has it made and when; a command that `exports` is given it. One of `children` lists them by name, those of
    the units of its values: it is taken back at once when one of them is erased.
    """

    name: str
    recipe: str
    values: Mapping[str, Any] = field(default_factory=dict)
    plain: bool = False
    mark: str = ""
    children: bool = False


@record
class Reply:
    """Decided: what is said; `to` is a person's id, None the asker; `at` is (channel, chat, topic), whoever is there.

    `again` is an album's answer with another count of photos, of no use once the album has been answered. `spoken` is
    said instead of buttons that are a convenience, where an answer is quicker without any. `about` is what the buttons
    decide on (the number of a nomination); `closes` are (about, words): decided now, so that everybody's card says so.
    `name` is what its buttons are told apart by where several things stand in one letter.
    After `until` it is of no use and not said any more. `page` is the path of what it is about as a web page, with {}
    for the secret of the reader's own link. `asked` are the word and the arguments that 「那上周呢」 goes on with.
    """

    text: str
    buttons: tuple[Button, ...] = ()
    file: File | None = None
    to: int | None = None
    again: bool = False
    at: tuple[str, str, str] | None = None
    spoken: str = ""
    about: str = ""
    closes: tuple[tuple[str, str], ...] = ()
    until: datetime | None = None
    page: str = ""
    name: str = ""
    asked: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A command that only reads, and how it is asked."""

    command: Command
    asks: Sequence[Ask]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for the asker: `number` as it is written, `about` without a name that may not be said here.

    `opens` shows it with what can be done.
    """

    number: str
    about: str
    since: datetime
    opens: Button


class Refusal(Exception):
    """Said to the person as it is; what the handler wrote is rolled back."""

    def __init__(self, text: str, *buttons: Button) -> None:
        super().__init__(text)
        self.text = text
        self.buttons = buttons
        # Said instead of the buttons where an answer is quicker without any.
        self.spoken = ""
        # Set for a refused yes: there is nothing else to answer.
        self.ends_question = False


class ReadFirst(Exception):  # noqa: N818
    """What is to be read from a snapshot before the message can be handled: nothing of it has happened yet.

    `wanted` None: what the same person said before it in the same chat is still to be read for.
    """

    def __init__(self, wanted: object = None) -> None:
        super().__init__()
        self.wanted = wanted


class NotMeant(Exception):
    """The word that begins the text is none of this command: the text is read as any other."""


class Denied(Refusal):
    """Refused for want of rights; `what` was wanted (a fixed word), `subject` whose (`nomination:7`): both are kept."""

    def __init__(self, text: str, *buttons: Button, what: str, subject: str = "") -> None:
        super().__init__(text, *buttons)
        self.what = what
        self.subject = subject


Answer = Reply | Sequence[Reply]
Handler = Callable[[Ask], Answer]
Reader = Callable[[Command, Sequence[Ask]], list[Answer]]
