"""1 September: who goes up, who leaves, what is not decided by itself; the past stays, and twice is once."""

from datetime import date, datetime

import pytest
import time_machine
from sqlalchemy import select

from bot.__main__ import main
from handlers.asker import levels
from handlers.kit import Refusal, Role
from handlers.organisation import promotion_plan
from handlers.roster import plan, promotion
from handlers.roster.years import entry_year, name_in
from storage.digests import digests, figures
from storage.medals import nominations
from storage.organisation import changes, history, units
from storage.organisation.units import Kind
from storage.people import people
from storage.roster import roster
from storage.roster.promotion import Class, School
from storage.tables import unit
from tests.support import commanding, rostering
from tests.support.commanding import said
from tests.support.county import SHANGHAI, WEEK, County, a_week
from tests.support.rostering import bring

pytestmark = pytest.mark.both
folder, imported, filled = commanding.folder, commanding.imported, commanding.filled
database = rostering.database
FIRST_DAY = datetime(2026, 9, 1, 9, 0, tzinfo=SHANGHAI)
YEAR = 2026


def school(*grades: int, last_grade: int | None = None, school_year: int | None = 2025) -> promotion.Promotion:
    """What becomes of a school with one class in each of these grades."""
    at = School(1, "实验小学", "/1/", school_year, last_grade)
    names = "一二三四五六七八九"
    classes = [Class(10 + grade, 1, 1, Kind.SQUAD, f"{names[grade - 1]}(1)中队", grade, None) for grade in grades]
    (planned,) = promotion.promote([at], classes, YEAR)
    return planned


@pytest.mark.parametrize(
    ("grades", "last", "leaving"),
    [
        ((1, 2, 3, 4, 5, 6), None, ["六(1)中队"]),
        ((1, 2, 3, 4, 5), 5, ["五(1)中队"]),
        ((1, 2, 3, 4, 5), 6, []),
        ((1, 2, 3), None, []),
        ((7, 8, 9), None, ["九(1)中队"]),
        # 预初 of a junior school of four years is grade 6 and stays.
        ((6, 7, 8, 9), None, ["九(1)中队"]),
        ((1, 2, 3, 4, 5, 6, 7, 8, 9), None, ["九(1)中队"]),
    ],
)
def test_who_leaves(grades: tuple[int, ...], last: int | None, leaving: list[str]) -> None:
    planned = school(*grades, last_grade=last)
    assert planned.possible
    assert [each.name for each in planned.graduates] == leaving
    assert planned.squads_up == len(grades) - len(leaving)


def test_five_years_or_six_is_for_somebody_to_say() -> None:
    assert school(1, 2, 3, 4, 5).undecided and not school(1, 2, 3, 4, 5).possible


@pytest.mark.parametrize(
    ("name", "was", "becomes"),
    [
        ("三(2)中队", 3, "四(2)中队"), ("301班", 3, "401班"), ("三年级2班", 3, "四年级2班"), ("3.2中队", 3, "4.2中队"),
        ("初一(3)班", 7, "初二(3)班"), ("六(2)中队", 6, "七(2)中队"), ("三年级", 3, "四年级"), ("2班", 3, "2班"),
        ("雷锋中队", 3, "雷锋中队"), ("2203班", 4, "2203班"), ("2203班", 2, "2203班"), ("", 3, ""),
    ],
)  # fmt: skip
def test_names_go_along(name: str, was: int, becomes: str) -> None:
    assert name_in(name, was, was + 1) == becomes


@pytest.mark.parametrize(
    ("grade", "grades", "year"),
    [
        (1, range(1, 7), 2025),
        (6, range(1, 7), 2020),
        (7, (7, 8, 9), 2025),
        (9, (6, 7, 8, 9), 2022),
        (8, range(1, 10), 2018),
    ],
)
def test_the_year_of_entry(grade: int, grades: range, year: int) -> None:
    assert entry_year(2025, grade, set(grades)) == year


