"""Events of several units: one 场 in every part of the tree, nobody's heads twice, in whatever order they come."""

import itertools
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from handlers.digests import digest as feature
from storage import tables
from storage.checkins import checkins, coverage, events, moves, recording
from storage.checkins.checkins import Checkin
from storage.checkins.rollups import week_of
from storage.digests import digests, periods, sums
from storage.digests.figures import Activity, Digest
from storage.organisation import changes, history, units
from storage.organisation.units import Kind, Unit
from storage.reminders import deliveries
from storage.tables import event, participation
from tests.faults.ledger import sums_as_counted, sums_as_kept
from tests.support.county import FRIDAY, MONDAY, TODAY, WEEK, County, squads_of

pytestmark = pytest.mark.both


def shown(county: County, at: Unit) -> Digest:
    county.write()
    return digests.weekly(county.db, at, WEEK)


def figures(county: County, at: Unit) -> tuple[int, int, int]:
    """(场, 中队, 人次)."""
    now = shown(county, at)
    return now.events, now.squads_covered, now.attendance.attended


def unite(county: County, *ones: Checkin) -> None:
    recording.unite(county.db, county.rollups, ones, county.li, FRIDAY)


class TestGolden:
    def test_g2_all_covered_and_fewer_events_than_squads(self, county: County) -> None:
        """6765 中队, 3800 场, 200000 人次: six squads each hold 593 of the events together."""
        squads_of(county.db, county.second, 6765)
        county.db.execute(tables.unit.update().where(tables.unit.c.name.like("三(%")).values(active=False))
        all_of_them = [unit for unit in units.of_school(county.db, county.second.id) if unit.kind == Kind.SQUAD]
        told = [checkins.new(squad, "主题队日", TODAY, 29 + (place < 3815)) for place, squad in enumerate(all_of_them)]
        who = (county.zhang, county.inbox, FRIDAY)
        reports = [recording.record(county.db, county.rollups, each, *who) for each in told]
        for place in range(0, 6 * 593, 6):
            unite(county, *reports[place : place + 6])
        assert figures(county, county.second) == (3800, 6765, 200_000)
        assert figures(county, county.top) == (3800, 6765, 200_000)
        assert "6765/6765 个中队签到（100.0%）" in feature.text(shown(county, county.second))
        assert sums_as_kept(county.db) == sums_as_counted(county.db)

    def test_g19_a_double_report_counts_once(self, county: County) -> None:
        county.report(county.squads[0], 40, 42)
        before = shown(county, county.first)
        assert county.report(county.squads[0], 40, 42) is None
        assert shown(county, county.first) == before
        county.report(county.first, 500)
        framed = shown(county, county.first)
        assert county.report(county.squads[0], 40, 42) is None and county.report(county.first, 500) is None
        assert shown(county, county.first) == framed

    def test_g20_a_joint_event_of_two_owners(self, county: County) -> None:
        one = county.report(county.squads[0], 40, activity="祭扫")
        other = county.report(county.others[0], 38, activity="祭扫")
        unite(county, one, other)
        assert figures(county, county.top) == (1, 2, 78)
        assert shown(county, county.top).by_activity == (Activity("祭扫", 1, 2, 78, None),)
        assert [figures(county, owner) for owner in (county.first, county.second)] == [(1, 1, 40), (1, 1, 38)]


