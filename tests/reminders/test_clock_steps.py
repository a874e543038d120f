"""Whatever the clock does while reminders run: nothing twice, one letter a day, what was not said is in the ledger."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from scheduling.calendar import date_of
from scheduling.occurrences import lay_out
from storage.reminders import deliveries
from storage.tables import delivery
from tests.support.reminding import OCCASIONS, ZONE, School, at, school

pytestmark = pytest.mark.both

__all__ = ["school"]

FIRST, LAST = at("05-28 09:00"), at("06-05 20:00")
Said = tuple[int, str, int]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# When the clock goes another way and by how much; of a rest (an hour, three days) the clock itself is right.
STEPS = {
    "06-01 08:11": -HOUR, "06-01 07:40": -DAY, "06-01 06:59": 8 * HOUR, "05-29 08:10": HOUR, "05-31 23:30": 3 * DAY,
}  # fmt: skip


def told(school: School) -> list[Said]:
    return [(row.person_id, row.occurrence, row.lead) for each in school.said for row in each.rows]


def run(school: School, when: datetime = LAST, step: timedelta = timedelta()) -> tuple[list[Said], set[Said]]:
    """(all that is said while the clock goes from `when` to so much later, or earlier; all that is settled); undone."""
    point = school.db.begin_nested()
    school.said, school.times = [], []
    school.run_on(FIRST, when, DAY / 2)
    school.run_on(when + step, LAST, DAY / 2)
    said = told(school)
    assert deliveries.queue(school.db, LAST)[1] == 0
    rows = school.db.execute(select(delivery.c.person_id, delivery.c.occurrence, delivery.c.lead, delivery.c.state))
    settled = {(row.person_id, row.occurrence, row.lead) for row in rows if row.state != deliveries.NEW}
    assert max(Counter(said).values()) == 1
    letters = [each for each in zip(school.said, school.times, strict=True) if each[0].rows[0].kind == "key_date"]
    days = Counter((each.rows[0].person_id, then.astimezone(ZONE).date()) for each, then in letters)
    assert max(days.values()) == 1
    assert not [then for then in school.times if not 7 <= then.astimezone(ZONE).hour < 22]
    point.rollback()
    return said, settled


def test_a_clock_that_is_set_and_a_rest(school: School) -> None:
    right, _ = run(school)
    assert len(right) == 12
    for when, step in STEPS.items():
        said, settled = run(school, at(when), step)
        # What was not said as it would have been is accounted for: too late, or part of a newer one.
        assert set(right) - set(said) <= settled, step
        if step <= HOUR:
            assert {each[:2] for each in right} == {each[:2] for each in said}, step


def test_a_process_that_dies_before_its_commit(school: School) -> None:
    right, _ = run(school)
    school.said, school.times = [], []
    now = FIRST
    while now <= LAST:
        dying, said = school.db.begin_nested(), len(school.said)
        lay_out(school.db, now, school.calendar, OCCASIONS, chunk=1)
        school.tick(now)
        dying.rollback()
        del school.said[said:], school.times[said:]
        # The next begins where the last commit was, in the middle of laying out.
        lay_out(school.db, now, school.calendar, OCCASIONS, chunk=1)
        school.tick(now)
        coming = deliveries.next_due(school.db, now)
        now = min(now + DAY / 2, coming.due_at if coming else LAST + DAY)
    assert sorted(told(school)) == sorted(right)


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Europe/Berlin", "2026-03-29"), ("Europe/Berlin", "2026-10-25"), ("America/New_York", "2026-03-08")],
)
def test_a_day_of_23_or_25_hours(school: School, zone: str, day: str) -> None:
    calendar = replace(school.calendar, zone=ZoneInfo(zone))
    on, morning = date.fromisoformat(day), school.calendar.times.morning
    noon = calendar.instant(on, morning)
    assert noon.astimezone(ZoneInfo(zone)).time() == morning and calendar.midnight(noon).date() == on
    night = calendar.instant(on, school.calendar.times.quiet_from)
    assert calendar.awake(night).astimezone(ZoneInfo(zone)).time() == calendar.times.quiet_until


def test_a_leap_day_and_the_turn_of_the_year(school: School) -> None:
    assert [date_of({"month": 2, "day": 29}, year) for year in (2027, 2028)] == [date(2027, 2, 28), date(2028, 2, 29)]
    school.tick(at("12-29 09:00"))
    school.said, school.times = [], []
    school.run_on(at("12-29 09:01"), at("01-08 09:00", 2027))
    assert max(Counter(told(school)).values()) == 1
    assert {row.day.year for each in school.said for row in each.rows} >= {2027}
