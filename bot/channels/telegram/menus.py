"""The lists of commands that Telegram shows: for everybody, for groups, and for each person with more rights."""

import asyncio
import hashlib
import json
import logging
from collections.abc import Callable, Iterable

from sqlalchemy import Connection

from bot.channels.telegram.api import Api, Trouble
from bot.channels.telegram.decode import NAME
from bot.engine import Engine
from bot.pipeline.turn import Turn
from bot.pipeline.writer import Pipeline
from handlers.kit import Person, Role
from handlers.registry import Command, most_used
from storage.base import key_values
from storage.people import accounts, people

log = logging.getLogger(__name__)
Menu = list[dict[str, str]]
DEFAULT = json.dumps({"type": "default"})
GROUPS = json.dumps({"type": "all_group_chats"})
# A refusal of the platform's: asking again would not help until something changes.
_REFUSED = ("HTTP 400", "HTTP 403")


class Menus:
    """Tells the platform what has changed, and no more."""

    def __init__(self, api: Api, pipeline: Pipeline, engine: Engine) -> None:
        self._api = api
        self._pipeline = pipeline
        self._engine = engine
        self._seen: object = None

    async def keep(self) -> None:
        """Bring the lists up to date; raises Trouble when the platform does not answer, never for a refusal."""
        changed = await asyncio.to_thread(self._changed)
        if changed is None:
            return
        seen, wanted, told = changed
        # Whoever lost their rights sees the list of everybody again.
        there = {_scope(name, self._prefix) for name in told if told[name]}
        gone: dict[str, Menu] = {scope: [] for scope in there - wanted.keys()}
        for scope, listed in {**wanted, **gone}.items():
            if told.get(self._name(scope), "") != _sum(listed):
                await self._tell(scope, listed)
        self._seen = seen

    def _changed(self) -> tuple[object, dict[str, Menu], dict[str, str]] | None:
        """(which state of the rights it is, what should be listed, what the platform was told of); None: no change."""
        with self._engine.database.read.connect() as db:
            seen = accounts.rights_version(db)
            if seen == self._seen:
                return None
            told = {name: fact.value for name, fact in key_values.with_prefix(db, self._prefix).items()}
            return seen, self._wanted(db), told

    @property
    def _prefix(self) -> str:
        return f"menu {self._api.bot_id} "

    def _name(self, scope: str) -> str:
        where = json.loads(scope)
        return f"{self._prefix}{where.get('chat_id', where['type'])}"

    def _wanted(self, db: Connection) -> dict[str, Menu]:
        """Scope (as JSON) → what is to be listed there."""
        commands = self._engine.features.commands
        everybody = menu(each for each in commands if not each.who or Role.COUNSELOR in each.who)
        found = {DEFAULT: everybody, GROUPS: menu(each for each in commands if each.in_groups)}
        for address, person in people.with_accounts(db, NAME, self._engine.clock.now()):
            own = menu(each for each in commands if each.allows(person))
            if own != everybody and _knows_more(person) and _is_number(address):
                found[_of_chat(address)] = own
        return found

    async def _tell(self, scope: str, listed: Menu) -> None:
        method, more = ("setMyCommands", {"commands": listed}) if listed else ("deleteMyCommands", {})
        try:
            await self._api.call(method, scope=json.loads(scope), **more)
        except Trouble as trouble:
            if not str(trouble).startswith(_REFUSED):
                raise
            log.warning("命令菜单没有被接受（%s）：%s", self._name(scope), trouble)
            return
        await self._pipeline.do(self._note(self._name(scope), _sum(listed)))

    def _note(self, name: str, value: str) -> Callable[[Turn], None]:
        real = self._engine.clock.real()
        return lambda turn: key_values.put(turn.db, name, value, real)


def menu(commands: Iterable[Command]) -> Menu:
    """What the platform takes, of the most used ones: a Latin word and what it does."""
    listed = most_used(each for each in commands if each.latin)
    return [{"command": each.latin, "description": f"{each.words[0]} - {each.help}"} for each in listed]


def _knows_more(person: Person) -> bool:
    return bool(person.roles - {Role.COUNSELOR})


def _of_chat(address: str) -> str:
    return json.dumps({"type": "chat", "chat_id": int(address)})


def _scope(name: str, prefix: str) -> str:
    rest = name.removeprefix(prefix)
    return _of_chat(rest) if _is_number(rest) else json.dumps({"type": rest})


def _is_number(word: str) -> bool:
    return word.isascii() and word.lstrip("-").isdigit()


def _sum(listed: Menu) -> str:
    return hashlib.sha256(json.dumps(listed).encode()).hexdigest()[:16] if listed else ""