class TestWhole:
    @pytest.mark.parametrize("school_first", [True, False])
    def test_a_school_and_its_squads_report_one_event(self, county: County, school_first: bool) -> None:
        reports = [(county.first, 480, 500), (county.squads[0], 40, 42), (county.squads[1], 38, None)]
        for unit, attended, due in reports if school_first else reversed(reports):
            county.report(unit, attended, due, activity="升旗仪式")
        assert figures(county, county.first) == (1, 2, 480)
        assert figures(county, county.squads[0]) == (1, 1, 40)
        assert shown(county, county.first).attendance.rate == 96.0

    def test_squads_that_tell_more_than_the_school_are_believed(self, county: County) -> None:
        county.report(county.first, 50, activity="升旗仪式")
        for squad in county.squads[:2]:
            county.report(squad, 40, activity="升旗仪式")
        assert figures(county, county.first) == (1, 2, 80)

    def test_another_day_or_activity_is_another_event(self, county: County) -> None:
        county.report(county.first, 480, activity="升旗仪式")
        county.report(county.squads[0], 40, activity="升旗仪式", day=TODAY - timedelta(days=1))
        county.report(county.squads[1], 38, activity="队课")
        county.report(county.others[0], 30, activity="升旗仪式")
        assert figures(county, county.first) == (3, 2, 558)
        assert figures(county, county.top) == (4, 3, 588)

    def test_a_grade_within_its_school(self, county: County) -> None:
        grade = units.add(county.db, Kind.GRADE, "五年级", county.first, grade=5)
        squads = [units.add(county.db, Kind.SQUAD, f"五({n})中队", grade, grade=5, class_no=n) for n in (1, 2)]
        county.report(squads[0], 40, activity="祭扫")
        county.report(grade, 75, activity="祭扫")
        assert figures(county, county.first) == figures(county, grade) == (1, 1, 75)
        whole = county.report(county.first, 400, activity="祭扫")
        county.report(squads[1], 38, activity="祭扫")
        county.report(county.squads[0], 41, activity="祭扫")
        assert figures(county, county.first) == (1, 3, 400)
        assert figures(county, grade) == (1, 2, 78)
        recording.withdraw(county.db, county.rollups, whole, county.li, FRIDAY)
        assert figures(county, county.first) == (2, 3, 119)
        assert figures(county, grade) == (1, 2, 78)

    def test_taken_back_each_squad_has_its_own_again(self, county: County) -> None:
        whole = county.report(county.first, 480)
        stored = [county.report(squad, 40) for squad in county.squads[:2]]
        assert figures(county, county.first) == (1, 2, 480)
        recording.withdraw(county.db, county.rollups, whole, county.li, FRIDAY)
        assert figures(county, county.first) == (2, 2, 80)
        assert [checkins.by_id(county.db, one.id).event_id for one in stored] == [None, None]

    def test_corrected_to_another_day_it_frames_what_is_there(self, county: County) -> None:
        whole = county.report(county.first, 480)
        county.report(county.squads[0], 40)
        yesterday = TODAY - timedelta(days=1)
        county.report(county.squads[1], 38, day=yesterday)
        moved = replace(whole, day=yesterday)
        assert recording.revise(county.db, county.rollups, whole, moved, county.li, FRIDAY) is not None
        assert figures(county, county.first) == (2, 2, 520)
        assert sums_as_kept(county.db) == sums_as_counted(county.db)


class TestNamed:
    def name_all(self, county: County) -> Checkin:
        whole = county.report(county.first, 480, 500)
        assert recording.name_squads(county.db, county.rollups, whole, county.li, FRIDAY) == 4
        county.write()
        return whole

    def test_every_squad_took_part_and_none_is_missing(self, county: County) -> None:
        self.name_all(county)
        assert figures(county, county.first) == (1, 4, 480)
        assert coverage.missing(county.db, WEEK, [county.first.path]) == ([], 4)
        assert coverage.missing_on(county.db, TODAY, [county.first.path]) == ([], 4)
        ids = [squad.id for squad in county.squads]
        assert deliveries.reported(county.db, ids, TODAY, TODAY) == set(ids)
        assert figures(county, county.squads[0]) == (1, 1, 0)

    def test_a_squad_that_tells_its_own_heads_is_not_counted_twice(self, county: County) -> None:
        self.name_all(county)
        one = county.report(county.squads[0], 40, 42)
        assert figures(county, county.first) == (1, 4, 480)
        assert figures(county, county.squads[0]) == (1, 1, 40)
        recording.withdraw(county.db, county.rollups, one, county.zhang, FRIDAY)
        assert figures(county, county.first) == (1, 4, 480)
        assert figures(county, county.squads[0]) == (1, 1, 0)

    def test_they_go_with_the_whole_and_move_with_it(self, county: County) -> None:
        whole = self.name_all(county)
        next_week = MONDAY + timedelta(days=1)
        moved = replace(whole, day=MONDAY.date())
        stored = recording.revise(county.db, county.rollups, whole, moved, county.li, next_week)
        assert figures(county, county.first) == (0, 0, 0)
        county.write()
        later = digests.weekly(county.db, county.first, "2026-W15")
        assert (later.events, later.squads_covered) == (1, 4)
        recording.withdraw(county.db, county.rollups, stored, county.li, next_week)
        county.write()
        assert sums_as_kept(county.db) == sums_as_counted(county.db) == {}


class TestKeptInOrder:
    def test_what_came_at_the_same_moment_as_the_whole_is_found_by_the_sweep(self, county: County) -> None:
        county.report(county.first, 480)
        # As another process would write it that does not see the school's report yet.
        blind = replace(checkins.new(county.squads[0], "主题队日", TODAY, 40), path="")
        recording.record(county.db, county.rollups, blind, county.zhang, county.inbox, FRIDAY)
        assert figures(county, county.first) == (2, 1, 520)
        events.sweep(county.db, county.rollups, TODAY)
        assert figures(county, county.first) == (1, 1, 480)
        events.sweep(county.db, county.rollups, TODAY)
        assert figures(county, county.first) == (1, 1, 480)