def test_a_name_that_two_would_have_stops_the_school() -> None:
    at = School(1, "实验小学", "/1/", 2025, 6)
    classes = [
        Class(1, 1, 1, Kind.SQUAD, "三(2)中队", 3, None),
        Class(2, 1, 1, Kind.SQUAD, "四(2)中队", None, None),
    ]
    (planned,) = promotion.promote([at], classes, YEAR)
    assert planned.clashes == ("四(2)中队",) and not planned.possible


@pytest.mark.parametrize("day", [date(2026, 9, 1), date(2026, 9, 4)])
def test_a_week_is_not_divided(day: date) -> None:
    assert promotion.counts_from(day) == day
    # 1 September 2029 is a Saturday: the week that ends is still the old year's.
    assert promotion.counts_from(date(2029, 9, 1)) == promotion.counts_from(date(2029, 9, 2)) == date(2029, 9, 3)


class TestDone:
    def done(self, county: County, now: datetime = FIRST_DAY) -> list[promotion.Promotion]:
        planned = promotion_plan.plan(county.db, [county.top.path], promotion.year_to_come(now.date()))
        return promotion_plan.carry_out(county.db, planned, now)

    def names(self, county: County) -> list[str]:
        return [each.name for each in units.inside(county.db, county.first.path)][1:]

    def test_twice_is_once_and_the_next_year_comes(self, county: County) -> None:
        assert len(self.done(county)) == 2
        assert self.names(county) == ["四(1)中队", "四(2)中队", "五(1)中队", "五(2)中队"]
        assert self.done(county) == []
        changes.note(county.db, county.first, FIRST_DAY, last_grade=5)
        assert len(self.done(county, FIRST_DAY.replace(year=2027))) == 2
        assert self.names(county) == ["五(1)中队", "五(2)中队"]

    def test_of_two_at_once_the_second_does_nothing(self, county: County) -> None:
        """A plan that was made before somebody else did it."""
        planned = promotion_plan.plan(county.db, [county.top.path], YEAR)
        promotion_plan.carry_out(county.db, planned, FIRST_DAY)
        promotion_plan.carry_out(county.db, planned, FIRST_DAY)
        assert self.names(county)[0] == "四(1)中队"

    def test_the_past_stays_and_the_class_keeps_its_id(self, county: County) -> None:
        a_week(county)
        before = figures.as_json(digests.weekly(county.db, county.top, WEEK))
        self.done(county)
        assert figures.as_json(digests.weekly(county.db, county.top, WEEK)) == before
        assert units.by_id(county.db, county.squads[0].id).name == "四(1)中队"
        later = digests.weekly(county.db, county.first, "2026-W36")
        assert later.missing == ("四(1)中队", "四(2)中队", "五(1)中队", "五(2)中队")
        assert digests.weekly(county.db, county.first, "2026-W35").missing[0] == "三(1)中队"

    def test_the_counselor_goes_along_and_who_led_the_last_class_is_free(self, county: County) -> None:
        changes.note(county.db, county.first, FIRST_DAY, last_grade=4)
        last = county.person("秦老师", Role.COUNSELOR, county.squads[2])
        self.done(county)
        (held,) = people.by_id(county.db, county.zhang, FIRST_DAY).grants
        assert (held.unit.id, held.unit.name, held.unit.key) == (county.squads[0].id, "四(1)中队", "4-1")
        assert people.by_id(county.db, last, FIRST_DAY).grants == ()
        # What was begun with a class that has left can still be decided.
        county.nominate(county.squads[2], "N1", "submitted")
        reach = nominations.Reach({levels.SCHOOL: [county.first.path]}, {}, FIRST_DAY)
        assert len(nominations.pending(county.db, reach, 0)) == 1

    def test_more_schools_than_a_message_has_time_for(self, county: County, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(promotion_plan, "MOST_SCHOOLS", 1)
        with pytest.raises(Refusal, match="python -m bot promote"):
            promotion_plan.plan(county.db, [county.top.path], YEAR)

    def test_grades_that_are_units_are_renamed_and_leave_too(self, county: County) -> None:
        grades = {
            grade: units.add(county.db, Kind.GRADE, f"{name}年级", county.second, grade=grade)
            for grade, name in ((5, "五"), (6, "六"))
        }
        squads = [units.add(county.db, Kind.SQUAD, "1班", at, grade=grade, class_no=1) for grade, at in grades.items()]
        self.done(county)
        five, six = (units.by_id(county.db, each.id) for each in squads)
        assert (five.name, five.key, units.by_id(county.db, grades[5].id).name) == ("1班", "6-1", "六年级")
        active = select(unit.c.active).where(unit.c.id.in_([six.id, grades[6].id]))
        assert set(county.db.scalars(active)) == {False}
        assert f"六年级/{five.name}" in history.path_names(county.db, [five])[five.id]


def test_after_the_promotion_the_roster_means_the_new_classes(database: rostering.Database) -> None:
    squad = "实验小学/{}(1)中队,中队,{},中队辅导员,{},,,\n"
    tree = "实验小学,学校,,,,,,\n" + squad.format("一", "甲老师", "jia") + squad.format("六", "乙老师", "yi")
    bring(database, tree)
    with database.write.begin() as db:
        promotion_plan.carry_out(db, promotion_plan.plan(db, ["/1/"], YEAR), FIRST_DAY)
    # This year's first class is another one, and so is a sixth class that nobody went up to.
    bring(database, squad.format("一", "丙老师", "bing") + squad.format("六", "丁老师", "ding"), now=FIRST_DAY)
    with database.read.connect() as db:
        rows = db.execute(
            select(unit.c.name, unit.c.active, unit.c.entry_year).where(unit.c.kind == "中队").order_by("id")
        )
        assert [tuple(row) for row in rows] == [
            ("二(1)中队", True, 2025), ("六(1)中队", False, 2020), ("一(1)中队", True, 2026), ("六(1)中队", True, 2021),
        ]  # fmt: skip
    assert rostering.roles(database, "wecom", "jia", FIRST_DAY) == {("二(1)中队", Role.COUNSELOR)}
    assert rostering.roles(database, "wecom", "yi", FIRST_DAY) == set()


def test_a_roster_with_new_names_before_the_promotion_is_warned_of(database: rostering.Database) -> None:
    rows = "实验小学,学校,,,,,,\n实验小学/一(1)中队,中队,,,,,,\n"
    bring(database, rows)
    with database.read.connect() as db:
        read = rostering.sheet(rows)
        state = roster.load(db, read.paths, read.accounts, FIRST_DAY)
    assert plan(read, state, FIRST_DAY.date()).changes == ()
    assert "「实验小学」的中队还没有升到 2026 学年" in read.notes.warnings[0]


class TestCommand:
    def test_a_dry_run_shows_and_the_word_does(self, filled: None, capsys: pytest.CaptureFixture[str]) -> None:
        with time_machine.travel(FIRST_DAY, tick=False):
            shown = said(capsys, "promote", "--dry-run")
            assert shown.startswith("2026 学年升级：2 所学校，2 个中队升一个年级，0 个毕业\n  实验小学：升级 1 个")
            assert said(capsys, "promote", "--dry-run") == shown
            assert main(["promote"]) == 1
            assert "已升级 1 所学校" in said(capsys, "promote", "--yes", "--unit", "实验小学")
            assert "已升级 1 所学校" in said(capsys, "promote", "--yes")
            assert "没有要升级的" in said(capsys, "promote", "--yes")
            assert "四(2)中队" in said(capsys, "digest", "--unit", "实验小学四(2)中队")

    def test_before_the_day_it_only_shows(self, filled: None, capsys: pytest.CaptureFixture[str]) -> None:
        with time_machine.travel(datetime(2026, 8, 25, tzinfo=SHANGHAI), tick=False):
            assert "2 所学校" in said(capsys, "promote", "--dry-run")
            assert "从 9月1日开始" in said(capsys, "promote", "--yes", status=1)

    def test_in_spring_there_is_nothing_to_do(self, filled: None, capsys: pytest.CaptureFixture[str]) -> None:
        with time_machine.travel(datetime(2026, 4, 25, tzinfo=SHANGHAI), tick=False):
            assert "没有要升级的" in said(capsys, "promote", "--yes")
