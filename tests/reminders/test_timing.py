"""In time, late, backfilled: where one ends and the next begins."""

from datetime import date, datetime

import pytest

from scheduling.periods import frozen_at, timing_of
from tests.support.county import SHANGHAI

WEDNESDAY, SUNDAY = date(2026, 4, 1), date(2026, 4, 5)


def at(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("day", "reported", "timing"),
    [
        (WEDNESDAY, "2026-04-01 15:00", "on_time"),
        (WEDNESDAY, "2026-04-02 23:59", "on_time"),
        (WEDNESDAY, "2026-04-03 00:00", "late"),
        (WEDNESDAY, "2026-04-06 07:59", "late"),
        (WEDNESDAY, "2026-04-06 08:00", "backfilled"),
        (SUNDAY, "2026-04-06 07:59", "on_time"),
        (SUNDAY, "2026-04-06 08:00", "backfilled"),
    ],
)
def test_without_a_window(day: date, reported: str, timing: str) -> None:
    assert timing_of(day, at(reported)) == timing


@pytest.mark.parametrize(
    ("reported", "timing"),
    [("2026-04-02 01:00", "on_time"), ("2026-04-02 01:01", "late"), ("2026-04-06 08:00", "backfilled")],
)
def test_a_window_ends_when_it_says(reported: str, timing: str) -> None:
    assert timing_of(WEDNESDAY, at(reported), until=at("2026-04-02 01:00")) == timing


def test_a_window_that_goes_on_after_the_freezing_is_in_time() -> None:
    assert timing_of(SUNDAY, at("2026-04-06 09:00"), until=at("2026-04-07 18:00")) == "on_time"
    assert frozen_at(SUNDAY, SHANGHAI) == at("2026-04-06 08:00")
