"""The one timer of a process: APScheduler calls one function at an interval and keeps nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any


class Clock:
    """
    Calls `tick` at once and then every `seconds`, in a thread of its own, never twice at the same time.

    Everything with a due time is a row in the database, so a late or a missed call loses nothing. An error of `tick` is
    logged by APScheduler (logger `apscheduler`) and the next call comes all the same. APScheduler goes by
    the machine's time; `keep`, called every second, makes it go on where that was put back. Where it was put forward
    one call stands for all between: the library's own interval would count them first, 20 million for a few years.
    """

    def __init__(self, tick: Callable[[], object], seconds: float) -> None:
        self._tick = tick
        self._seconds = seconds
        self._scheduler: Any = None
        self._ended = monotonic()
        self._running = False

    def start(self) -> None:
        """Begin to tick; imports APScheduler (60 ms) only now."""
        from apscheduler.executors.pool import ThreadPoolExecutor
        from apscheduler.schedulers.background import BackgroundScheduler
        from apscheduler.triggers.base import BaseTrigger

        every = timedelta(seconds=self._seconds)

        class Every(BaseTrigger):
            def get_next_fire_time(self, previous: datetime, now: datetime) -> datetime:
                return previous + every if previous + every > now else now + every

        # In memory: a stored job can vanish after a missed run, a crash or a renaming.
        one_thread = {"default": ThreadPoolExecutor(1)}  # type: ignore[no-untyped-call]
        self._scheduler = BackgroundScheduler(timezone=UTC, executors=one_thread)  # type: ignore[no-untyped-call]
        self._scheduler.add_job(
            self._call, Every(), id="tick", next_run_time=datetime.now(UTC),
            coalesce=True, max_instances=1, misfire_grace_time=None,
        )  # fmt: skip
        self._scheduler.start()

    def _call(self) -> None:
        self._running = True
        try:
            self._tick()
        finally:
            self._ended, self._running = monotonic(), False

    def keep(self) -> None:
        """Call at once where no call came for an interval and a half, by a clock that nobody sets."""
        if self._scheduler is not None and not self._running and monotonic() - self._ended > 1.5 * self._seconds:
            self._ended = monotonic()
            self._scheduler.modify_job("tick", next_run_time=datetime.now(UTC))

    def stop(self) -> None:
        """No tick begins after this; one that runs may still end."""
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
            self._scheduler = None
