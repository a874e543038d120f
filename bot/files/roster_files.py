"""A roster file that came by chat: read and compared beside the writer, staged in small steps, shown for agreement."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine

from bot.pipeline import masking
from bot.pipeline.turn import Turn
from bot.pipeline.writer import Pipeline
from handlers import roster
from handlers.kit import Reply
from handlers.organisation import imports
from storage.base import chunks
from storage.messages.files import Wanted
from storage.people import people
from storage.roster import roster as stored
from storage.roster import staging, tree


class RosterFiles:
    """Turns the content of a file into a plan that waits for its sender's word."""

    def __init__(self, pipeline: Pipeline, read: Engine, now: Callable[[], datetime]) -> None:
        self._pipeline = pipeline
        self._read = read
        self._now = now

    async def take(self, wanted: Wanted, sheet: roster.Sheet) -> None:
        """Stage what the file changes, and say it to whoever sent it."""
        assert wanted.person_id is not None
        found, batch = await self._stage(wanted.person_id, sheet)
        whole = 0
        if sheet.whole and not sheet.notes.problems:
            _, whole = await self._stage(wanted.person_id, sheet.whole)
        said = imports.shown(found, sheet, batch, whole)
        await self._pipeline.do(lambda turn: _show(turn, wanted, (batch, whole), said))

    async def _stage(self, person_id: int, sheet: roster.Sheet) -> tuple[stored.Plan, int]:
        """What the file changes, and the number under which it waits; 0 for nothing to do or to be done."""
        found, tops, seen = await asyncio.to_thread(self._compare, person_id, sheet)
        if not found or sheet.notes.problems:
            return found, 0
        batch = await self._pipeline.do(lambda turn: staging.begin(turn.db, person_id, tops, seen, turn.now))
        for first, rows in enumerate(chunks.chunks(staging.rows_of(found), staging.AT_ONCE)):
            await self._pipeline.do(_put(batch, first * staging.AT_ONCE, rows))
        return found, batch

    def _compare(self, person_id: int, sheet: roster.Sheet) -> tuple[stored.Plan, tuple[str, ...], str]:
        now = self._now()
        with self._read.connect() as db:
            importer = people.by_id(db, person_id, now).own
            sheet = roster.anchored(db, sheet, importer)
            state = stored.load(db, sheet.paths, sheet.accounts, now, rights=True)
            seen = stored.seen(db, state.tops, importer)
        found = roster.plan(sheet, state, now.date(), end_missing=True, importer=importer)
        return found, state.tops, seen


def _put(batch: int, first: int, rows: list[staging.Row]) -> Callable[[Turn], None]:
    return lambda turn: staging.put(turn.db, batch, first, rows)


def _show(turn: Turn, wanted: Wanted, batches: tuple[int, int], said: Reply) -> None:
    for batch, state in zip(batches, tree.OPEN, strict=True):
        if batch:
            staging.show(turn.db, batch, state)
    turn.letters.read_back(said, wanted.channel, wanted.chat, masking.door(turn.db, said.text))
