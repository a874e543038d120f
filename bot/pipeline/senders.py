"""Who the senders of one transaction are, and what they were asked."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection

from bot.pipeline.turn import Turn
from handlers.kit import Ask, Message, Person
from storage.messages import chats, dialogues
from storage.organisation import units
from storage.people import accounts, people


class Senders:
    """Who the senders of one transaction are and what they were asked, looked up together.

    It holds for the first message of each sender; what that one changes (a role, a question) is looked up again.
    """

    def __init__(self, db: Connection, messages: Iterable[Message], now: datetime) -> None:
        self._db = db
        self._now = now
        self._tree = units.version(db)
        self._met: set[tuple[str, str]] = set()
        self._people: dict[tuple[str, str], Person] = {}
        self._questions: dict[dialogues.Where, dialogues.Dialogue] = {}
        self._look_up(messages)

    def _look_up(self, messages: Iterable[Message]) -> None:
        for channel, group in groupby(sorted(messages, key=_channel), key=_channel):
            senders = sorted({message.sender for message in group})
            found = people.by_addresses(self._db, channel, senders, self._now)
            self._people.update({(channel, address): person for address, person in found.items()})
            self._questions.update(dialogues.of_senders(self._db, channel, senders))

    def complete(self, ask: Ask) -> Ask:
        """The ask with its person, open question and version of the tree filled in."""
        sender = ask.message.channel, ask.message.sender
        if sender in self._met:
            self._people.pop(sender, None)
            self._questions = {w: each for w, each in self._questions.items() if (w.channel, w.sender) != sender}
            self._look_up([ask.message])
        self._met.add(sender)
        question = self._questions.get(ask.message.where)
        return replace(ask, person=self._people.get(sender), question=question, tree=self._tree)


def _channel(message: Message) -> str:
    return message.channel


def note(turn: Turn, ask: Ask) -> None:
    """Whose doing the audit log will say it was, of a member at which unit first; and where they are."""
    person = ask.person
    first = next(iter(person.grants), None) if person else None
    turn.audit.by(person.id if person else None, first.unit.id if first else None)
    if person and ask.message.private:
        _note_spoken(turn, person, ask.message)


def _note_spoken(turn: Turn, person: Person, message: Message) -> None:
    """Who writes to us can be written to, whatever we thought before; and this is where they are."""
    if not person.reachable:
        people.mark_reachable(turn.db, message.channel, message.sender, True)
    if person.heard_on != message.channel:
        accounts.heard(turn.db, person.id, message.channel)


def current_chat(turn: Turn, message: Message) -> Message:
    """The message of a group as of today's name of its chat; whoever speaks there has let us in."""
    chat = chats.current(turn.db, message.channel, message.chat)
    chats.mark_reachable(turn.db, message.channel, chat, True)
    return message if chat == message.chat else replace(message, chat=chat)
