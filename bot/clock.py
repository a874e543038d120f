"""The one place that asks the machine for the time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


class Clock:
    """The bot's time in its zone; `ahead` is how far the practice clock has been moved forward."""

    def __init__(self, zone: ZoneInfo, real: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """`real` gives the true time, by which leases and pacing run."""
        self.zone = zone
        self.real = real
        self.ahead = timedelta()

    def now(self) -> datetime:
        """The time the bot lives in."""
        return (self.real() + self.ahead).astimezone(self.zone)

    def move_to(self, then: datetime) -> None:
        """Move the practice clock; raises ValueError for a step back."""
        if then < self.now():
            raise ValueError("the practice clock never goes back")
        self.ahead = then - self.real()
