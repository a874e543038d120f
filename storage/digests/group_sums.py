"""What squads in several parts of the tree did in a week, added up: who reported, heads.

Events are not added up here: one in which two schools of the group met would count twice (storage/checkins/events.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from storage.checkins import weekly_coverage
from storage.digests.sums import totals
from storage.organisation import history


@dataclass(frozen=True, slots=True)
class GroupSums:
    """`attended` is all 人次; `missing` are names of squads with their school."""

    squads_due: int
    squads_covered: int
    attended: int
    missing: tuple[str, ...]


def of_week(db: Connection, paths: Sequence[str], week: str) -> GroupSums:
    """The sums of these subtrees, which do not overlap."""
    part = history.part(db, paths, week)
    found = weekly_coverage.of(db, part)
    names = tuple(f"{squad.school}{squad.name}" for squad in found.named)
    covered = sum(told for _, told in found.counts.values())
    return GroupSums(found.due, covered, totals(db, part)[week].attended, names)
