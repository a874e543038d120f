"""The tick: what is due is laid out and said; once an hour what is no longer needed goes."""

import asyncio
import logging
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic

from sqlalchemy import Connection

from bot.engine import Engine
from bot.jobs import nightly, weekly
from bot.pipeline.transaction import Turn
from bot.pipeline.writer import Full, Pipeline
from handlers.catalogue import loader, standing
from handlers.kit import Due, Reply
from handlers.reminders.reminders import headline
from scheduling import clock, tick
from scheduling.preview import Entry, preview
from storage.audit import audit_check
from storage.base import key_values
from storage.checkins import events
from storage.messages import albums, card_codes, cards, dialogues, outbox, sent_files
from storage.people import people
from storage.reminders.deliveries import DeliveryRow
from storage.roster import staging

log = logging.getLogger(__name__)
SECONDS = 5
DAYS_AHEAD = 60
BODIES_KEPT = timedelta(hours=24)
CARDS_KEPT = timedelta(days=60)
# A platform delivers for a day at most.
ALBUMS_KEPT = timedelta(days=3)
EVENTS_SETTLE = timedelta(days=7)


class Ticker:
    """Posts the tick to the writer."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        loaded = loader.load(engine.settings.data_dir / "catalogue", engine.settings.timezone)
        for problem in loaded.problems:
            log.warning("%s", problem)
        self._calendar = loaded.calendar
        self._rows_kept = False
        self._nightly = nightly.Nightly(engine, loaded.calendar)
        self._last = monotonic()
        self._cleaned = ""
        self._timer: clock.Clock | None = None

    def tick(self, turn: Turn) -> bool:
        """One tick, as a deed of the writer; True when there is more to say at once."""
        self._clean(turn)
        self._keep_rows(turn)
        staging.sweep(turn.db, turn.now)
        unfinished = self._nightly.step(turn)
        done = tick.run(turn.db, turn.now, self._calendar, lambda row: self._say(turn, row))
        for row, bug in done.failed:
            log.error("delivery %d failed", row.id, exc_info=bug)
        turn.letters.notify([replace(reply, to=row.person_id) for row, reply in done.said], gather=True)
        more = weekly.tell_groups(turn, self._calendar, self._engine.features.weekly)
        return done.more or more or unfinished

    def _keep_rows(self, turn: Turn) -> None:
        """The office's own rows of the catalogue count from the first tick on."""
        if not self._rows_kept:
            folder = self._engine.settings.data_dir / "catalogue"
            for problem in standing.keep_files(turn.db, folder, turn.now):
                log.warning("%s", problem)
            self._rows_kept = True

    def coming(self, db: Connection, now: datetime, person_id: int | None) -> Entry | None:
        """What goes next to this person (None: to anybody), as far as it is planned for the coming weeks."""
        planned = preview(db, now, DAYS_AHEAD, self._calendar, headline).entries
        wanted = (entry for entry in planned if person_id in (None, entry.person_id) and not entry.if_missing)
        return next(wanted, None)

    def _say(self, turn: Turn, row: DeliveryRow) -> Reply | None:
        person = people.by_id(turn.db, row.person_id, turn.now)
        due = Due(turn.db, turn.now, person, row.occurrence, row.lead, row.day, row.payload, row.late)
        return self._engine.features.due[row.kind](due)

    def _clean(self, turn: Turn) -> None:
        hour = turn.now.strftime("%Y%m%d%H")
        if hour != self._cleaned:
            self._cleaned = hour
            outbox.forget_bodies(turn.db, turn.now - BODIES_KEPT)
            dialogues.purge(turn.db, turn.now - BODIES_KEPT)
            cards.purge(turn.db, turn.now - CARDS_KEPT)
            card_codes.purge(turn.db, turn.now)
            albums.purge(turn.db, turn.now - ALBUMS_KEPT)
            sent_files.purge(turn.db, turn.now - CARDS_KEPT)
            events.sweep(turn.db, turn.rollups, turn.now.date() - EVENTS_SETTLE)

    def start(self, pipeline: Pipeline) -> None:
        """Tick every few seconds; messages go on in between where there is much to say."""
        loop = asyncio.get_running_loop()

        async def until_done() -> None:
            while await pipeline.do(self.tick):
                pass
            # Committed: only that counts as a tick.
            self._last = monotonic()

        async def note(found: str) -> None:
            await pipeline.do(lambda turn: key_values.put(turn.db, audit_check.CHECKED, found, turn.now))

        def post() -> None:
            try:
                asyncio.run_coroutine_threadsafe(until_done(), loop).result()
                found = self._nightly.check(self._engine.now())
                if found:
                    asyncio.run_coroutine_threadsafe(note(found), loop).result()
            except Full:
                log.warning("the writer is full: no tick this time")

        self._timer = clock.Clock(post, SECONDS)
        self._timer.start()

    def stop(self) -> None:
        """No further tick."""
        if self._timer is not None:
            self._timer.stop()

    def age(self) -> float:
        """Seconds since the last tick."""
        return round(monotonic() - self._last, 1)
