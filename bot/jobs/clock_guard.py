"""Is the time right? The machine's is held against seconds that nobody sets, what was stored, and the platforms'."""

import logging
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.clock import MOST_OFF, Clock
from bot.pipeline.turn import Turn
from storage.base import key_values, waiting
from storage.people import standing
from storage.reminders import holds

log = logging.getLogger(__name__)
# A step back makes what is due wait: this much nobody notices.
_SMALL = timedelta(seconds=2)
SECONDS_OF_AGREEMENT = 3600.0
_STORED_EVERY = timedelta(minutes=1)
# The last instant that was relied upon.
LAST = "clock"
# From where the steps are added up, with the boot whose seconds they are held against: an instant once a day.
_FROM = "clock steps from"
_ADDED_UP_FOR = 86400.0
_SAID = (
    "机器的时间有疑问：%s。什么也不删、不封存、不提醒，直到一小时里没有矛盾；看过没有错的，"
    "运行 python -m bot clock accept"
)


class ClockGuard:
    """Looks at every tick. While the clock is in doubt nothing is deleted, closed or reminded of."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        # When a process last relied on the clock, and the first look of this one.
        self._last: datetime | None = None
        self._stored: datetime | None = None
        self._settled: datetime | None = None
        self._began = 0.0
        # From where steps are added up: many small ones are a large one. Of an earlier process of the same boot, too.
        self._from: tuple[datetime, float] | None = None
        self._kept: tuple[datetime, float] | None = None
        self._agreed_since = 0.0
        # What had been accepted when the doubt began, and whether a platform's word is enough to end it.
        self._accepted = ""
        self._unproven = False
        # How loud it was told.
        self._told = 0
        # The operator knows better than the platforms.
        self._deaf = False

    def look(self, turn: Turn) -> bool:
        """Whether the time is to be relied upon; the reason for a doubt stands in the clock."""
        wall, steady = self._clock.real(), self._clock.steady()
        step = self._step(turn.db, wall, steady)
        if self._clock.seen is None:
            waiting.clamp(turn.db, turn.now, wall)
            # Of a process that ended in doubt.
            key_values.remove(turn.db, holds.DOUBT)
        if step < -_SMALL:
            waiting.move_nearer(turn.db, -step, turn.now, wall)
        accepted = bool(self._clock.doubt) and self._last_accepted(turn.db) != self._accepted
        self._deaf = self._deaf or accepted
        why = self._contradiction(step, wall, steady)
        if why:
            self._doubt(turn, why, steady)
        elif self._clock.doubt and (accepted or self._is_settled(steady)):
            self._end(turn, wall)
        if why or self._from is None or steady - self._from[1] > _ADDED_UP_FOR:
            self._from = wall, steady
        self._clock.seen = wall, steady
        if not self._clock.doubt:
            self._settle(turn)
            self._store(turn.db, wall)
        return not self._clock.doubt

    def away(self) -> tuple[datetime, datetime] | None:
        """From when to when nobody listened before this process did; None when that is not known."""
        began = self._clock.real() - timedelta(seconds=self._clock.steady() - self._began)
        return (self._last, began) if self._last and self._last < began else None

    def _step(self, db: Connection, wall: datetime, steady: float) -> timedelta:
        """By how much the clock went another way than the seconds that nobody sets; at first since it was stored."""
        if self._clock.seen is not None:
            return self._clock.step()
        last, self._began = key_values.get(db, LAST), steady
        self._last = datetime.fromisoformat(last.value) if last else None
        boot, *since = found.value.split() if (found := key_values.get(db, _FROM)) else [""]
        if since and boot == self._clock.boot:
            self._from = datetime.fromisoformat(since[0]), float(since[1])
        return wall - self._last if self._last else timedelta()

    def _contradiction(self, step: timedelta, wall: datetime, steady: float) -> str:
        there = None if self._deaf else self._clock.elsewhere()
        machine = f"机器说是 {wall:%Y-%m-%d %H:%M}（UTC）"
        if there and abs(wall - there) > MOST_OFF:
            return f"{machine}，平台说是 {there:%Y-%m-%d %H:%M}"
        before = "机器人上次运行到"
        if self._from is not None:
            # What nobody sets has gone on since then, over a rest as well.
            before, (began, at) = "应该是", self._from
            added_up = wall - began - timedelta(seconds=steady - at)
            step = added_up if self._clock.seen is None else max(step, added_up, key=abs)
        if abs(step) <= MOST_OFF or (self._clock.seen is None and there):
            return ""
        return f"{machine}，{before} {wall - step:%Y-%m-%d %H:%M}"

    def _doubt(self, turn: Turn, why: str, steady: float) -> None:
        if not self._clock.doubt:
            self._unproven = self._clock.seen is None
            self._accepted = self._last_accepted(turn.db)
        self._clock.doubt, self._agreed_since = why, steady
        # After every longer rest there is a doubt, until a platform has been heard a moment later.
        level = logging.INFO if self._clock.seen is None else logging.CRITICAL
        if level > self._told:
            self._told = level
            log.log(level, _SAID, why)
            holds.doubt(turn.db, why, turn.now)

    def _is_settled(self, steady: float) -> bool:
        proven = self._unproven and self._clock.elsewhere() is not None
        return proven or steady - self._agreed_since >= SECONDS_OF_AGREEMENT

    def _end(self, turn: Turn, wall: datetime) -> None:
        log.log(self._told, "机器的时间可信了：现在是 %s（UTC）", f"{wall:%Y-%m-%d %H:%M}")
        self._clock.doubt, self._told = "", 0
        key_values.remove(turn.db, holds.DOUBT)

    def _last_accepted(self, db: Connection) -> str:
        said = key_values.get(db, holds.ACCEPTED)
        return said.value if said else ""

    def _settle(self, turn: Turn) -> None:
        if self._settled is None or abs(turn.now - self._settled) >= _STORED_EVERY:
            self._settled = turn.now
            standing.settle(turn.db, turn.now)

    def _store(self, db: Connection, wall: datetime) -> None:
        if self._stored is None or abs(wall - self._stored) >= _STORED_EVERY:
            self._stored = wall
            key_values.put(db, LAST, wall.isoformat(), wall)
            if self._clock.boot and self._from and self._from != self._kept:
                self._kept = self._from
                key_values.put(db, _FROM, f"{self._clock.boot} {self._from[0].isoformat()} {self._from[1]}", wall)
