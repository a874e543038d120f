"""How a feature declares itself: marks on its functions, found by the bot when it starts."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any, TypeVar

from scheduling.occasions import Occasion
from scheduling.occasions import Occasions as Occasions
from storage.people.people import Person, Role
from storage.records import record as record

# The topics of 帮助, in its order.
GROUPS = ("签到", "活动", "奖章", "周报", "提醒", "人员", "组织", "孩子信息")
# How many commands a platform's menu lists.
MENU = 12
# For a command that a stranger may use as well.
ANYONE: frozenset[Role] = frozenset()
ANYTHING = "."
_NOTHING = "$."
Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Command:
    """A declared command: its words (the first is shown), who may, what help says, examples that work as written.

    `group` is its topic in 帮助; `rank` its place among all commands by how often it is used, 1 the most. What a slip
    of the finger could undo comes late: the first few stand in the menus of the platforms.
    """

    words: tuple[str, ...]
    who: frozenset[Role]
    group: str
    rank: int
    help: str
    examples: tuple[str, ...]
    handler: Callable[..., Any]
    # What may follow the word without a space, as a regular expression: 提名四(1)中队.
    glued: str = _NOTHING
    # Whether groups are shown it in their list of commands; it works everywhere.
    in_groups: bool = False
    # With what the arguments must begin, as a regular expression: else the text is no command. 活动:升旗 is a form.
    follows: str = ""
    # The letter of the numbers that it is about: of a word that several features share, 撤回 R12 is this one.
    letter: str = ""
    # The letter of the numbers that lead to it with whatever word stands before or behind: 整改 D20260403-01.
    number: str = ""
    # The letter of the numbers that it shows to whom it is for, where nothing else is said: N20260403-07.
    shows: str = ""
    # Whether 帮助 lists it; what buttons do is told by them.
    listed: bool = True
    # Whether it answers with files: what for is asked, and its last argument may say so.
    exports: bool = False
    # `(Ask) -> [Waiting]`: what of its own waits for the asker, for 待办.
    waits: Callable[..., Any] | None = None
    # Whether it only reads: it is answered from a snapshot, beside the writer, and nobody waits for it.
    snapshot: bool = False
    # With which arguments it only shows something, as a regular expression: a question that waits goes on waiting.
    looks: str = _NOTHING

    @property
    def latin(self) -> str:
        """The word by which platforms list it that take a-z only; empty when it has none."""
        return next((word for word in self.words if word.isascii() and word.isidentifier()), "")

    def only_looks(self, args: str) -> bool:
        """Whether with these arguments it changes nothing."""
        return self.snapshot or bool(re.fullmatch(self.looks, args, re.DOTALL))

    def allows(self, person: Person | None) -> bool:
        """Whether this person may use it."""
        return self.who is ANYONE or (person is not None and not self.who.isdisjoint(person.roles))


def by_topic(commands: Iterable[Command]) -> list[Command]:
    """The commands as 帮助 shows them: topic by topic, the most used first; the names of files play no part."""
    return sorted(commands, key=lambda each: (GROUPS.index(each.group), each.rank, each.words))


def most_used(commands: Iterable[Command]) -> list[Command]:
    """What a platform's menu lists of these: the most used, first of all the one that is used most."""
    return sorted(commands, key=lambda each: (each.rank, each.words))[:MENU]


def mark(key: str, value: Any) -> Callable[[Function], Function]:
    """Put a mark on a function by which `attribute` finds it."""

    def put(function: Function) -> Function:
        setattr(function, key, value)
        return function

    return put


def command(
    *words: str, who: Iterable[Role], group: str, help: str, examples: Iterable[str], rank: int = 99,
    glued: str = _NOTHING, in_groups: bool = False, follows: str = "", letter: str = "",
    number: str = "", shows: str = "", listed: bool = True, exports: bool = False,
    waits: Callable[..., Any] | None = None, snapshot: bool = False, looks: str = _NOTHING,
) -> Callable[[Function], Function]:  # fmt: skip
    """Declare the function `(Ask) -> Reply | [Reply]` as the command with these words."""

    def put(handler: Function) -> Function:
        if who is not ANYONE and not who:
            raise ValueError(f"{words[0]}: say who may use it")
        if group not in GROUPS:
            raise ValueError(f"{words[0]}: the group is one of {'、'.join(GROUPS)}")
        who_set = who if who is ANYONE else frozenset(who)
        how = glued, in_groups, follows, letter, number, shows, listed, exports, waits, snapshot, looks
        made = Command(words, who_set, group, rank, help, tuple(examples), handler, *how)
        return mark("_command", made)(handler)

    return put


def reads(*intents: str) -> Callable[[Function], Function]:
    """Declare `(Ask) -> Reply | [Reply]` for texts without a command word that are read as one of these intents."""
    return mark("_reads", intents)


def due(kind: str, **how: Any) -> Callable[[Function], Function]:
    """
    Declare `(Due) -> Reply | None` as the words of an occasion, and when it comes up (scheduling.occasions.Occasion).

    None means `no longer theirs`; it raises Cleared when what it asks for came first.
    """

    def put(say: Function) -> Function:
        return mark("_due", Occasion(kind, say, **how))(say)

    return put


def edits(name: str) -> Callable[[Function], Function]:
    """Declare `(Ask) -> Reply | [Reply] | None`: new words of an old message; None means `that recorded nothing`.

    They are asked in the order of their names.
    """
    return mark("_edits", name)


def weekly(name: str) -> Callable[[Function], Function]:
    """Declare `(Connection, Unit, week, now, known) -> Reply`: what a bound group gets every Monday morning."""
    return mark("_weekly", name)


def ahead(kind: str) -> Callable[[Function], Function]:
    """Declare `(Connection, now) -> mapping`: what an occasion is about to say, read from a snapshot before each tick.

    It is handed to the occasion (`Due.known`), and to what groups get.
    """
    return mark("_ahead", kind)


def renders(recipe: str) -> Callable[[Function], Function]:
    """Declare `(Connection, values) -> bytes`: makes a picture or document from a read snapshot."""
    return mark("_renders", recipe)


def attribute(modules: Iterable[ModuleType], key: str) -> list[tuple[Any, Any]]:
    """(mark, function) of every function in `modules` that carries the mark `key`, in order of definition."""
    return [
        (getattr(function, key), function)
        for module in modules
        for function in vars(module).values()
        if isinstance(function, FunctionType) and function.__module__ == module.__name__ and hasattr(function, key)
    ]