# --- anything in any order ---------------------------------------------------------------------------------

ACTIVITIES = ("主题队日", "祭扫")
LAST_WEEK = "2026-W13"
DAYS = (TODAY, TODAY - timedelta(days=1), TODAY - timedelta(days=7))
DEEDS = [
    "report",
    "report",
    "report",
    "again",
    "withdraw",
    "restore",
    "revise",
    "unite",
    "part",
    "name",
    "move",
    "rename",
]
deeds = st.lists(
    st.tuples(
        st.sampled_from(DEEDS),
        st.integers(0, 9),
        st.integers(0, 9),
        st.sampled_from(ACTIVITIES),
        st.sampled_from(DAYS),
        st.integers(1, 60),
    ),
    min_size=3,
    max_size=25,
)


class Life:
    """A county in which things happen."""

    def __init__(self, county: County) -> None:
        self.county = county
        grade = units.add(county.db, Kind.GRADE, "六年级", county.first, grade=6)
        sixth = [units.add(county.db, Kind.SQUAD, f"六({n})中队", grade, grade=6, class_no=n) for n in (1, 2)]
        of_all = [county.first, county.second, grade, *sixth, *county.squads[:3], *county.others]
        self.ids = [unit.id for unit in of_all]
        self.valid: list[int] = []
        self.gone: list[int] = []

    def unit(self, place: int) -> Unit:
        """As it is now."""
        return units.by_id(self.county.db, self.ids[place])

    def do(self, deed: str, one: int, other: int, activity: str, day: date, heads: int) -> None:
        county, unit = self.county, self.unit(one)
        if deed in ("report", "again"):
            there = checkins.of_day(county.db, unit.id, activity, day)
            sequence = there[0].sequence + 1 if there and deed == "again" else 1
            due = 60 if heads % 2 else None
            stored = county.report(unit, heads, due, activity=activity, day=day, sequence=sequence)
            self.valid += [stored.id] if stored else []
        elif deed == "rename":
            changes.rename(county.db, unit, f"{unit.name}{heads}", FRIDAY, TODAY)
        elif deed == "move":
            self._move(unit, self.unit(other))
        elif deed == "restore" and self.gone:
            self._restore(self.gone[one % len(self.gone)])
        elif self.valid and deed != "restore":
            self._change(deed, self.valid[one % len(self.valid)], other, activity, day, heads)

    def _move(self, unit: Unit, above: Unit) -> None:
        county = self.county
        if unit.kind == Kind.SCHOOL:
            return
        if above.kind not in (Kind.SCHOOL, Kind.GRADE) or above.path.startswith(unit.path):
            above = county.second if unit.school_id == county.first.id else county.first
        if changes.is_taken(county.db, above.id, unit.name, unit.id):
            changes.rename(county.db, unit, f"{unit.id}中队", FRIDAY, TODAY)
        moves.move(county.db, county.rollups, unit, units.by_id(county.db, above.id), FRIDAY, TODAY)

    def _restore(self, checkin_id: int) -> None:
        county = self.county
        gone = checkins.withdrawn(county.db, checkin_id)
        assert gone is not None
        if recording.restore(county.db, county.rollups, gone, county.li, FRIDAY):
            self.gone.remove(checkin_id)
            self.valid.append(checkin_id)

    def _change(self, deed: str, checkin_id: int, other: int, activity: str, day: date, heads: int) -> None:
        county, db, rollups = self.county, self.county.db, self.county.rollups
        found = checkins.by_id(db, checkin_id)
        assert found is not None
        if deed == "withdraw":
            assert recording.withdraw(db, rollups, found, county.li, FRIDAY)
            self.valid.remove(checkin_id)
            self.gone.append(checkin_id)
        elif deed == "revise":
            unit = self.unit(other)
            new = replace(found.at(unit), activity=activity, day=day, attended=heads, sequence=1)
            if checkins.of_day(db, unit.id, activity, day) in ([], [found]):
                assert recording.revise(db, rollups, found, new, county.li, FRIDAY) is not None
        elif deed == "unite":
            second = checkins.by_id(db, self.valid[other % len(self.valid)])
            assert second is not None
            if (second.activity, second.day) == (found.activity, found.day) and second != found:
                recording.unite(db, rollups, [found, second], county.li, FRIDAY)
        elif deed == "part":
            recording.part(db, rollups, found, county.li, FRIDAY)
        elif found.whole and found.event_id:
            recording.name_squads(db, rollups, found, county.li, FRIDAY)

    def parts(self) -> list[tuple[str, tuple[str, int], str, int]]:
        """(week, which event, path, heads) of everybody who took part in something."""
        db = self.county.db
        told = [one for one in map(lambda each: checkins.by_id(db, each), self.valid) if one is not None]
        found = [
            (one.week, ("event", one.event_id) if one.event_id else ("checkin", one.id), one.path, one.attended)
            for one in told
        ]
        named = select(event.c.id, event.c.day, history.path_on(event.c.day).label("path")).select_from(participation)
        rows = db.execute(named.join(event).join(tables.unit, tables.unit.c.id == participation.c.unit_id))
        return found + [(week_of(row.day), ("event", row.id), row.path, 0) for row in rows]

    def counted_by_hand(self, parts: list[Any], inside: str) -> tuple[int, int]:
        """(the distinct events that somebody at or below a path took part in, their heads), each counted anew."""
        told = dict[Any, dict[str, int]]()
        for _, which, path, heads in parts:
            if path.startswith(inside):
                of = told.setdefault(which, {})
                of[path] = max(of.get(path, 0), heads)
        return len(told), sum(self.heads(of) for of in told.values())

    def heads(self, told: dict[str, int]) -> int:
        """A whole has at least what the units below it have together."""
        tops = [path for path in told if not any(path != above and path.startswith(above) for above in told)]
        below = {top: {path: n for path, n in told.items() if path.startswith(top) and path != top} for top in tops}
        return sum(max(told[top], self.heads(below[top])) for top in tops)


