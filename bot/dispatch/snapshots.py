"""What commands that only read answer: from a snapshot, beside the writer, before their message is handled."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from handlers import kit
from handlers.privacy.door import Door
from handlers.registry import Command
from scheduling.closed_periods import Closing
from storage.base.vault import Listening
from storage.checkins.rollups import Rollups
from storage.digests import archive

if TYPE_CHECKING:
    from bot.engine import Engine

log = logging.getLogger(__name__)
Found = list[kit.Answer] | Exception | None
# Engine.read: what a function of the engine gives that only reads.
Reading = Callable[..., Any]


def first(command: Command, asks: Sequence[kit.Ask]) -> list[kit.Answer]:
    """For the writer's first look at a message: what only reads is not answered there."""
    raise kit.ReadFirst(kit.Wanted(command, asks))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a command answered or raised when it was asked so, None when it could not read; `heard`: what it opened."""

    wanted: kit.Wanted
    found: Found
    heard: Sequence[str]

    def answers(self, command: Command, asks: Sequence[kit.Ask]) -> list[kit.Answer]:
        """The answers, if this is what was asked.

        What has changed meanwhile (rights, the question) is asked anew, and so is what could not be read there.
        """
        same = command == self.wanted.command and list(map(_what, asks)) == list(map(_what, self.wanted.asks))
        if self.found is None or not same:
            return [command.handler(each) for each in asks]
        asks[0].door.hear(self.heard)
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


def _what(ask: kit.Ask) -> tuple[object, ...]:
    return ask.args, ask.person, ask.message


def read(reading: Reading, wanted: object, now: datetime) -> Callable[[Connection], kit.Reader | None]:
    """Read it; returns what the writer does before it handles the message, which gives that message's reader."""
    if isinstance(wanted, kit.Wanted):
        # What belongs to the process that reads is added there.
        plain: dict[str, Any] = {"db": None, "vault": None, "door": None, "features": (), "occasions": None}
        asks = [replace(each, **plain, reader=None, rollups=Rollups()) for each in wanted.asks]
        answers = Snapshot(wanted, *reading(_asked, wanted.command.handler, asks)).answers
        return lambda _: answers
    assert isinstance(wanted, Closing)
    rows = reading(_closed, wanted, now)

    def keep(db: Connection) -> None:
        archive.add(db, rows)

    return keep


def _closed(engine: "Engine", wanted: Closing, now: datetime) -> list[archive.Row]:
    with engine.database.read.connect() as db:
        return wanted.rows(db, now)


def _asked(engine: "Engine", handler: kit.Handler, asks: Sequence[kit.Ask]) -> tuple[Found, Sequence[str]]:
    """Ask the command, with a connection that cannot write; its exception is an answer, too."""
    door = Door()
    found: Found
    features, vault = engine.features, Listening(engine.vault, door.hear)
    with engine.database.read.connect() as db:
        known: dict[str, Any] = {"features": features.declared, "occasions": features.occasions}
        here = [replace(each, db=db, vault=vault, door=door, **known) for each in asks]
        try:
            found = list(map(handler, here))
        except Exception as error:
            found = error
            if isinstance(getattr(error, "orig", error), db.dialect.loaded_dbapi.Error):
                log.warning("%s 交给写的一边来答：%s", handler.__name__, type(error).__name__)
                found = None
    return found, door.heard
