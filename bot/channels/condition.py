"""How something goes that is tried again and again: for how long it has been failing, and why."""

from time import monotonic
from typing import Any

# No try waits longer than an hour for the next: what failed last before that has been given up, and says nothing.
OF_NOTE = 4000.0


class Condition:
    """Of one way in or out of a channel, for /health and /metrics."""

    def __init__(self) -> None:
        self.failures = 0
        self.trouble = ""
        self._since = self._last = 0.0

    def failed(self, trouble: str) -> None:
        """One more failure in a row; `trouble` says in words what it was."""
        self._last = monotonic()
        if not self.failures:
            self._since = self._last
        self.failures += 1
        self.trouble = trouble

    def worked(self) -> int:
        """It works; returns how many failures in a row are over."""
        over, self.failures, self.trouble = self.failures, 0, ""
        return over

    def facts(self) -> dict[str, Any]:
        """Failures in a row, the seconds since the first of them (0: all is well), what the last one was."""
        now = monotonic()
        if self.failures and now - self._last > OF_NOTE:
            self.worked()
        failing = round(now - self._since, 1) if self.failures else 0.0
        return {"failures": self.failures, "failing": failing, "trouble": self.trouble}
