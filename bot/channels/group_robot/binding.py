"""Which group robot is whose: each is bound to the unit that stands before its key in the settings."""

import asyncio
import hashlib
import logging

from sqlalchemy import Connection

from bot.channels.setup import Setup
from bot.engine import Engine
from bot.pipeline.turn import Turn
from bot.pipeline.writer import Pipeline
from scheduling.periods import week_before, week_of
from storage.messages import chats
from storage.organisation import units
from storage.roster import roster

log = logging.getLogger(__name__)
NAME = "wecom_group"


def chat_of(key: str) -> str:
    """What the group of the robot with this key is called in the database: the key itself is a secret."""
    return hashlib.sha256(f"group robot {key}".encode()).hexdigest()[:32]


def unit_of(db: Connection, path: str) -> units.Unit | None:
    """The one unit that a path of the settings leads to, from a root or from anywhere."""
    found = roster.named(db, tuple(name.strip() for name in path.split("/")))
    return found[0] if len(found) == 1 else None


class Binding(Setup):
    """Binds each robot's group to its unit, again whenever the tree has changed."""

    def __init__(self, pipeline: Pipeline, engine: Engine) -> None:
        super().__init__("群机器人")
        self._paths = {chat_of(key): path for path, key in engine.settings.wecom_groups}
        self._pipeline = pipeline
        self._engine = engine
        self._seen: str | None = None
        # The paths that lead to no unit, or to several.
        self.unknown: tuple[str, ...] = ()

    async def once(self) -> None:
        """Look whether the tree has changed since."""
        tree = await asyncio.to_thread(self._tree)
        if tree != self._seen:
            self.unknown = await self._pipeline.do(self.bind)
            self._seen = tree
            for path in self.unknown:
                log.warning("WECOM_GROUP_WEBHOOKS：没有（或不止一个）单位叫 %s，它的群收不到周报", path)

    def _tree(self) -> str:
        with self._engine.database.read.connect() as db:
            return units.version(db)

    def bind(self, turn: Turn) -> tuple[str, ...]:
        """Make the groups those of the settings; the paths that lead to no unit, or to several."""
        known = {each.chat: each for each in chats.of_channel(turn.db, NAME)}
        for chat in known.keys() - self._paths.keys():
            chats.unbind(turn.db, known[chat])
        unknown = []
        # Last week's digest is no news: the next one is the first.
        week = week_before(week_of(turn.now.astimezone(self._engine.clock.zone).date()))
        for chat, path in self._paths.items():
            unit = unit_of(turn.db, path)
            if unit is None:
                unknown.append(path)
            elif chat not in known or known[chat].unit_id != unit.id:
                chats.bind(turn.db, chats.Group(NAME, chat, "", unit.id, None, True, week), turn.now)
            # What was dead before the start may have been put right.
            chats.mark_reachable(turn.db, NAME, chat, True)
        return tuple(unknown)
