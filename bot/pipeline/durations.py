"""How long things take, as numbers of how many took up to how long: what Prometheus calls a histogram."""

from bisect import bisect_left
from itertools import accumulate

# Seconds; what takes longer than the last is counted as well.
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)


class Durations:
    """Counted by one thread, read by any: a reader may miss the newest."""

    def __init__(self) -> None:
        self._counts = [0] * (len(BOUNDS) + 1)
        self.total = 0.0

    def note(self, seconds: float) -> None:
        """One more took so long."""
        self._counts[bisect_left(BOUNDS, seconds)] += 1
        self.total += seconds

    def buckets(self) -> list[tuple[str, float]]:
        """(up to how many seconds, how many)."""
        return list(zip((*map(str, BOUNDS), "+Inf"), map(float, accumulate(self._counts)), strict=True))
