"""The clock of the practice page, which is moved by hand, and what comes next by it."""

import asyncio
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine

from bot.clock import Clock
from bot.jobs import due_letters
from bot.jobs.ticker import Ticker
from bot.pipeline.turn import Turn
from bot.pipeline.writer import Pipeline
from bot.practice.channel import NAME, BadRequest
from scheduling.preview import Entry
from storage.base import key_values
from storage.people import people
from storage.reminders import deliveries

FURTHEST = timedelta(days=400)
DAYS_AHEAD = 60
AHEAD = "practice-ahead"
# Nothing is laid out further ahead than this, so no tick may be skipped for longer.
LONGEST_STEP = timedelta(hours=12)


class Timetable:
    """The practice time."""

    def __init__(self, pipeline: Pipeline, read: Engine, clock: Clock, ticker: Ticker) -> None:
        """Moves this clock, and ticks on the way."""
        self._pipeline = pipeline
        self._read = read
        self.clock = clock
        self._ticker = ticker
        self.moving = asyncio.Lock()

    def coming(self, person: str) -> dict[str, str] | None:
        """When the next reminder goes to this person (empty: to anybody), and what it is about."""
        now = self.clock.now()
        with self._read.connect() as db:
            who = people.by_addresses(db, NAME, [person], now).get(person) if person else None
            if person and who is None:
                return None
            first = self._first(db, who.id if who else None)
        if first is None:
            return None
        return {"at": first.send_at.astimezone(self.clock.zone).isoformat(), "what": first.first_line}

    def _first(self, db: Connection, person_id: int | None) -> Entry | None:
        """The next that goes out for sure; looked for in the nearest days first, since all is put into words."""
        for days in (2, 8, DAYS_AHEAD):
            entries = due_letters.preview(self._ticker.engine, db, days, self._ticker.calendar, person_id).entries
            if first := next((one for one in entries if not one.if_missing), None):
                return first
        return None

    async def move_to(self, then: datetime) -> None:
        """Go forward through every tick in between; raises BadRequest for a step back or a leap."""
        then = then if then.tzinfo else then.replace(tzinfo=self.clock.zone)
        if then < self.clock.now() - timedelta(minutes=1):
            raise BadRequest("演练时钟只能往前拨。要从头来，请按「重新开始」。")
        if then > self.clock.now() + FURTHEST:
            raise BadRequest("一次最多往前拨 400 天。")
        async with self.moving:
            # What is due already is said before the leap: after it, it may be too late.
            await self._tick_until_done()
            while self.clock.now() < then:
                step = await asyncio.to_thread(self._next_step, then)
                self.clock.move_to(max(step, self.clock.now()))
                await self._tick_until_done()

    async def _tick_until_done(self) -> None:
        while await self._pipeline.do(partial(self._tick_and_note, await asyncio.to_thread(self._ticker.ahead))):
            pass

    def _next_step(self, then: datetime) -> datetime:
        with self._read.connect() as db:
            row = deliveries.next_due(db, self.clock.now())
        steps = [then, self.clock.now() + LONGEST_STEP, *([row.due_at] if row else [])]
        return min(steps)

    def _tick_and_note(self, known: dict[Any, Any], turn: Turn) -> bool:
        key_values.put(turn.db, AHEAD, str(self.clock.ahead.total_seconds()), turn.now)
        return self._ticker.tick(turn, known)


def restore_clock(db: Connection, clock: Clock) -> None:
    """Go on with the practice clock where it was moved to."""
    ahead = key_values.get(db, AHEAD)
    if ahead is not None:
        clock.ahead = timedelta(seconds=float(ahead.value))
