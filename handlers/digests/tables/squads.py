"""The squads of a digest, one by one."""

from collections.abc import Sequence

from sqlalchemy import Connection

from handlers.digests.tables.contents import Shown
from scheduling.periods import week_of
from storage.checkins import coverage
from storage.digests import details, figures, squads
from storage.organisation import history

Squad = coverage.Squad
Told = Sequence[coverage.SquadSums]


def told(db: Connection, one: Shown) -> list[tuple[Squad, Told, bool]]:
    """(squad, what it has reported as it stands now, whether it or others for it have), by school, grade and class."""
    week = week_of(one.last)
    part = history.part(db, [one.unit.path], week)
    found = coverage.squads(db, part)[week]
    if isinstance(one.digest, figures.Digest):
        sums = coverage.by_squad(db, part)
        covered = set(sums)
    else:
        sums = details.by_squad(db, one.which)
        covered = squads.covered(db, one.unit, [squad.id for squad in found], one.first, one.last)
    return [(squad, sums.get(squad.id, []), squad.id in covered) for squad in found]
