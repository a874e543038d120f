"""周报 frozen on Monday, as picture and workbook, and what it costs."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from PIL import Image
from sqlalchemy import event, select

from handlers.digests.monday import push
from handlers.digests.tables.picture import picture
from handlers.digests.tables.workbook import workbook
from handlers.digests.week import phrases as reports
from handlers.digests.week import wording
from handlers.kit import Due, Role
from storage import tables
from storage.checkins import checkins, coverage, recording
from storage.checkins.rollups import week_of
from storage.digests import digests, figures
from storage.digests.digest_changes import Changes
from storage.organisation.units import Unit
from storage.people import people
from tests.support.county import FRIDAY, MONDAY, WEEK, County, a_week

pytestmark = pytest.mark.both


class TestFrozen:
    def test_monday_freezes_and_what_comes_later_is_only_counted(self, county: County) -> None:
        a_week(county)
        pushed = county.push(county.li)
        assert pushed is not None and "4月6日 08:00 定稿" in pushed.text
        row = county.db.execute(select(tables.digest)).one()
        assert (row.unit_id, row.week, row.revision) == (county.first.id, WEEK, 1)
        later = MONDAY + timedelta(hours=1)
        county.report(county.squads[3], 44, 45, now=later)
        old = county.report(county.squads[0], 30, activity="队课", day=date(2026, 4, 1), now=later)
        recording.withdraw(county.db, county.rollups, old, county.zhang, later + timedelta(minutes=5))
        county.write()
        (asked,) = county.digest(county.li, "上周", later + timedelta(hours=1))
        # What came and went again changed nothing.
        assert asked.text == f"{pushed.text}\n定稿后更正（第2版）：补报 1 条；场次 4→5，中队 3→4，人次 162→206"
        assert county.push(county.li, later).text.split("\n")[0] == pushed.text.split("\n")[0]
        assert digests.weekly(county.db, county.first, WEEK).squads_covered == 4

    def test_a_correction_that_moves_a_check_in_out_of_the_week_is_counted(self, county: County) -> None:
        stored = county.report(county.squads[0], 40, 42)
        county.push(county.li)
        moved = replace(stored, day=date(2026, 4, 6))
        recording.revise(county.db, county.rollups, stored, moved, county.zhang, MONDAY + timedelta(hours=2))
        county.write()
        (asked,) = county.digest(county.li, "上周", MONDAY + timedelta(hours=3))
        assert "1 场活动" in asked.text
        assert asked.text.endswith("定稿后更正（第2版）：更正 1 条；场次 1→0，中队 1→0，人次 40→0")

    def test_each_change_of_a_frozen_week_is_a_revision_and_the_next_digest_says_so(self, county: County) -> None:
        a_week(county)
        county.push(county.li)
        later = MONDAY + timedelta(hours=1)
        first = county.report(county.squads[1], 37, activity="队课", now=later)
        old = checkins.of_day(county.db, county.squads[0].id, "主题队日", FRIDAY.date())[0]
        fewer = replace(old, attended=39)
        recording.revise(county.db, county.rollups, old, fewer, county.zhang, later)
        gone = checkins.of_day(county.db, county.squads[2].id, "祭扫", date(2026, 4, 2))[0]
        recording.withdraw(county.db, county.rollups, gone, county.zhang, later)
        county.write()
        shown = digests.report(county.db, county.first, WEEK, later)
        assert (shown.revision, figures.as_json(shown)["revision"]) == (4, 4)
        assert (shown.events, shown.attendance.attended) == (4, 162)
        told = "补报 1 条、更正 1 条、撤回 1 条；人次 162→155"
        assert reports.corrected(shown) == f"定稿后更正（第4版）：{told}"
        assert reports.corrected(digests.report(county.db, county.second, WEEK, later)) == ""
        next_monday = MONDAY + timedelta(days=7)
        pushed = county.push(county.li, next_monday, "2026-W15")
        assert pushed.text.endswith(f"\n更正第14周：{told}")
        # What comes after that does not change what was said then.
        recording.withdraw(county.db, county.rollups, first, county.zhang, next_monday + timedelta(hours=1))
        county.write()
        assert county.digest(county.li, "2026-W15", next_monday + timedelta(hours=2))[0].text == pushed.text

    def test_two_admins_of_a_school_get_the_same_and_others_their_own(self, county: County) -> None:
        a_week(county)
        wu = county.person("吴老师", Role.SCHOOL_ADMIN, county.first)
        assert county.push(county.li).text == county.push(wu, MONDAY + timedelta(minutes=3)).text
        assert county.push(county.zhou).text.startswith("青禾区少工委第14周")
        assert county.push(county.zhang) is None

    def test_the_running_week_is_never_stored(self, county: County) -> None:
        county.digest(county.li)
        assert county.db.execute(select(tables.digest)).first() is None


class TestLate:
    def test_a_push_that_comes_too_late_is_not_said_but_freezes(self, county: County) -> None:
        a_week(county)
        late = MONDAY + timedelta(days=4)
        person = people.by_id(county.db, county.li, late)
        said = Due(county.db, late, person, f"digest:{WEEK}", 0, MONDAY.date(), {"week": WEEK}, True)
        assert push.monday(said) is None
        assert digests.report(county.db, county.first, WEEK, late).revision == digests.FROZEN

    def test_the_running_week_says_what_came_late_for_the_last_one(self, county: County) -> None:
        county.push(county.li)
        county.report(county.squads[0], 40, now=MONDAY + timedelta(hours=1))
        later = MONDAY + timedelta(hours=2)
        told = "\n更正上周：补报 1 条；场次 0→1，中队 0→1，人次 0→40"
        assert county.digest(county.li, "本周", later)[0].text.endswith(told)
        assert "更正上周" not in county.digest(county.li, "上周", later)[0].text
        frozen = digests.freeze(county.db, county.first, "2026-W15", MONDAY + timedelta(days=7))
        assert frozen.correction_before.changes == Changes(1, 0, 0)
        county.report(county.squads[1], 40, now=MONDAY + timedelta(days=8))
        assert digests.report(county.db, county.first, "2026-W15", MONDAY + timedelta(days=9)) == replace(
            frozen, correction=None, at=MONDAY + timedelta(days=7), revision=1
        )

    def test_late_reports_are_counted_apart_from_backfilled_ones(self, county: County) -> None:
        county.report(county.squads[0], 40, day=date(2026, 3, 30), timing="late")
        county.report(county.squads[1], 40, timing="backfilled", now=MONDAY)
        stored = county.report(county.squads[2], 40, timing="late")
        assert "\n迟报 2 条，补报 1 条" in county.digest(county.li)[0].text
        recording.withdraw(county.db, county.rollups, stored, county.zhang, FRIDAY)
        county.write()
        assert "\n迟报 1 条，补报 1 条" in county.digest(county.li)[0].text


class TestYears:
    @pytest.mark.parametrize("day", [date(2025, 4, 3), date(2025, 9, 2), date(2025, 1, 3)])
    def test_a_week_stands_beside_the_one_as_far_into_the_term_a_year_before(self, county: County, day: date) -> None:
        county.report(county.squads[0], 40, 42, day=day)
        found = [
            shown
            for week in weeks_of(day.replace(year=day.year + 1))
            if (shown := digests.weekly(county.db, county.first, week)).last_year
        ]
        assert [each.last_year.attended for each in found if each.last_year] == [40]
        monday = date.fromisocalendar(int(found[0].week[:4]), int(found[0].week[6:]), 1)
        assert abs((monday + timedelta(days=3) - day.replace(year=day.year + 1)).days) <= 7
        county.report(county.squads[0], 44, 45, day=monday)
        later = datetime.combine(monday + timedelta(days=8), time(9), MONDAY.tzinfo)
        said = wording.text(digests.weekly(county.db, county.first, found[0].week, later))
        assert f"比去年同期（{week_of(day)}）：场次 持平，中队 持平，人次 +4" in said


def weeks_of(day: date) -> list[str]:
    """The week of a day, and those around it."""
    return [week_of(day + timedelta(days=7 * n)) for n in (-1, 0, 1)]


class TestCost:
    def test_few_statements_and_no_check_in_read(self, county: County) -> None:
        said: list[str] = []

        def note(connection, cursor, statement, *rest):  # type: ignore[no-untyped-def]
            said.append(statement)

        a_week(county)
        event.listen(county.db, "before_cursor_execute", note)
        try:
            digests.report(county.db, county.top, WEEK, FRIDAY)
        finally:
            event.remove(county.db, "before_cursor_execute", note)
        assert len(said) <= 12
        assert not any("checkin" in statement.replace("checkins", "") for statement in said)

    def test_what_reads_check_ins_goes_by_an_index(self, county: County) -> None:
        if county.db.dialect.name != "sqlite":
            return
        county.push(county.li)
        plans: list[str] = []

        def explain(connection, cursor, statement, parameters, *rest):  # type: ignore[no-untyped-def]
            if re.search("(FROM|JOIN) checkin ", statement):
                plans.append(str(cursor.connection.execute("EXPLAIN QUERY PLAN " + statement, parameters).fetchall()))

        event.listen(county.db, "before_cursor_execute", explain)
        try:
            coverage.missing_on(county.db, FRIDAY.date(), [county.first.path])
            digests.report(county.db, county.first, WEEK, MONDAY)
        finally:
            event.remove(county.db, "before_cursor_execute", explain)
        assert len(plans) == 2 and not any("SCAN checkin'" in plan for plan in plans)
        assert all("uq_checkin_valid (unit_id=? AND day" in plan for plan in plans)


class TestFiles:
    def values(self, county: County, *at: Unit) -> dict[str, object]:
        return {"unit_ids": [unit.id for unit in at], "week": WEEK, "at": FRIDAY.isoformat()}

    def test_the_command_names_the_file_and_the_same_data(self, county: County) -> None:
        (image,) = county.digest(county.li, "上周 图")
        (table,) = county.digest(county.zhou, "上周表 实验小学")
        assert image.file is not None and table.file is not None
        assert (image.file.recipe, image.file.name) == ("digest-picture", "周报-实验小学-2026年3月23日至3月29日.png")
        assert (table.file.recipe, table.file.name) == ("digest-workbook", "周报-实验小学-2026年3月23日至3月29日.xlsx")
        assert image.file.values["unit_ids"] == table.file.values["unit_ids"] == [county.first.id]

    def test_the_picture_is_a_png_for_a_phone_and_always_the_same(self, county: County) -> None:
        a_week(county)
        made = picture(county.db, self.values(county, county.first))
        image = Image.open(io.BytesIO(made))
        assert image.format == "PNG" and image.width == 800 and 700 < image.height < 2000
        assert len(made) < 200_000
        assert made == picture(county.db, self.values(county, county.first))
        both = Image.open(io.BytesIO(picture(county.db, self.values(county, county.first, county.second))))
        assert image.height < both.height < 4000

    def test_the_same_data_gives_the_same_workbook(self, county: County) -> None:
        a_week(county)
        made = workbook(county.db, self.values(county, county.first))
        assert made == workbook(county.db, self.values(county, county.first))
        with zipfile.ZipFile(io.BytesIO(made)) as parts:
            assert b"<f>" not in parts.read("xl/worksheets/sheet3.xml")
