"""Finds what the features declare: commands, readers, dialogues, due words, recipes."""

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import ModuleType
from typing import Any

from sqlalchemy import Connection

import handlers
from handlers.general.orders import order_in, said
from handlers.kit import Answer, Ask, Handler, Person, Reply
from handlers.people.spoken_codes import is_said
from handlers.reading import Reading
from handlers.registry import Command, attribute, by_topic
from handlers.wording.questions import Answering, Question
from scheduling.occasions import Occasions
from storage.base import numbered
from storage.messages.cards import Order

_SEPARATOR = re.compile(r"[\s:：,，。.!！?？/@]")
_LONGEST_WORD = 12
Weekly = Callable[..., Reply]
Ahead = Callable[[Connection, datetime], Mapping[Any, Any]]
# They only read text, or are scripts that make what is shipped.
_NO_FEATURES = ("handlers.reading.", "handlers.digests.font.", "handlers.materials.template.")


@dataclass(frozen=True, slots=True)
class Features:
    """Everything that was declared, by the word it is found under."""

    commands: tuple[Command, ...]
    by_word: Mapping[str, Command]
    readers: Mapping[str, Handler]
    # By the kind of the question.
    answers: Mapping[str, tuple[Question[Any], Answering[Any]]]
    occasions: Occasions
    recipes: Mapping[str, Callable[..., bytes]]
    # What recorded something looks at the new words of its message, in turn.
    edits: tuple[Callable[[Ask], Answer | None], ...] = ()
    weekly: tuple[Weekly, ...] = ()
    # What is about to be said, by what it is looked up by.
    ahead: tuple[Ahead, ...] = ()
    # (word, letter) → the command for numbers of that letter.
    by_letter: Mapping[tuple[str, str], Command] = field(default_factory=dict)
    # Letter → the command for whatever is said of its numbers.
    by_number: Mapping[str, Command] = field(default_factory=dict)
    # The commands, and behind them those for the numbers of a letter.
    declared: tuple[Command, ...] = ()
    # First character → the longest word that begins so.
    longest: Mapping[str, int] = field(default_factory=dict)

    def ordered(self, reading: Reading) -> tuple[Command, str] | None:
        """The command, with its arguments, that a text without a command's word asks for."""
        word, args = order_in(reading) or ("", "")
        return (self.by_word[word], args) if word in self.by_word else None

    def command_in(self, text: str) -> tuple[Command, str] | None:
        """The command that the text begins with, or whose number it is about, and its arguments."""
        number, words = numbered.headed(text)
        if number and (about := self.by_number.get(number[0])):
            own = self.by_word.get(words)
            # 照片 D20260403-01 is a command by itself.
            about = own if own and own.follows and re.match(own.follows, number) else about
            said = next((words.removeprefix(each) for each in about.words if words.startswith(each)), words)
            return about, f"{number} {said.strip()}".strip()
        text = text.removeprefix("/")
        longest = self.longest.get(text[:1].lower()[:1], 0)
        for end in range(min(len(text), longest), 0, -1):
            command = self.by_word.get(text[:end].lower())
            rest = text[end:]
            if command and (not rest or _SEPARATOR.match(rest) or re.match(command.glued, rest)):
                args = re.sub(r"^@\w+", "", rest).lstrip(" \n\t:：,，。.!！?？").rstrip(" 。.!！?？~～")
                command = self.command(command.words[0], args) or command
                if re.match(command.follows, args):
                    return command, args
        return None

    def shown(self, text: str, person: Person | None) -> tuple[Command, str] | None:
        """The command that shows this person the case whose number is all that the text says, or that is said so."""
        number, words = numbered.headed(text)
        if not number:
            if (person is None or not person.grants) and is_said(text):
                return self.by_word["加入"], text
            word, args = said(text) or ("", "")
            found = self.by_word.get(word)
            return (found, args) if found and found.allows(person) else None
        if words:
            return None
        return next(((each, number) for each in self.commands if each.shows == number[0] and each.allows(person)), None)

    def command(self, word: str, args: str) -> Command | None:
        """The command of this word; of a word that several features share, the one whose numbers the arguments name."""
        return self.by_letter.get((word, numbered.letter_of(args))) or self.by_word.get(word)

    def known(self, order: Order) -> Order:
        """The order with its word, also where it is of a card that an earlier version has sent."""
        if order.word is not None:
            return order
        found = self.command_in(order.args)
        return Order(found[0].words[0], found[1]) if found else Order("", order.args)


def modules() -> list[ModuleType]:
    """Every module of the areas of handlers/; what only reads text declares nothing."""
    return [
        importlib.import_module(info.name)
        for info in pkgutil.walk_packages(handlers.__path__, "handlers.")
        if not info.ispkg and not info.name.startswith(_NO_FEATURES)
    ]


def collect(found: Iterable[ModuleType] | None = None) -> Features:
    """Read the declarations (None: of every feature), in whatever order; raises ValueError when two claim one word."""
    found = modules() if found is None else list(found)
    declared = by_topic(mark for mark, _ in attribute(found, "_command"))
    commands = tuple(each for each in declared if not each.letter)
    lettered = (((word, each.letter), each) for each in declared if each.letter for word in each.words)
    by_word = _unique((word, command) for command in commands for word in command.words)
    return Features(
        commands,
        by_word,
        _unique((intent, reader) for intents, reader in attribute(found, "_reads") for intent in intents),
        _unique((question.kind, (question, function)) for question, function in attribute(found, "_answers")),
        Occasions(_unique((each.kind, each) for each, _ in attribute(found, "_due"))),
        _unique(attribute(found, "_renders")),
        _by_name(attribute(found, "_edits")),
        _by_name(attribute(found, "_weekly")),
        _by_name(attribute(found, "_ahead")),
        _unique(lettered),
        _unique((each.number, each) for each in declared if each.number),
        (*commands, *(each for each in declared if each.letter)),
        {word[0]: len(word) for word in sorted(by_word, key=len) if len(word) <= _LONGEST_WORD},
    )


def _by_name(pairs: Iterable[tuple[str, Any]]) -> tuple[Any, ...]:
    return tuple(function for _, function in sorted(_unique(pairs).items()))


def _unique(pairs: Iterable[tuple[Any, Any]]) -> dict[Any, Any]:
    table: dict[Any, Any] = {}
    for word, value in pairs:
        if word in table:
            raise ValueError(f"two features claim {word}")
        table[word] = value
    return table
