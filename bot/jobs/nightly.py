"""Once a night: what is past its time goes, in small steps; photos without a row go."""

import logging
from collections import Counter

from sqlalchemy import Connection

from bot.engine import Engine
from bot.files import photos
from bot.jobs.audit_walk import HOUR
from bot.pipeline.turn import Turn, contained
from handlers.medals import lapse
from storage.audit import audit, audit_years
from storage.base import key_values
from storage.database import forget_pages, learn_sizes
from storage.retention import nightly

log = logging.getLogger(__name__)
# Rows a step: messages that come meanwhile wait no longer than for a few of their own kind.
MOST = 200
DONE = "nightly"


class Nightly:
    """The steps of one night; after a crash the night begins again, and finds less to do."""

    def __init__(self, engine: Engine) -> None:
        """Nothing is done before `step` is called."""
        self._engine = engine
        self._done = ""
        self._gone: Counter[str] = Counter()
        self._kind = 0
        self._folder = 0

    def step(self, turn: Turn) -> bool:
        """One step, as a part of the tick; True when there are more."""
        night = turn.now.date().isoformat()
        if turn.now.hour < HOUR or self._done == night:
            return False
        before = key_values.get(turn.db, DONE)
        if before and before.value >= night:
            self._done = night
            return False
        more = None
        with contained(turn, "夜里的清理出错停下了，明天夜里再试"):
            more = self._purge(turn) or self._lapse(turn) or self._sweep(turn.db)
            if not more:
                self._end(turn, night)
        if not more:
            self._kind = 0
        if more is None:
            self._done = night
        return bool(more)

    def _purge(self, turn: Turn) -> bool:
        # Goes on where it was: what comes later leaves nothing to do for what came before.
        kinds = list(nightly.NIGHTLY.items())
        while self._kind < len(kinds):
            name, purge = kinds[self._kind]
            count = purge(turn.db, turn.now, MOST)
            if count:
                self._gone[name] += count
                return True
            self._kind += 1
        return False

    def _lapse(self, turn: Turn) -> bool:
        told = lapse.withdraw(turn.db, turn.vault, turn.now, MOST)
        turn.letters.notify(told)
        return bool(told)

    def _sweep(self, db: Connection) -> bool:
        """Delete the photos of a few folders that no row knows; True while there are folders left."""
        gone, self._folder = photos.sweep(db, self._engine.settings.files, self._folder, self._engine.clock.real())
        self._gone["photos"] += gone
        return self._folder > 0

    def _end(self, turn: Turn, night: str) -> None:
        year = audit_years.close(turn.db, turn.now)
        key_values.put(turn.db, DONE, night, turn.now)
        forget_pages(turn.db)
        learn_sizes(turn.db)
        gone = {name: count for name, count in self._gone.items() if count}
        if gone:
            audit.note(turn.db, audit.Action.PURGED, turn.now, rows=gone)
            log.info("到期删除的：%s；审计日志封存到：%s", gone, year)
        self._gone.clear()
