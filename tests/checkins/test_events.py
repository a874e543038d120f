"""Events of several units: one 场 in every part of the tree, nobody's heads twice, in whatever order they come."""

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.digests.week import wording
from storage import tables
from storage.checkins import checkins, coverage, events, recording, weekly_coverage
from storage.checkins.checkins import Checkin
from storage.digests import digests
from storage.digests.figures import Activity
from storage.organisation import units
from storage.organisation.units import Kind
from storage.reminders import deliveries
from tests.support.county import FRIDAY, MONDAY, TODAY, WEEK, County, squads_of
from tests.support.sums import sums_as_counted, sums_as_kept

pytestmark = pytest.mark.both


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
            county.unite(*reports[place : place + 6])
        assert county.figures(county.second) == (3800, 6765, 200_000)
        assert county.figures(county.top) == (3800, 6765, 200_000)
        assert "6765/6765 个中队签到（100.0%）" in wording.text(county.shown(county.second))
        assert sums_as_kept(county.db) == sums_as_counted(county.db)

    def test_g19_a_double_report_counts_once(self, county: County) -> None:
        county.report(county.squads[0], 40, 42)
        before = county.shown(county.first)
        assert county.report(county.squads[0], 40, 42) is None
        assert county.shown(county.first) == before
        county.report(county.first, 500)
        framed = county.shown(county.first)
        assert county.report(county.squads[0], 40, 42) is None and county.report(county.first, 500) is None
        assert county.shown(county.first) == framed

    def test_g20_a_joint_event_of_two_owners(self, county: County) -> None:
        one = county.report(county.squads[0], 40, activity="祭扫")
        other = county.report(county.others[0], 38, activity="祭扫")
        county.unite(one, other)
        assert county.figures(county.top) == (1, 2, 78)
        assert county.shown(county.top).by_activity == (Activity("祭扫", 1, 2, 78, None),)
        assert [county.figures(owner) for owner in (county.first, county.second)] == [(1, 1, 40), (1, 1, 38)]


class TestWhole:
    @pytest.mark.parametrize("school_first", [True, False])
    def test_a_school_and_its_squads_report_one_event(self, county: County, school_first: bool) -> None:
        reports = [(county.first, 480, 500), (county.squads[0], 40, 42), (county.squads[1], 38, None)]
        for unit, attended, due in reports if school_first else reversed(reports):
            county.report(unit, attended, due, activity="升旗仪式")
        assert county.figures(county.first) == (1, 2, 480)
        assert county.figures(county.squads[0]) == (1, 1, 40)
        assert county.shown(county.first).attendance.rate == 96.0

    def test_squads_that_tell_more_than_the_school_are_believed(self, county: County) -> None:
        county.report(county.first, 50, activity="升旗仪式")
        for squad in county.squads[:2]:
            county.report(squad, 40, activity="升旗仪式")
        assert county.figures(county.first) == (1, 2, 80)

    def test_another_day_or_activity_is_another_event(self, county: County) -> None:
        county.report(county.first, 480, activity="升旗仪式")
        county.report(county.squads[0], 40, activity="升旗仪式", day=TODAY - timedelta(days=1))
        county.report(county.squads[1], 38, activity="队课")
        county.report(county.others[0], 30, activity="升旗仪式")
        assert county.figures(county.first) == (3, 2, 558)
        assert county.figures(county.top) == (4, 3, 588)

    def test_a_grade_within_its_school(self, county: County) -> None:
        grade = units.add(county.db, Kind.GRADE, "五年级", county.first, grade=5)
        squads = [units.add(county.db, Kind.SQUAD, f"五({n})中队", grade, grade=5, class_no=n) for n in (1, 2)]
        county.report(squads[0], 40, activity="祭扫")
        county.report(grade, 75, activity="祭扫")
        assert county.figures(county.first) == county.figures(grade) == (1, 1, 75)
        whole = county.report(county.first, 400, activity="祭扫")
        county.report(squads[1], 38, activity="祭扫")
        county.report(county.squads[0], 41, activity="祭扫")
        assert county.figures(county.first) == (1, 3, 400)
        assert county.figures(grade) == (1, 2, 78)
        recording.withdraw(county.db, county.rollups, whole, county.li, FRIDAY)
        assert county.figures(county.first) == (2, 3, 119)
        assert county.figures(grade) == (1, 2, 78)

    def test_taken_back_each_squad_has_its_own_again(self, county: County) -> None:
        whole = county.report(county.first, 480)
        stored = [county.report(squad, 40) for squad in county.squads[:2]]
        assert county.figures(county.first) == (1, 2, 480)
        recording.withdraw(county.db, county.rollups, whole, county.li, FRIDAY)
        assert county.figures(county.first) == (2, 2, 80)
        assert [checkins.by_id(county.db, one.id).event_id for one in stored] == [None, None]

    def test_corrected_to_another_day_it_frames_what_is_there(self, county: County) -> None:
        whole = county.report(county.first, 480)
        county.report(county.squads[0], 40)
        yesterday = TODAY - timedelta(days=1)
        county.report(county.squads[1], 38, day=yesterday)
        moved = replace(whole, day=yesterday)
        assert recording.revise(county.db, county.rollups, whole, moved, county.li, FRIDAY) is not None
        assert county.figures(county.first) == (2, 2, 520)
        assert sums_as_kept(county.db) == sums_as_counted(county.db)


class TestNamed:
    def name_all(self, county: County) -> Checkin:
        whole = county.report(county.first, 480, 500)
        assert recording.name_squads(county.db, county.rollups, whole, county.li, FRIDAY) == 4
        county.write()
        return whole

    def test_every_squad_took_part_and_none_is_missing(self, county: County) -> None:
        self.name_all(county)
        assert county.figures(county.first) == (1, 4, 480)
        assert weekly_coverage.missing(county.db, WEEK, [county.first.path]) == ([], 4)
        assert coverage.missing_on(county.db, TODAY, [county.first.path]) == ([], 4)
        ids = [squad.id for squad in county.squads]
        assert deliveries.reported(county.db, ids, TODAY, TODAY) == set(ids)
        assert county.figures(county.squads[0]) == (1, 1, 0)

    def test_a_squad_that_tells_its_own_heads_is_not_counted_twice(self, county: County) -> None:
        self.name_all(county)
        one = county.report(county.squads[0], 40, 42)
        assert county.figures(county.first) == (1, 4, 480)
        assert county.figures(county.squads[0]) == (1, 1, 40)
        recording.withdraw(county.db, county.rollups, one, county.zhang, FRIDAY)
        assert county.figures(county.first) == (1, 4, 480)
        assert county.figures(county.squads[0]) == (1, 1, 0)

    def test_they_go_with_the_whole_and_move_with_it(self, county: County) -> None:
        whole = self.name_all(county)
        next_week = MONDAY + timedelta(days=1)
        moved = replace(whole, day=MONDAY.date())
        stored = recording.revise(county.db, county.rollups, whole, moved, county.li, next_week)
        assert county.figures(county.first) == (0, 0, 0)
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
        assert county.figures(county.first) == (2, 1, 520)
        events.sweep(county.db, county.rollups, TODAY)
        assert county.figures(county.first) == (1, 1, 480)
        events.sweep(county.db, county.rollups, TODAY)
        assert county.figures(county.first) == (1, 1, 480)


# --- anything in any order ---------------------------------------------------------------------------------
