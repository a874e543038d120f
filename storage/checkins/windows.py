"""What the squads of a part of the tree reported in a window: of an activity, one issue of it, or for a campaign."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, FromClause, func, select, union

from storage.base import chunks
from storage.checkins import coverage
from storage.organisation import history
from storage.tables import checkin, participation


class Told(NamedTuple):
    """What a squad reported; the rated heads are those of reports with both numbers."""

    attended: int = 0
    rated_due: int = 0
    rated_attended: int = 0


def of_activity(activity: str, first: date, last: date, issue: int = 0) -> ColumnElement[bool]:
    """The check-ins of an activity between two days, of one issue of a series if one is given."""
    same = (checkin.c.activity == activity) & checkin.c.day.between(first, last)
    return same & (checkin.c.issue == issue) if issue else same


def told(
    db: Connection, which: ColumnElement[bool], part: history.Part, squads: Sequence[coverage.Squad]
) -> dict[int, Told]:
    """Squad id → what it reported, or what was reported with it; without the silent ones."""
    place, here, there = _joined(which, part)
    summed = select(place.c.id, *_sums()).select_from(here).group_by(place.c.id).having(func.count(checkin.c.id) > 0)
    named = db.execute(select(place.c.id, checkin.c.id).select_from(there), part.values)
    found = {unit_id: Told() for unit_id, checkin_id in named if checkin_id is not None}
    found |= {row[0]: Told(*map(int, row[1:])) for row in db.execute(summed, part.values)}
    return _spread(db, which, squads, found)


def events(db: Connection, which: ColumnElement[bool], part: history.Part) -> int:
    """How many distinct events there were; one of several units is one."""
    _, here, there = _joined(which, part)
    # Numbers of events and of check-ins that are an event by themselves are told apart by their signs.
    key = func.coalesce(-checkin.c.event_id, checkin.c.id).label("event")
    both = (select(key).select_from(each).where(checkin.c.id.is_not(None)) for each in (here, there))
    return db.scalar(select(func.count()).select_from(union(*both).subquery()), part.values) or 0


def _joined(which: ColumnElement[bool], part: history.Part) -> tuple[Any, FromClause, FromClause]:
    """(the units, these with their own check-ins, these with check-ins of others that name them)."""
    # Outer joins, so that the databases begin with the units and not with all that was reported in the window.
    place, mine = history.places(part.shape), which & coverage.VALID
    here = place.outerjoin(checkin, mine & (checkin.c.unit_id == place.c.id))
    named = place.outerjoin(participation, participation.c.unit_id == place.c.id)
    return place, here, named.outerjoin(checkin, mine & (checkin.c.event_id == participation.c.event_id))


def _spread(
    db: Connection, which: ColumnElement[bool], squads: Sequence[coverage.Squad], found: Mapping[int, Told]
) -> dict[int, Told]:
    """
    Of these squads, id → what was reported (`found`); a whole school or grade speaks for those that say nothing.

    A whole that is in `found` keeps of its heads what its squads do not tell themselves.
    """
    above: dict[int, list[coverage.Squad]] = defaultdict(list)
    for squad in squads:
        for part in squad.path.strip("/").split("/")[:-1]:
            above[int(part)].append(squad)
    told = {squad.id: found[squad.id] for squad in squads if squad.id in found}
    # The lowest first: a grade speaks before its school does.
    depths = {id: above[id][0].path.partition(f"/{id}/")[0].count("/") for id in above}
    for id, *whole in sorted(reports(db, which, above), key=lambda row: -depths[row[0]]):
        inside = [told[each.id] for each in above[id] if each.id in told]
        inside += [told[each] for each in above if each in told and f"/{id}/" in above[each][0].path and each != id]
        told |= {squad.id: Told() for squad in above[id] if squad.id not in told}
        if id in found:
            own = (max(int(said) - sum(heads), 0) for said, *heads in zip(whole, *inside, strict=True))
            told[id] = Told(*own)
    return told


def reports(db: Connection, which: ColumnElement[bool], unit_ids: Iterable[int]) -> list[Any]:
    """(unit id, the numbers of `Told`) of those of these units that reported themselves."""
    query = select(checkin.c.unit_id, *_sums()).where(which, coverage.VALID).group_by(checkin.c.unit_id)
    return [row for ids in chunks.chunks(unit_ids) for row in db.execute(query.where(checkin.c.unit_id.in_(ids)))]


def _sums() -> list[Any]:
    both = checkin.c.due > 0
    return [
        func.sum(checkin.c.attended),
        func.coalesce(func.sum(checkin.c.due), 0),
        func.coalesce(func.sum(checkin.c.attended).filter(both), 0),
    ]
