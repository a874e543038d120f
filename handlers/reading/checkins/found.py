"""The text of a check-in once units, dates and personal data are taken out, understood as a whole or in part."""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from handlers.reading.checkins.pieces import Piece, understand
from handlers.reading.text.dates import When
from handlers.reading.text.units import Hit


@dataclass
class Found:
    """What was said; `scan` is the `text` after units, dates and personal data were taken out, and what those were."""

    text: str
    scan: str
    hits: list[Hit]
    dates: list[When]
    entries: list[int]
    chain: bool
    media: int
    issues: list[str]  # of personal data
    received: date

    @cached_property
    def whole(self) -> Piece:
        """The message understood as one piece, to tell what kind of message it is: once, when `scan` is as it stays."""
        return understand(self.scan, self.dates, self.received)

    def part(self, span: tuple[int, int]) -> Piece:
        """scan[start:end] understood by itself."""
        start, end = span
        first, last = (bisect_left(self.dates, place, key=_place) for place in span)
        return understand(self.scan[start:end], self.dates[first:last], self.received)


def _place(when: When) -> int:
    return when.start
