"""What commands that only read answer: from a snapshot, beside the writer, before their message is handled."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Engine

from handlers import kit
from handlers.privacy.door import Door
from handlers.registry import Command
from scheduling.closed_periods import Closing
from storage.base.vault import Listening, Vault
from storage.checkins.rollups import Rollups
from storage.digests import archive

log = logging.getLogger(__name__)


def first(command: Command, asks: Sequence[kit.Ask]) -> list[kit.Answer]:
    """For the writer's first look at a message: what only reads is not answered there."""
    raise kit.ReadFirst(kit.Wanted(command, asks))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a command answered or raised when it was asked so, None when it could not read; `heard`: what it opened."""

    wanted: kit.Wanted
    found: list[kit.Answer] | Exception | None
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


def read(engine: Engine, vault: Vault, wanted: object, now: datetime) -> Callable[[Connection], kit.Reader | None]:
    """Read it; returns what the writer does before it handles the message, which gives that message's reader."""
    if isinstance(wanted, kit.Wanted):
        answers = _asked(engine, vault, wanted).answers
        return lambda _: answers
    assert isinstance(wanted, Closing)
    with engine.connect() as there:
        rows = wanted.rows(there, now)

    def keep(db: Connection) -> None:
        archive.add(db, rows)

    return keep


def _asked(engine: Engine, vault: Vault, wanted: kit.Wanted) -> Snapshot:
    """Ask the command, with a connection that cannot write; its exception is an answer, too."""
    door = Door()
    found: list[kit.Answer] | Exception | None
    with engine.connect() as db:
        opened = Listening(vault, door.hear)
        here = [replace(each, db=db, reader=None, door=door, vault=opened, rollups=Rollups()) for each in wanted.asks]
        try:
            found = list(map(wanted.command.handler, here))
        except Exception as error:
            found = error
            if isinstance(getattr(error, "orig", error), engine.dialect.loaded_dbapi.Error):
                log.warning("「%s」交给写的一边来答：%s", wanted.command.words[0], type(error).__name__)
                found = None
    return Snapshot(wanted, found, door.heard)
