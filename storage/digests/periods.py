"""The figures of any range of days in a part of the tree, straight from the check-ins: months, terms, years."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection

from storage.checkins import coverage, events
from storage.checkins.rollups import week_of
from storage.digests import figures, squads, sums, whereabouts
from storage.organisation import history
from storage.organisation.units import Unit


@dataclass(frozen=True, slots=True)
class Period:
    """A range of days of a unit; the squads due are those at its end. `schools`: least covered first."""

    first: date
    last: date
    events: int
    attendance: figures.Attendance
    squads_due: int
    squads_covered: int
    by_activity: tuple[figures.Activity, ...]
    schools: tuple[figures.Part, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def squads_missing(self) -> int:
        """How many squads have not reported."""
        return len(self.missing)


@dataclass(slots=True)
class _Tally:
    """Sums by activity, of the whole and of each school in it."""

    whole: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0] * 5))
    schools: dict[int, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0] * 5))

    def add(self, activity: str, school: int | None, numbers: Sequence[int]) -> None:
        for kept in (self.whole[activity], *((self.schools[school],) if school else ())):
            kept[:] = [have + more for have, more in zip(kept, numbers, strict=True)]


def between(db: Connection, of: Unit, first: date, last: date) -> Period:
    """
    What took place from the first to the last day in this part of the tree.

    Each check-in counts where its unit was on its day; an event of several units once (storage/checkins/events.py). A
    squad that came from elsewhere has reported if it did so there.
    """
    part, tally = history.part(db, [of.path], week_of(last)), _Tally()
    for activity, school, *numbers in whereabouts.alone(db, of, first, last):
        tally.add(activity, school, [int(each) for each in numbers])
    _add_shared(db, tally, of, first, last)
    taking_part = whereabouts.taking_part_in(db, of, first, last)
    covered = {squad for _, squad, _ in taking_part}
    per_activity = Counter(activity for activity, _, itself in taking_part if itself)
    due = coverage.due(db, part)
    covered |= squads.came_with(db, of, due.keys() - covered, first, last)
    silent = coverage.named(db, part, due.keys() - covered)
    counts: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for squad, school in due.items():
        both = counts[school]
        both[0] += 1
        both[1] += squad in covered
    whole = [sum(column) for column in zip(*tally.whole.values(), strict=True)] or [0] * 5
    activities = [
        figures.Activity(name, each[0], per_activity[name], each[1], figures.percent(each[3], each[2]))
        for name, each in tally.whole.items()
        if each[0] > 0
    ]
    activities.sort(key=lambda each: (-each.events, -each.attended, each.activity))
    return Period(
        first, last, whole[0],
        figures.Attendance(whole[1], whole[2], whole[3], figures.percent(whole[3], whole[2]), whole[4]),
        len(due), len(covered & due.keys()), tuple(activities),
        () if of.school_id else _schools(db, tally, counts, week_of(last)),
        tuple(f"{'' if of.school_id else each.school}{each.name}" for each in silent),
    )  # fmt: skip


def _schools(db: Connection, tally: _Tally, counts: Mapping[int, Sequence[int]], week: str) -> tuple[figures.Part, ...]:
    """The schools by what they were called in the last week."""
    names = history.names_of(db, (counts.keys() | tally.schools.keys()) - {0}, week)
    return sums.by_coverage(
        figures.Part(name, id, *tally.schools[id][:2], *counts[id], *tally.schools[id][2:4])
        for id, name in names.items()
    )


def _add_shared(db: Connection, tally: _Tally, of: Unit, first: date, last: date) -> None:
    """The events of several units that touch this part of the tree; all their parts tell what is whose."""
    for activity, of_event in whereabouts.shared(db, of, first, last):
        inside, schools = _homes(of_event, of)
        for unit_id, share in events.shares(part for part, _ in of_event).items():
            if unit_id in inside:
                tally.add(activity, schools.get(unit_id), (*share[:4], 0))
        for one, school in of_event:
            if one.due and one.unit_id in inside:
                tally.add(activity, school, (0, 0, 0, 0, 1))


def _homes(parts: Iterable[tuple[events.Part, int | None]], of: Unit) -> tuple[set[int], dict[int, int]]:
    """(the ids inside the part of the tree, id → its school) along the paths of those who took part."""
    inside: set[int] = set()
    schools: dict[int, int] = {}
    for part, school in parts:
        ids = [int(each) for each in part.path.strip("/").split("/")]
        if of.id in ids:
            inside.update(ids[ids.index(of.id) :])
        if school in ids:
            schools.update(dict.fromkeys(ids[ids.index(school) :], school))
    return inside, schools
