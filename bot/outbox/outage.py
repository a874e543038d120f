"""A platform that is away: nothing goes for a while, then one letter finds out whether it is back; in memory only."""

import random
from time import monotonic

# Short enough that all is delivered minutes after it is back.
SHORTEST, LONGEST = 0.5, 30.0
# So often may a letter fail while others get through in between: then it is the letter, and its chat waits no longer.
MOST_ALONE = 10
_MOST_REMEMBERED = 1000


class Outage:
    """Of one channel, by monotonic time."""

    def __init__(self) -> None:
        # Failures one after the other; those of one wave count as one.
        self._failures = 0
        self._until = 0.0
        # How much got through, and of each letter that failed: how much had by then, how often it failed alone.
        self._worked = 0
        self._alone: dict[int, tuple[int, int]] = {}

    @property
    def on(self) -> bool:
        """Whether nothing has got through since the last failure: one letter at a time looks."""
        return self._failures > 0

    def left(self) -> float:
        """The seconds until the next one may look, 0 when it may now."""
        return max(0.0, self._until - monotonic())

    def worked(self, letter_id: int) -> None:
        """Something got through, or was refused by the platform itself."""
        self._failures, self._until = 0, 0.0
        self._worked += 1
        self._alone.pop(letter_id, None)

    def failed(self, letter_id: int) -> bool:
        """No answer, or one of something between; whether it is this letter's own fault."""
        if not self.left():
            self._failures += 1
            longest = min(LONGEST, SHORTEST * 2.0 ** min(self._failures, 10))
            self._until = monotonic() + random.uniform(longest / 2, longest)
        before, times = self._alone.pop(letter_id, (self._worked, 0))
        times += self._worked > before
        self._alone[letter_id] = self._worked, times
        if len(self._alone) > _MOST_REMEMBERED:
            del self._alone[next(iter(self._alone))]
        return times >= MOST_ALONE
