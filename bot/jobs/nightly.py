"""Once a night: what is past its time goes, in small steps; the audit log is checked; photos without a row go."""

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from bot.engine import Engine
from bot.pipeline.transaction import Turn
from handlers.kit import Reply
from scheduling import guardian_requests
from scheduling.calendar import Calendar
from storage.audit import audit_check, audit_years
from storage.audit.audit import Deed, note
from storage.base import key_values
from storage.medals import nominations
from storage.medals.nominations import State
from storage.messages import files
from storage.retention import nightly, terms

log = logging.getLogger(__name__)
HOUR = 3
# Rows a step: messages that come meanwhile wait no longer than for a few of their own kind.
MOST = 200
DONE = "nightly"
FOLDERS_A_STEP = 16
# A photo is written before its row says so: younger ones are left alone.
NEW = timedelta(days=1)
LAPSED = "提名 {} 半年没有人审核,已自动撤回。还要争这枚奖章,请重新提名。"


class Nightly:
    """The steps of one night; after a crash the night begins again, and finds less to do."""

    def __init__(self, engine: Engine, calendar: Calendar) -> None:
        """Nothing is done before `step` is called."""
        self._engine = engine
        self._calendar = calendar
        self._done = self._checked = ""
        self._gone: Counter[str] = Counter()
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
        savepoint, said, noted = turn.db.begin_nested(), turn.letters.mark(), len(turn.deeds.rows)
        try:
            more = self._purge(turn) or self._lapse(turn) or self._sweep(turn.db)
            if not more:
                self._end(turn, night)
        except Exception:
            # Raises when the whole transaction is gone. A mistake in here must not keep reminders from going out.
            savepoint.rollback()
            turn.letters.back_to(said)
            turn.deeds.back_to(noted)
            log.exception("the night's work stopped; it is tried again tomorrow")
            self._done = night
            return False
        savepoint.commit()
        return more

    def _purge(self, turn: Turn) -> bool:
        for name, purge in nightly.NIGHTLY.items():
            count = purge(turn.db, turn.now, MOST)
            if count:
                self._gone[name] += count
                return True
        return False

    def _lapse(self, turn: Turn) -> bool:
        """What nobody decided on in half a year is withdrawn, and whoever looks after it told."""
        before = turn.now - terms.FAILED_NOMINATIONS_KEPT
        found = nominations.undecided(turn.db, before, MOST)
        for case in found:
            nominations.move(turn.db, turn.vault, case, State.WITHDRAWN, case.nominator_id, turn.now)
        turn.letters.notify([Reply(LAPSED.format(case.number), to=case.holder) for case in found])
        return bool(found)

    def _sweep(self, db: Connection) -> bool:
        """Delete the photos of a few folders that no row knows; True while there are folders left."""
        if self._folder >= 256 or not self._engine.settings.files.is_dir():
            self._folder = 0
            return False
        newest = self._engine.clock.real() - NEW
        for number in range(self._folder, self._folder + FOLDERS_A_STEP):
            folder = self._engine.settings.files / f"{number:02x}"
            names = [each.name for each in folder.iterdir()] if folder.is_dir() else []
            self._gone["photos"] += _delete_unknown(db, folder, names, newest)
        self._folder += FOLDERS_A_STEP
        return True

    def _end(self, turn: Turn, night: str) -> None:
        year = audit_years.close(turn.db, turn.now)
        guardian_requests.lay_out(turn.db, turn.now, self._calendar)
        key_values.put(turn.db, DONE, night, turn.now)
        gone = {name: count for name, count in self._gone.items() if count}
        if gone:
            note(turn.db, Deed.PURGED, turn.now, rows=gone)
            log.info("past its time and gone: %s; the audit log was closed up to: %s", gone, year)
        self._gone.clear()

    def check(self, now: datetime) -> str | None:
        """What last night's walk through the audit log came to, once it has been done; read-only, takes its time."""
        night = now.date().isoformat()
        if now.hour < HOUR or self._checked == night:
            return None
        with self._engine.database.read.connect() as db:
            self._checked = night
            last = key_values.get(db, audit_check.CHECKED)
            if last and last.at.astimezone(now.tzinfo).date() >= now.date():
                return None
            walk = audit_check.check(db)
        if walk.broken:
            log.critical("the audit log is not as it was written: %s", walk.broken)
        for chain, (seq, mark) in walk.heads.items():
            # Noted where the log goes, so that a chain cut short can be told: audit verify --seen.
            log.info("audit log: %s:%d:%s", chain, seq, mark)
        return str(walk.broken or audit_check.OK)


def _delete_unknown(db: Connection, folder: Path, names: Sequence[str], newest: datetime) -> int:
    unknown = set(names) - files.known(db, names)
    gone = [folder / name for name in unknown if (folder / name).stat().st_mtime < newest.timestamp()]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)
