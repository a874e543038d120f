"""The tick: a bug costs one delivery, a changed calendar is laid out anew, the preview is what is sent."""

import asyncio
import time
from datetime import date, timedelta
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import event, text

from handlers.catalogue.loader import calendar_of, load, shipped
from handlers.kit import Denied
from scheduling.clock import Clock
from scheduling.occurrences import lay_out
from scheduling.tick import Voice, run
from storage.organisation import school_days, units
from storage.people import people
from storage.reminders import deliveries, holds
from storage.reminders.deliveries import DeliveryRow
from tests.support.reminding import OCCASIONS, START, School, at, school
from tests.support.stage import running
from tests.support.waiting import PATIENCE

pytestmark = pytest.mark.both

__all__ = ["school"]


def test_a_bug_costs_its_own_delivery_only(school: School) -> None:
    school.tick(at("05-31 09:00"))

    def say(row: DeliveryRow, brief: bool) -> str:
        if row.person_id == school.ids["张老师"]:
            school.db.execute(text("update person set name = 'x'"))
            raise KeyError("bug")
        return "said"

    voice = Voice(say, lambda parts: "+".join(words for _, words in parts))
    done = run(school.db, at("06-01 07:40"), shipped(), OCCASIONS, voice)
    assert [row.person_id for row, _ in done.failed] == [school.ids["张老师"]]
    assert school.ledger("children:2026-06-01")[0] == "failed"
    assert people.by_id(school.db, school.ids["张老师"], START).name == "张老师"


def test_a_changed_calendar_is_laid_out_anew(school: School, tmp_path: Path) -> None:
    lay_out(school.db, at("05-31 09:00"), shipped(), OCCASIONS)
    (tmp_path / "key_dates.toml").write_text('[times]\non_day = "07:20"\n[[key_date]]\nid = "eye"\noff = true')
    calendar = load(tmp_path).calendar
    lay_out(school.db, at("05-31 09:01"), calendar, OCCASIONS)
    row = deliveries.next_due(school.db, at("05-31 09:01"))
    assert row and row.due_at == at("06-01 07:20")
    assert calendar_of(school.db).by_id("eye") is None


def test_the_preview_is_what_is_sent(school: School) -> None:
    now = at("05-28 09:00")
    school.tick(now)
    before = school.db.execute(text("select count(*) from delivery")).scalar()
    shown = school.preview(now, 21)
    assert school.db.execute(text("select count(*) from delivery")).scalar() == before
    school.said.clear()
    school.run_on(now + timedelta(minutes=1), at("06-18 23:00"))
    said = {(each.rows[0].person_id, each.rows[0].occurrence, each.rows[0].lead): each for each in school.said}
    assert len(said) == len(school.said) == len(shown.entries)
    for one in shown.entries:
        each = said[one.person_id, one.occurrence, one.lead]
        assert one.also == tuple(f"{row.occurrence} {row.lead}" for row in each.rows[1:])
        if one.kind == "key_date":
            assert one.first_line == each.words.text.split("\n")[0]
    assert {one.unit for one in shown.entries if one.person == "张老师"} == {"实验小学三(1)中队"}
    assert shown.warnings == ()
    assert len(school.preview(at("12-20 09:00", 2030), 60).warnings) == 2


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


def test_in_a_school_by_itself_the_brigade_counselor_lets_them_go(school: School) -> None:
    """As 「第一天」 sets it up: nobody stands above."""
    for name in ("赵主任", "王校长"):
        [held] = people.by_id(school.db, school.ids[name], START).grants
        people.end(school.db, school.ids[name], held.role, held.unit, at("05-31 09:00"), at("05-31 09:00"))
    holds.hold(school.db, "升级", at("05-31 10:00"))
    assert "提醒照常发" in school.ask("放行", at("06-01 08:00"), "李老师")


def test_a_clock_that_is_put_back_lays_out_again(school: School) -> None:
    school.tick(at("08-20 09:00"))
    school.tick(at("05-31 09:00"))
    assert school.ledger("children:2026-06-01")[0] == "new"


def test_held_until_somebody_has_looked(school: School) -> None:
    school.tick(at("05-31 09:00"))
    holds.hold(school.db, "升级", at("05-31 10:00"))
    assert school.tick(at("06-01 07:40")) == [] and deliveries.queue(school.db, at("06-01 07:50"))[1] == 600
    assert "升级后，提醒先停着没发" in school.ask("", at("06-01 07:45"))
    # What was held goes out at once when it is let go: it is shown as well.
    assert at("06-01 07:50") in {one.send_at for one in school.preview(at("06-01 07:50"), 0).entries}
    assert not holds.told(school.db, START) and holds.told(school.db, START)
    assert "提醒照常发" in school.ask("放行", at("06-01 08:00"), "赵主任")
    assert "没有停着" in school.ask("放行", at("06-01 08:00"), "赵主任")
    assert "停着" not in school.ask("", at("06-01 08:00"))
    with pytest.raises(Denied):
        school.ask("放行", at("06-01 08:00"))
    assert "今天（6月1日 周一）是六一" in school.texts(at("06-01 08:01"))[0]


def test_school_days_are_of_their_own_part_of_the_tree(school: School) -> None:
    now = at("05-20 09:00")
    school.tick(now)
    primary = units.by_id(school.db, school.squad.school_id or 0)
    school_days.add(school.db, primary.id, school.ids["张老师"], school_days.VACATION, date(2026, 5, 25), None, now)
    lay_out(school.db, now, shipped(), OCCASIONS)
    rows = {row.person_id: row.due_at for row in deliveries.waiting(school.db) if row.lead == 7}
    # A week before 六一 is free there: on the Friday before; for who is at the county on the day itself.
    assert rows[school.ids["张老师"]] == at("05-22 08:10")
    lay_out(school.db, at("05-24 09:00"), shipped(), OCCASIONS)
    rows = {row.person_id: row.due_at for row in deliveries.waiting(school.db) if row.lead == 7}
    assert at("05-25 08:10") in rows.values()
    assert school_days.teaching_week(school.db, primary.path, date(2026, 5, 25)) is None
    school_days.add(school.db, primary.id, school.ids["张老师"], school_days.TERM, date(2026, 3, 1), None, now)
    # 1 March is a Sunday: the first week begins on the day after.
    assert [school_days.teaching_week(school.db, school.squad.path, date(2026, 3, day)) for day in (1, 2, 8, 9)] == [
        None, 1, 1, 2,
    ]  # fmt: skip
    assert school_days.week_of_teaching(school.db, school.squad.path, 13, now.date()) == "2026-W22"
    assert school_days.week_of_teaching(school.db, school.squad.path, 26, now.date()) is None


def test_a_tick_with_nothing_to_say_costs_three_statements(tmp_path: Path) -> None:
    async def counted() -> list[str]:
        async with running(tmp_path) as bot:
            ticker, pipeline = bot.app.ticker, bot.app.pipeline
            # The second looks whether the night's work is done.
            while await pipeline.do(ticker.tick):
                pass
            await pipeline.do(ticker.tick)
            run: list[str] = []
            event.listen(bot.app.engine.database.write, "before_cursor_execute", lambda *args: run.append(args[2]))
            await pipeline.do(ticker.tick)
            return run

    assert len([each for each in asyncio.run(counted()) if not each.startswith("BEGIN")]) <= 3
