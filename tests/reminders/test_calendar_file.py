"""The .ics file: two other libraries read it; what it names stays the same from one export to the next."""

from datetime import date, datetime, timedelta

import ics
import pytest
import vobject

from handlers.reminders.calendars import calendar_file, outlook
from storage.people import people
from storage.people.people import Role
from tests.support.reminding import START, School, at, school

pytestmark = pytest.mark.both

__all__ = ["school"]


def exported(school: School, now: datetime, name: str = "张老师") -> str:
    values = {"person": school.ids[name], "first": now.date().isoformat(), "at": now.isoformat()}
    return calendar_file.made(school.db, values).decode("utf-8")


def test_two_libraries_read_it(school: School) -> None:
    text = exported(school, at("05-01 09:00"))
    events = {each.uid: each for each in ics.Calendar(text).events}
    children = events["children-2026@counselor-bot"]
    assert (children.name, children.begin.date(), children.all_day) == ("六一国际儿童节", date(2026, 6, 1), True)
    [alarm] = children.alarms
    assert alarm.trigger == timedelta(hours=-15, minutes=-50)
    read = vobject.readOne(text)
    assert read.prodid.value and len(read.vevent_list) == len(events) > 30
    summaries = {event.uid.value: event.summary.value for event in read.vevent_list}
    assert summaries["founding-2026@counselor-bot"] == "少先队建队日"
    assert all(len(line.encode()) <= 75 for line in text.splitlines())


def test_the_same_thing_keeps_its_uid_and_its_sequence_grows(school: School) -> None:
    first, later = (vobject.readOne(exported(school, at(day))) for day in ("05-01 09:00", "05-01 09:01"))
    before, after = ({each.uid.value: int(each.sequence.value) for each in page.vevent_list} for page in (first, later))
    assert all(after[uid] > before[uid] for uid in before.keys() & after.keys()) and before.keys() & after.keys()


def test_what_is_due_is_in_it_and_of_nobody_else(school: School) -> None:
    person = people.by_id(school.db, school.ids["赵主任"], START)
    names = [each.name for each in outlook.of(school.db, person, date(2026, 1, 1), date(2026, 12, 31))]
    assert any(name.endswith("截止") for name in names) and Role.COUNTY_ADMIN in person.roles
    assert "张老师" not in exported(school, START, "赵主任")