@given(happened=deeds)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_sums_are_right_in_every_part_of_the_tree(county: County, happened: list[Any]) -> None:
    savepoint = county.db.begin_nested()
    try:
        lived = Life(county)
        for deed in happened:
            lived.do(*deed)
        events.sweep(county.db, county.rollups, TODAY - timedelta(days=7))
        county.write()
        assert sums_as_kept(county.db) == sums_as_counted(county.db)
        parts, nodes = lived.parts(), [county.top, *units.by_ids(county.db, lived.ids).values()]
        for week, at in itertools.product((WEEK, LAST_WEEK), nodes):
            of = history.part(county.db, [at.path], week)
            now = sums.by_week(county.db, of)[week]
            mine = [each for each in parts if each[0] == week]
            counted = lived.counted_by_hand(mine, of.weeks[week][0])
            assert (sum(each.events for each in now), sum(each.attended for each in now)) == counted, (at.name, week)
    finally:
        county.rollups.__init__()
        savepoint.rollback()


@given(happened=deeds)
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_days_counted_from_the_check_ins_are_the_week(county: County, happened: list[Any]) -> None:
    savepoint = county.db.begin_nested()
    try:
        lived = Life(county)
        for deed in happened:
            lived.do(*deed)
        county.write()
        first = history.monday_of(WEEK)
        for at in (county.top, county.first, lived.unit(9)):
            week = digests.weekly(county.db, at, WEEK)
            days = periods.between(county.db, at, first, first + timedelta(days=6))
            assert (days.events, days.attendance, days.by_activity) == (week.events, week.attendance, week.by_activity)
            assert (days.squads_due, days.squads_covered) == (week.squads_due, week.squads_covered)
            schools = [digests.weekly(county.db, units.by_id(county.db, each.id), WEEK) for each in days.schools]
            told = [(each.events, each.attended, each.due, each.covered) for each in days.schools]
            assert told == [(d.events, d.attendance.attended, d.squads_due, d.squads_covered) for d in schools]
    finally:
        county.rollups.__init__()
        savepoint.rollback()


def test_a_squad_that_moves_in_the_week_of_an_event_leaves_every_level_right(county: County) -> None:
    squad, other = county.squads[2:]
    one, two = (county.report(each, 40, activity="祭扫") for each in (squad, other))
    unite(county, one, two)
    for school in (county.first, county.second):
        county.report(school, 480, activity="升旗仪式")
    county.report(squad, 41, activity="升旗仪式")
    moves.move(county.db, county.rollups, squad, county.second, FRIDAY, TODAY)
    events.sweep(county.db, county.rollups, TODAY)
    # 升旗仪式 of two schools stays two, although a squad of the one is now of the other.
    assert figures(county, county.top)[0] == 3
    assert figures(county, county.first)[:2] == (2, 1)
    assert figures(county, county.second)[:2] == (3, 1)
    assert figures(county, units.by_id(county.db, squad.id)) == (2, 1, 81)
