"""A roster file that came by chat: read and compared beside the writer, staged in small steps, shown for agreement."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine

from bot import rosters
from bot.pipeline import Pipeline
from bot.transaction import Turn
from handlers import imports, roster
from handlers.kit import Reply
from storage import people, staging
from storage import roster as stored
from storage.chunks import chunks
from storage.files import Wanted
from storage.roster import Plan


class RosterFiles:
    """Turns the content of a file into a plan that waits for its sender's word."""

    def __init__(self, pipeline: Pipeline, read: Engine, now: Callable[[], datetime]) -> None:
        self._pipeline = pipeline
        self._read = read
        self._now = now

    async def take(self, wanted: Wanted, content: bytes) -> None:
        """Stage what the file changes, and say it to whoever sent it."""
        assert wanted.person_id is not None
        sheet, found, tops, seen = await asyncio.to_thread(self._compare, wanted.person_id, content)
        batch = 0
        if found and not sheet.notes.problems:
            batch = await self._pipeline.do(lambda turn: staging.begin(turn.db, wanted.person_id, tops, seen, turn.now))
            for first, rows in enumerate(chunks(staging.rows_of(found), staging.AT_ONCE)):
                await self._pipeline.do(_put(batch, first * staging.AT_ONCE, rows))
        said = imports.shown(found, sheet, batch)
        await self._pipeline.do(lambda turn: _show(turn, wanted, batch, said))

    def _compare(self, person_id: int, content: bytes) -> tuple[roster.Sheet, Plan, tuple[str, ...], str]:
        sheet = rosters.sheet_of(content)
        now = self._now()
        with self._read.connect() as db:
            importer = people.by_id(db, person_id, now)
            state = stored.load(db, sheet.paths, sheet.accounts, now)
            seen = stored.seen(db, state.tops, importer)
        found = roster.plan(sheet, state, now.date(), end_missing=True, importer=importer)
        return sheet, found, state.tops, seen


def _put(batch: int, first: int, rows: list[staging.Row]) -> Callable[[Turn], None]:
    return lambda turn: staging.put(turn.db, batch, first, rows)


def _show(turn: Turn, wanted: Wanted, batch: int, said: Reply) -> None:
    if batch:
        staging.show(turn.db, batch)
    turn.letters.tell(said, wanted.channel, wanted.chat)
