"""Every figure of any days at every node equals a naive recount, whatever came, changed, went, met and moved."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from random import Random

import pytest

from storage.checkins import events, recording
from storage.checkins.checkins import Checkin
from storage.checkins.rollups import week_of
from storage.digests import digest_changes, digests, parts, periods
from storage.digests.squads import covered
from storage.organisation import changes, history, units
from storage.organisation.units import Unit
from tests.support.county import SHANGHAI, TODAY, County

pytestmark = pytest.mark.both
FIRST = date(2026, 1, 5)
# All of it with the move, and some days across it.
RANGES = [(FIRST, date(2026, 3, 1)), (date(2026, 2, 3), date(2026, 2, 18)), (date(2026, 1, 26), date(2026, 2, 9))]


@dataclass
class Told:
    """What a person would have on paper: each valid check-in with where its squad was on the day."""

    day: date
    squad: int
    above: tuple[int, ...]
    attended: int
    due: int | None
    event: int | None
    stored: Checkin


@dataclass
class Book:
    county: County
    random: Random
    above: dict[int, tuple[int, ...]] = field(default_factory=dict)
    told: dict[int, Told] = field(default_factory=dict)
    # Week → squad → (its name then, where it stood).
    due: dict[str, dict[int, tuple[str, tuple[int, ...]]]] = field(default_factory=dict)

    def go(self) -> None:
        squads = [*self.county.squads, *self.county.others]
        self.above = {each.id: ids(each) for each in squads}
        for number in range(8):
            monday = FIRST + timedelta(days=7 * number)
            if number == 5:
                # 四(1)中队 goes to the other school.
                moved = squads[2]
                history.move(self.county.db, moved, self.county.second, monday)
                squads[2] = units.by_id(self.county.db, moved.id)
                self.above[moved.id] = ids(squads[2])
            if number == 6:
                self.rename_and_close(squads, monday)
            self.due[week_of(monday)] = {each.id: (each.name, self.above[each.id]) for each in squads}
            for squad in squads:
                self.report(squad, monday)
            self.meet(squads, monday)
            self.change()

    def rename_and_close(self, squads: list[Unit], monday: date) -> None:
        """A class goes up a grade, another is dissolved; earlier weeks keep both."""
        now = datetime.combine(monday, time(7), SHANGHAI)
        changes.rename(self.county.db, squads[0], "四(5)中队", now, monday, grade=4, class_no=5)
        squads[0] = units.by_id(self.county.db, squads[0].id)
        changes.close(self.county.db, squads.pop(), now, monday)

    def report(self, squad: Unit, monday: date) -> Told | None:
        if self.random.random() < 0.3:
            return None
        day, due = monday + timedelta(days=self.random.randrange(5)), self.random.choice([None, 45])
        return self.keep(squad, day, self.random.choice(["队课", "祭扫"]), due)

    def keep(self, squad: Unit, day: date, activity: str, due: int | None, event: int | None = None) -> Told | None:
        now = datetime.combine(day, time(16), SHANGHAI)
        stored = self.county.report(squad, self.random.randrange(20, 45), due, activity=activity, day=day, now=now)
        if stored is None:
            return None
        told = Told(day, squad.id, self.above[squad.id], stored.attended, due, event, stored)
        self.told[stored.id] = told
        return told

    def meet(self, squads: list[Unit], monday: date) -> None:
        """Two squads, of one school or of both, hold one event."""
        pair = self.random.sample(squads, 2)
        into = events.begin(self.county.db, "联欢", monday)
        met = [each for squad in pair if (each := self.keep(squad, monday, "联欢", 45, into.id))]
        events.join(self.county.db, self.county.rollups, into, [each.stored.part for each in met])
        self.county.write()

    def change(self) -> None:
        """One of the check-ins is corrected, one taken back."""
        alone = [each for each in self.told.values() if each.event is None]
        one, gone = self.random.sample(alone, 2)
        now = datetime.combine(one.day, time(17), SHANGHAI)
        new = replace(one.stored, attended=one.attended + 1)
        recording.revise(self.county.db, self.county.rollups, one.stored, new, self.county.zhang, now)
        one.attended, one.stored = new.attended, new
        recording.withdraw(self.county.db, self.county.rollups, gone.stored, self.county.zhang, now)
        del self.told[gone.stored.id]
        self.county.write()

    def inside(self, of: Unit, first: date, last: date) -> list[Told]:
        return [each for each in self.told.values() if of.id in each.above and first <= each.day <= last]


def ids(unit: Unit) -> tuple[int, ...]:
    return tuple(int(each) for each in unit.path.strip("/").split("/"))


def figures_of(told: Iterable[Told]) -> tuple[int, int, int, int, int, int]:
    """Distinct events, 人次, heads due and there of those with both, how many these are, squads."""
    all_of = list(told)
    held = {("event", each.event) if each.event else ("alone", each.stored.id) for each in all_of}
    rated = [each for each in all_of if each.due]
    heads = sum(each.attended for each in all_of)
    due, came = sum(each.due or 0 for each in rated), sum(each.attended for each in rated)
    return len(held), heads, due, came, len(rated), len({each.squad for each in all_of})


def test_a_recount_comes_to_the_same(county: County) -> None:
    book = Book(county, Random(20260105))
    book.go()
    assert len(book.told) > 30
    for of in (county.top, county.second, county.squads[2]):
        of = units.by_id(county.db, of.id)
        for first, last in RANGES:
            told = book.inside(of, first, last)
            shown, found = (
                periods.between(county.db, of, first, last),
                parts.of(county.db, parts.Which(of, first, last)),
            )
            heads = shown.attendance
            counted = figures_of(told)
            rated = heads.rated_due, heads.rated_attended, heads.rated
            assert (shown.events, heads.attended, *rated) == counted[:5]
            assert (found.events, len(found.squads), found.reports) == (counted[0], counted[5], len(told))
            # Whoever moved here has reported, wherever that was.
            due = {squad for squad, (_, above) in book.due[week_of(last)].items() if of.id in above}
            silent = due - {each.squad for each in book.told.values() if first <= each.day <= last}
            assert (shown.squads_due, shown.squads_missing) == (len(due), len(silent))
            assert due - covered(county.db, of, due, first, last) == silent
            for each in shown.schools:
                mine = figures_of(one for one in told if each.id in one.above)
                assert (each.events, each.attended, each.rated_due, each.rated_attended) == mine[:4]
            for activity in shown.by_activity:
                mine = figures_of(one for one in told if one.stored.activity == activity.activity)
                assert (activity.events, activity.attended, activity.squads) == (mine[0], mine[1], mine[5])


def test_every_week_at_every_node_is_a_recount(county: County) -> None:
    book = Book(county, Random(20260301))
    book.go()
    for number, (week, squads) in enumerate(book.due.items()):
        first = FIRST + timedelta(days=7 * number)
        for of in (county.top, county.first, county.squads[2]):
            told = book.inside(of, first, first + timedelta(days=6))
            shown = digests.weekly(county.db, units.by_id(county.db, of.id), week)
            heads = shown.attendance
            counted = figures_of(told)
            rated = heads.rated_due, heads.rated_attended, heads.rated
            assert (shown.events, heads.attended, *rated) == counted[:5]
            due = {squad: name for squad, (name, above) in squads.items() if of.id in above}
            silent = set(due) - {each.squad for each in told}
            assert (shown.squads_due, shown.squads_covered) == (len(due), len(due) - len(silent))
            assert sorted(each[-6:] for each in shown.missing) == sorted(due[squad] for squad in silent)
            for each in shown.schools:
                inside = [squad for squad, (_, above) in squads.items() if each.id in above]
                mine = figures_of(one for one in told if each.id in one.above)
                assert (each.events, each.attended, each.rated_due, each.rated_attended) == mine[:4]
                assert (each.due, each.covered) == (len(inside), mine[5])


def test_a_report_twice_counts_once(county: County) -> None:
    """Golden case G19."""
    before = [county.report(county.squads[0], 40, 42), county.report(county.squads[0], 41, 42)]
    assert before[0] and before[1] is None
    assert digests.weekly(county.db, county.top, "2026-W14").figures == digest_changes.Figures(1, 1, 40)


def test_an_event_of_two_schools_is_one_for_each_and_one_for_both(county: County) -> None:
    """Golden case G20: 40 and 38."""
    into = events.begin(county.db, "联欢", TODAY)
    told = [county.report(each, n, activity="联欢") for each, n in ((county.squads[0], 40), (county.others[0], 38))]
    events.join(county.db, county.rollups, into, [each.part for each in told if each])
    county.write()
    found = [digests.weekly(county.db, of, "2026-W14").figures for of in (county.top, county.first, county.second)]
    assert found == [
        digest_changes.Figures(1, 2, 78), digest_changes.Figures(1, 1, 40), digest_changes.Figures(1, 1, 38)
    ]  # fmt: skip
