"""Group robots of WeCom (消息推送): each puts what its unit's group should see into one group, and hears nothing."""

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import Iterable
from functools import partial
from typing import Any

from sqlalchemy import Connection

from bot.channels import Channel, Failure, Outgoing, SendError
from bot.channels.group_robot.api import Api
from bot.channels.pace import Windows
from bot.channels.progress import Progress
from bot.channels.text import literal, markdown, split
from bot.engine import Engine
from bot.pipeline.turn import Turn
from bot.pipeline.writer import Pipeline
from bot.settings import Settings
from scheduling.periods import week_before, week_of
from storage.messages import chats
from storage.organisation import units
from storage.roster import roster

log = logging.getLogger(__name__)
NAME = "wecom_group"
MOST_IN_TEXT = 4096
# The platform takes twenty a minute of each robot (document 99110).
A_MINUTE = (20, 60.0)
SECONDS_BETWEEN_LOOKS = 60.0


def chat_of(key: str) -> str:
    """What the group of the robot with this key is called in the database: the key itself is a secret."""
    return hashlib.sha256(f"group robot {key}".encode()).hexdigest()[:32]


def unit_of(db: Connection, path: str) -> units.Unit | None:
    """The one unit that a path of the settings leads to, from a root or from anywhere."""
    found = roster.named(db, tuple(name.strip() for name in path.split("/")))
    return found[0] if len(found) == 1 else None


class GroupRobots(Channel):
    """The robots of the settings, each bound to the unit that stands before its key."""

    name = NAME

    def __init__(self, settings: Settings, pipeline: Pipeline, engine: Engine) -> None:
        self._paths = {chat_of(key): path for path, key in settings.wecom_groups}
        self._keys = {chat_of(key): key for _, key in settings.wecom_groups}
        self._api = Api(settings.wecom_api_url)
        self._pipeline = pipeline
        self._engine = engine
        self._pace = Windows(A_MINUTE)
        self._stop = asyncio.Event()
        self._unknown: tuple[str, ...] = ()
        self._progress = Progress()

    # --- which robot is whose -----------------------------------------------------------------------------

    async def listen(self) -> None:
        """Bind each robot's group to its unit, again whenever the tree has changed."""
        tree = None
        while not self._stop.is_set():
            try:
                seen = await asyncio.to_thread(self._tree)
                if seen != tree:
                    self._say_unknown(await self._pipeline.do(self._bind))
                    tree = seen
            except Exception as fault:
                log.warning("the group robots could not be bound: %s; trying on", type(fault).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), SECONDS_BETWEEN_LOOKS)

    def _tree(self) -> str:
        with self._engine.database.read.connect() as db:
            return units.version(db)

    def _bind(self, turn: Turn) -> tuple[str, ...]:
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

    def _say_unknown(self, paths: Iterable[str]) -> None:
        self._unknown = tuple(paths)
        for path in self._unknown:
            log.warning("WECOM_GROUP_WEBHOOKS: no one unit is called %s; its group gets nothing", path)

    async def stop(self) -> None:
        """Look no further."""
        self._stop.set()

    async def close(self) -> None:
        """End all connections."""
        await self._api.close()

    def state(self) -> dict[str, Any]:
        """How many robots there are, and which paths lead nowhere."""
        trouble = f"no one unit is called {'、'.join(self._unknown)}" if self._unknown else ""
        return {"mode": "push", "robots": len(self._keys), "trouble": trouble}

    # --- sending ------------------------------------------------------------------------------------------

    async def fetch(self, ref: str) -> bytes:
        """Nothing ever comes from a group robot."""
        raise SendError("a group robot receives nothing", Failure.REJECTED)

    async def send(self, outgoing: Outgoing) -> str:
        """Put it into the group: the words, then the picture or file; buttons cannot be pressed there."""
        key = self._keys.get(outgoing.chat)
        if key is None:
            raise SendError("this robot is no longer in the settings", Failure.REJECTED)
        words = [markdown(piece) for piece in split(literal(outgoing.text), MOST_IN_TEXT)]
        parts = [*words, None] if outgoing.file else words
        return await self._progress.send(outgoing.id, parts, partial(self._say, key, outgoing))

    async def _say(self, key: str, outgoing: Outgoing, part: dict[str, Any] | None) -> str:
        """`part`: words, or None for the file."""
        if wait := self._pace.wait(outgoing.chat):
            raise SendError("the robot has had its messages of this minute", retry_after=wait)
        body = part or await self._api.file(key, *(outgoing.file or ("", b"")))
        self._pace.count(outgoing.chat)
        await self._api.send(key, body)
        return ""
