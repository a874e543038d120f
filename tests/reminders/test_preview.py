"""What the preview shows is what is then sent, whatever the catalogue, the holidays and the excuses; and who hears what
of what is missing below them."""

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.catalogue.loader import parse, shipped
from scheduling.calendar import DAY, Calendar
from storage.checkins import exemptions
from storage.people import people
from storage.people.people import Role
from storage.reminders import deliveries, wishes
from tests.support.reminding import START, School, at, school

pytestmark = pytest.mark.both

__all__ = ["school"]

LEADS = st.lists(st.integers(-9, 30), max_size=4, unique=True)
DAYS = st.dates(date(2026, 1, 2), date(2026, 12, 20))
SPANS = st.lists(st.tuples(DAYS, st.integers(0, 40)), max_size=3)


def calendar_with(policy: dict[str, Any], off: list[tuple[date, int]]) -> Calendar:
    """The shipped one with other leads, a few dates only, and days off."""
    tables = json.loads(shipped().source)
    tables["policy"] = policy
    tables["key_date"] = tables["key_date"][::6]
    spans = [f"{day}/{min(day + length * DAY, date(2026, 12, 31))}" for day, length in off]
    return parse({**tables, "workdays": {"2026": {"vacation": spans}}})


def sent(school: School) -> list[tuple[Any, ...]]:
    """When each was said, to whom, what begins it and what else is in it."""
    return sorted(
        (when, each.rows[0].person_id, each.rows[0].occurrence, *(f"{row.occurrence} {row.lead}" for row in each.rows))
        for when, each in zip(school.times, school.said, strict=True)
    )


@settings(max_examples=2)
@given(
    st.fixed_dictionaries({kind: st.fixed_dictionaries({"counselor": LEADS, "brigade": LEADS}) for kind in "ABC"}),
    SPANS,
    SPANS,
)
def test_a_year_of_preview_is_what_is_sent(
    school: School, policy: dict[str, Any], off: list[tuple[date, int]], excused: list[tuple[date, int]]
) -> None:
    point = school.db.begin_nested()
    school.calendar, school.said, school.times = calendar_with(policy, off), [], []
    for day, length in excused:
        until = day + timedelta(days=length)
        exemptions.add(school.db, school.squad.id, exemptions.EXCUSED, day, until, school.ids["张老师"], START)
    # After the first laying out, as the bot has been running.
    now = at("01-05 09:00")
    school.tick(now)
    shown = school.preview(now, 365)
    school.said, school.times = [], []
    school.run_on(now + timedelta(minutes=1), now + timedelta(days=365), timedelta(hours=40))
    last = max((entry.send_at for entry in shown.entries), default=now)
    assert [each for each in sent(school) if each[0] <= last] == sorted(
        (entry.send_at, entry.person_id, entry.occurrence, f"{entry.occurrence} {entry.lead}", *entry.also)
        for entry in shown.entries
    )
    point.rollback()


def test_the_ladder(school: School) -> None:
    school.tick(at("05-31 09:00"))
    school.run_on(at("05-31 10:00"), at("06-02 12:00"))
    school.check_in(school.squad, date(2026, 6, 3))
    said = school.texts(at("06-04 08:10"), "李老师")
    assert "六一国际儿童节（6月1日 周一）的签到：提醒后已报 1，还差 1（1 个没人加入）：三(2)中队" in said[0]
    labels = [button.label for button in school.said[-1].words.buttons]
    assert labels[:2] == ["知道了", "邀请 三(2)中队"]
    school.run_on(at("06-05 09:00"), at("06-08 07:30"))
    assert "还差 1（1 个没人加入）：实验小学三(2)中队" in school.texts(at("06-08 08:10"), "赵主任")[0]


def test_the_ladder_says_whom_no_reminder_reaches(school: School) -> None:
    school.add("周老师", Role.COUNSELOR, school.other, START)
    school.tick(at("05-31 09:00"))
    school.run_on(at("05-31 10:00"), at("06-02 12:00"))
    people.mark_reachable(school.db, "practice", "周老师", False)
    wishes.mute(school.db, school.ids["张老师"], "children:2026-06-01", at("06-02 12:00"))
    said = school.texts(at("06-04 08:10"), "李老师")
    assert "还差 2（1 个收不到消息，1 个不要这件事的提醒）：三(1)中队、三(2)中队" in said[0]
    deliveries.not_reached(school.db, [school.ids["周老师"]], at("06-04 00:00"))
    states = deliveries.settled_for(
        school.db, school.ids.values(), [deliveries.UNREACHED], at("06-01 00:00"), at("06-05 00:00")
    )
    assert states == {deliveries.UNREACHED: {school.ids["周老师"]: 1}}


@pytest.mark.parametrize("how", ["report", "seen", "excused"])
def test_the_ladder_stops(school: School, how: str) -> None:
    school.tick(at("05-31 09:00"))
    school.run_on(at("05-31 10:00"), at("06-04 12:00"))
    occurrence = "children:2026-06-01"
    if how == "seen":
        wishes.see(school.db, school.ids["李老师"], occurrence, at("06-04 12:00"))
    for squad in (school.squad, school.other):
        if how == "report":
            school.check_in(squad, date(2026, 6, 3))
        elif how == "excused":
            day = date(2026, 6, 1)
            exemptions.add(school.db, squad.id, exemptions.EXCUSED, day, day, school.ids["李老师"], START)
    school.run_on(at("06-05 09:00"), at("06-09 08:10"))
    assert school.ledger(occurrence, "赵主任")[-5] == "cleared"


def test_own_hours_end_a_day() -> None:
    noon = datetime(2026, 6, 1, 12, tzinfo=START.tzinfo)
    own = wishes.Hours(noon.time(), noon.replace(hour=14).time())
    assert own.awake(noon.replace(hour=9)) == noon and own.awake(noon.replace(hour=15)) == noon + DAY
