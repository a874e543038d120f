"""The one place that asks the machine for the time."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

# More than clocks are set by in their daily work, less than what would make a reminder come on another day.
MOST_OFF = timedelta(minutes=10)
# Nobody sets it, and where the machine has it, it runs on while the machine sleeps.
_STEADY = getattr(time, "CLOCK_BOOTTIME", None)


def this_boot() -> str:
    """By what the seconds that nobody sets are told from those of an earlier boot; empty where no machine says."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def _steady() -> float:
    return time.monotonic() if _STEADY is None else time.clock_gettime(_STEADY)


class Clock:
    """The bot's time in its zone; `ahead` is how far the practice clock has been moved forward."""

    def __init__(
        self, zone: ZoneInfo, real: Callable[[], datetime] = lambda: datetime.now(UTC),
        steady: Callable[[], float] = _steady, boot: str = "",
    ) -> None:  # fmt: skip
        """`real` gives the true time, by which leases and pacing run; `steady` seconds that nobody sets, of `boot`."""
        self.zone = zone
        self.real = real
        self.steady = steady
        self.boot = boot
        self.ahead = timedelta()
        # Why the machine's time is not relied upon (jobs/clock_guard.py); empty: it is.
        self.doubt = ""
        # The machine's time and those seconds when the guard last looked.
        self.seen: tuple[datetime, float] | None = None
        self._heard: tuple[datetime, float] | None = None

    @classmethod
    def of_this_machine(cls, zone: ZoneInfo) -> "Clock":
        """By which a bot lives; its seconds are told from those of another boot."""
        return cls(zone, boot=this_boot())

    def now(self) -> datetime:
        """The time the bot lives in."""
        return (self.real() + self.ahead).astimezone(self.zone)

    def step(self) -> timedelta:
        """By how much the machine's time went another way than the seconds that nobody sets, since the guard looked."""
        if self.seen is None:
            return timedelta()
        wall, steady = self.seen
        return self.real() - wall - timedelta(seconds=self.steady() - steady)

    @property
    def relied_upon(self) -> bool:
        """Whether nothing speaks against the machine's time; a step counts before the guard has seen it."""
        return not self.doubt and abs(self.step()) <= MOST_OFF

    def move_to(self, then: datetime) -> None:
        """Move the practice clock; raises ValueError for a step back."""
        if then < self.now():
            raise ValueError("the practice clock never goes back")
        self.ahead = then - self.real()

    def hears(self, header: str) -> None:
        """A platform's Date header: what time it is there now."""
        try:
            self._heard = parsedate_to_datetime(header).astimezone(UTC), self.steady()
        except ValueError:
            return

    def elsewhere(self) -> datetime | None:
        """What time it is at the platforms, as far as one has said so since the start; to the second."""
        if self._heard is None:
            return None
        said, at = self._heard
        return said + timedelta(seconds=self.steady() - at)

    def best(self) -> datetime:
        """The time that a platform's own stamps are held against."""
        return self.elsewhere() or self.real()
