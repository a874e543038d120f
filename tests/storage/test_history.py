"""What was reported stays where it was: moves, new names and closures count from their week on."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update

from handlers.checkins import records
from handlers.kit import Role
from storage.checkins import checkins, coverage, recording
from storage.digests import digests, figures
from storage.organisation import changes, history, units
from storage.organisation.units import Kind, Unit
from storage.people import people
from storage.tables import unit, unit_past
from tests.support.county import FRIDAY, MONDAY, TODAY, WEEK, County, a_week
from tests.support.sums import sums_as_counted, sums_as_kept

pytestmark = pytest.mark.both

NEXT_WEEK, BEFORE = "2026-W15", "2026-W13"
# In the next week; what is changed then counts from its Monday on.
THEN = MONDAY + timedelta(days=2)
DAY = THEN.date()


def digest(county: County, of: Unit, week: str) -> dict:
    return figures.as_json(digests.weekly(county.db, units.by_id(county.db, of.id), week))


@pytest.fixture
def other(county: County) -> Unit:
    """Another committee beside, with a school of its own."""
    top = units.add(county.db, Kind.COUNTY, "白云区少工委")
    school = units.add(county.db, Kind.SCHOOL, "新华小学", top)
    units.add(county.db, Kind.SQUAD, "三(1)中队", school, grade=3, class_no=1)
    return top


def test_a_school_that_moves_leaves_its_weeks_where_they_were(county: County, other: Unit) -> None:
    a_week(county)
    before = {at.id: digest(county, at, WEEK) for at in (county.top, other)}
    own = digest(county, county.first, WEEK)
    changes.move(county.db, county.first, other, THEN, DAY)
    assert {at.id: digest(county, at, WEEK) for at in (county.top, other)} == before
    # The school itself is asked for by its present name, and still tells what it did.
    assert digest(county, county.first, WEEK) == own
    assert digest(county, county.top, NEXT_WEEK)["squads_due"] == 2
    moved = digest(county, other, NEXT_WEEK)
    assert (moved["squads_due"], moved["events"], moved["previous"]["events"]) == (5, 0, 0)
    assert "实验小学三(1)中队" in moved["missing"]


def test_what_is_reported_after_the_move_counts_in_the_new_place(county: County, other: Unit) -> None:
    changes.move(county.db, county.first, other, THEN, DAY)
    county.report(county.squads[0], 40, day=DAY, now=THEN)
    # A late report of the week before belongs to the old one.
    county.report(county.squads[1], 38, day=TODAY, now=THEN)
    assert [digest(county, at, NEXT_WEEK)["events"] for at in (county.top, other)] == [0, 1]
    assert [digest(county, at, WEEK)["events"] for at in (county.top, other)] == [1, 0]
    old, new = ([units.by_id(county.db, at.id).path] for at in (county.top, other))
    assert len(coverage.missing_on(county.db, TODAY, old)[0]) == 5
    assert len(coverage.missing_on(county.db, DAY, new)[0]) == 4


def test_rights_follow_at_once(county: County, other: Unit) -> None:
    county.person("钱主任", Role.COUNTY_ADMIN, other)
    changes.move(county.db, county.first, other, THEN, DAY)
    admin = people.by_id(county.db, county.zhou, THEN)
    squad = units.by_id(county.db, county.squads[0].id)
    assert not admin.grants[0].unit.covers(squad)
    assert [who.name for who in people.above(county.db, [Role.COUNTY_ADMIN], squad, THEN)] == ["钱主任"]


def test_a_new_name_does_not_rename_the_past(county: County) -> None:
    a_week(county)
    one = county.squads[3]
    changes.rename(county.db, one, "五(2)中队", THEN, DAY, grade=5)
    assert "四(2)中队" in digest(county, county.first, WEEK)["missing"]
    assert "五(2)中队" in digest(county, county.first, NEXT_WEEK)["missing"]
    assert digest(county, one, WEEK)["unit"] == "青禾区少工委/实验小学/四(2)中队"
    assert digest(county, one, NEXT_WEEK)["unit"] == "青禾区少工委/实验小学/五(2)中队"


def test_a_list_of_old_reports_names_the_class_as_it_was(county: County) -> None:
    county.report(county.squads[0], 40, 42)
    changes.rename(county.db, county.squads[0], "四(9)中队", THEN, DAY, grade=4, class_no=9)
    county.report(county.squads[0], 41, 42, day=DAY, now=THEN)
    said = [records.look(county.ask(county.li, f"四(9)中队 {words}", THEN)).text for words in ("上周", "本周")]
    assert "三(1)中队 4月3日" in said[0] and "四(9)中队 4月8日" in said[1]


def test_a_closed_class_was_due_as_long_as_it_was_open(county: County) -> None:
    a_week(county)
    before = digest(county, county.first, WEEK)
    changes.close(county.db, county.squads[3], THEN, DAY)
    assert digest(county, county.first, WEEK) == before
    assert digest(county, county.first, NEXT_WEEK)["squads_due"] == 3
    changes.reopen(county.db, county.squads[3], THEN, DAY)
    assert digest(county, county.first, NEXT_WEEK)["squads_due"] == 4


def test_a_class_that_comes_in_september_is_not_missing_before(county: County) -> None:
    new = units.add(county.db, Kind.SQUAD, "一(1)中队", county.first, grade=1, class_no=1)
    county.db.execute(update(unit).where(unit.c.id == new.id).values(active_from=date(2026, 9, 1)))
    assert digest(county, county.first, "2026-W35")["squads_due"] == 4
    assert digest(county, county.first, "2026-W36")["squads_due"] == 5


def test_two_changes_in_a_week_leave_one_past(county: County) -> None:
    for name in ("四(8)中队", "四(9)中队"):
        changes.rename(county.db, county.squads[3], name, THEN, DAY)
    assert county.db.scalar(select(func.count()).select_from(unit_past)) == 1
    week_after = THEN + timedelta(days=7)
    changes.rename(county.db, county.squads[3], "四(2)中队", week_after, week_after.date())
    names = [digest(county, county.squads[3], week)["unit"][-6:] for week in (BEFORE, WEEK, NEXT_WEEK, "2026-W16")]
    assert names == ["四(2)中队", "四(2)中队", "四(9)中队", "四(2)中队"]


def test_a_class_that_changes_school_belongs_to_the_new_one(county: County) -> None:
    changes.rename(county.db, county.squads[3], "四(9)中队", FRIDAY, TODAY)
    changes.move(county.db, county.squads[3], county.second, THEN, DAY)
    moved = units.by_id(county.db, county.squads[3].id)
    assert (moved.school_id, moved.parent_id) == (county.second.id, county.second.id)
    assert moved.path == f"{county.second.path}{moved.id}/"
    part = history.part(county.db, [county.second.path], NEXT_WEEK)
    assert [squad.school for squad in coverage.squads(county.db, part)[NEXT_WEEK]] == ["光明小学"] * 3


def test_a_digest_asks_the_same_after_years_of_changes(county: County) -> None:
    """The past of other parts of the tree costs nothing: rows are found by the path that they had."""
    for year in range(2027, 2032):
        changes.rename(county.db, county.squads[0], f"{year}中队", THEN, date(year, 9, 3))
    assert digest(county, county.squads[0], "2029-W40")["unit"].endswith("2029中队")
    assert digest(county, county.squads[0], WEEK)["unit"].endswith("三(1)中队")


def test_an_event_of_two_schools_is_still_one_after_a_move(county: County, other: Unit) -> None:
    reports = [county.report(squad, 38, activity="祭扫") for squad in (county.squads[0], county.others[0])]
    recording.unite(county.db, county.rollups, reports, county.li, FRIDAY)
    county.write()
    changes.move(county.db, county.first, other, THEN, DAY)
    assert digest(county, county.top, WEEK)["events"] == 1
    assert sums_as_kept(county.db) == sums_as_counted(county.db)
    moved = checkins.by_id(county.db, reports[0].id)
    recording.withdraw(county.db, county.rollups, moved, county.li, THEN)
    county.write()
    left = digest(county, county.top, WEEK)
    assert (left["events"], left["attendance"]["attended"]) == (1, 38)
    assert sums_as_kept(county.db) == sums_as_counted(county.db)


def test_a_school_reports_late_what_its_squads_did_before_it_moved(county: County, other: Unit) -> None:
    county.report(county.squads[0], 40, activity="升旗仪式")
    changes.move(county.db, county.first, other, THEN, DAY)
    whole = county.report(units.by_id(county.db, county.first.id), 480, activity="升旗仪式", now=THEN)
    assert recording.name_squads(county.db, county.rollups, whole, county.li, THEN) == 3
    county.write()
    told = digest(county, county.top, WEEK)
    assert (told["events"], told["squads_covered"], told["attendance"]["attended"]) == (1, 4, 480)
    assert sums_as_kept(county.db) == sums_as_counted(county.db)
