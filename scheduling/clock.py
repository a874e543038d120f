"""The one timer of a process: calls one function at an interval and keeps nothing."""

import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)


class Clock:
    """
    Calls `tick` at once and then every `seconds`, in a thread of its own, never twice at the same time.

    Everything with a due time is a row in the database, so a late or a missed call loses nothing. It waits by a clock
    that nobody sets: one that is put back stops nothing. An error of `tick` is logged, no more.
    """

    def __init__(self, tick: Callable[[], object], seconds: float) -> None:
        self._tick = tick
        self._seconds = seconds
        self._stopped = threading.Event()

    def start(self) -> None:
        """Begin to tick."""
        threading.Thread(target=self._run, name="tick", daemon=True).start()

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._tick()
            except Exception:
                log.exception("the tick")
            self._stopped.wait(self._seconds)

    def stop(self) -> None:
        """No tick begins after this; one that runs may still end."""
        self._stopped.set()
