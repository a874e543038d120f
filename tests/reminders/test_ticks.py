"""The tick: a bug costs one delivery, a changed calendar is laid out anew, the preview is what is sent."""

import time
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import text

from handlers.catalogue.loader import load, shipped
from handlers.reminders import reminders
from scheduling.clock import Clock
from scheduling.occurrences import lay_out
from scheduling.preview import preview
from scheduling.tick import run
from storage.people import people
from storage.reminders import deliveries
from storage.reminders.deliveries import DeliveryRow
from tests.support.reminding import START, School, at, school
from tests.support.waiting import PATIENCE

pytestmark = pytest.mark.both

__all__ = ["school"]


def test_a_bug_costs_its_own_delivery_only(school: School) -> None:
    school.tick(at("05-31 09:00"))

    def say(row: DeliveryRow) -> str:
        if row.person_id == school.ids["张老师"]:
            school.db.execute(text("update person set name = 'x'"))
            raise KeyError("bug")
        return "said"

    done = run(school.db, at("06-01 07:40"), shipped(), say)
    assert [row.person_id for row, _ in done.failed] == [school.ids["张老师"]]
    assert [(row.person_id, words) for row, words in done.said] == [(school.ids["李老师"], "said")]
    assert school.ledger("children:2026-06-01")[0] == "failed"
    assert people.by_id(school.db, school.ids["张老师"], START).name == "张老师"


def test_a_changed_calendar_is_laid_out_anew(school: School, tmp_path: Path) -> None:
    lay_out(school.db, at("05-31 09:00"), shipped())
    (tmp_path / "key_dates.toml").write_text('[times]\non_day = "07:20"\n[[key_date]]\nid = "eye"\noff = true')
    calendar = load(tmp_path).calendar
    lay_out(school.db, at("05-31 09:01"), calendar)
    row = deliveries.next_due(school.db, at("05-31 09:01"))
    assert row and row.due_at == at("06-01 07:20")
    assert reminders.calendar_of(school.db).by_id("eye") is None


def test_the_preview_is_what_is_sent(school: School) -> None:
    now = at("05-28 09:00")
    school.tick(now)
    before = school.db.execute(text("select count(*) from delivery")).scalar()
    shown = preview(school.db, now, 21, shipped(), reminders.headline)
    assert school.db.execute(text("select count(*) from delivery")).scalar() == before
    school.said.clear()
    school.run_on(now + timedelta(minutes=1), at("06-18 23:00"))
    assert [(one.send_at, one.person_id, one.occurrence, one.lead) for one in shown.entries] == sorted(
        ((row.due_at, row.person_id, row.occurrence, row.lead) for row, _ in school.said),
        key=lambda one: (one[0], one[2], one[1]),
    )
    said = {(row.person_id, row.occurrence, row.lead): reply.text.split("\n")[0] for row, reply in school.said}
    for one in shown.entries:
        if one.kind == "key_date":
            assert said[one.person_id, one.occurrence, one.lead] == one.first_line
    assert {one.unit for one in shown.entries if one.person == "张老师"} == {"实验小学三(1)中队"}
    assert shown.warnings == ()
    assert len(preview(school.db, at("12-20 09:00", 2030), 60, shipped(), reminders.headline).warnings) == 2


def test_the_clock_ticks_once_at_a_time_and_stops() -> None:
    ticked, calls = Event(), []

    def tick() -> None:
        calls.append(time.monotonic())
        if len(calls) == 1:
            raise RuntimeError("a bug of one tick does not stop the clock")
        ticked.set()

    clock = Clock(tick, 0.05)
    clock.start()
    assert ticked.wait(PATIENCE)
    clock.stop()
    count = len(calls)
    time.sleep(0.15)
    assert len(calls) <= count + 1
    clock.stop()


def test_a_clock_that_is_put_back_lays_out_again(school: School) -> None:
    school.tick(at("08-20 09:00"))
    school.tick(at("05-31 09:00"))
    assert school.ledger("children:2026-06-01")[0] == "new"
