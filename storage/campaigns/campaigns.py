"""Campaigns: what an admin calls the squads of a unit to report between two instants, and who has."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, func, or_, select, update

from storage.base import chunks
from storage.base.upsert import add_one
from storage.base.words import Cleared
from storage.checkins import coverage
from storage.checkins.rollups import week_of
from storage.organisation import history
from storage.organisation.units import Unit, within
from storage.tables import campaign, checkin, participation, unit

OPEN, ENDED, WITHDRAWN = "open", "ended", "withdrawn"
# A window that ends so early in the morning belongs to the evening before.
_NIGHT_ENDS = time(6, 0)


@dataclass(frozen=True, slots=True)
class Campaign:
    """`begins_at` and `ends_at` are aware; `grades` empty: all; `issue` is 第N期 or 0; `path` is that of its unit."""

    unit_id: int
    title: Cleared
    activity: str
    begins_at: datetime
    ends_at: datetime
    issue: int = 0
    grades: tuple[int, ...] = ()
    id: int = 0
    person_id: int = 0
    state: str = OPEN
    unit_name: str = ""
    path: str = ""

    def calls(self, squad: Unit) -> bool:
        """Whether this squad is due to report."""
        return squad.path.startswith(self.path) and (not self.grades or squad.grade in self.grades)

    def last_day(self, zone: tzinfo | None) -> date:
        """The last business day: an evening that goes on after midnight is of the day on which it began."""
        ends = self.ends_at.astimezone(zone)
        return (ends - timedelta(days=1)).date() if ends.time() <= _NIGHT_ENDS else ends.date()

    def business_day(self, now: datetime) -> date:
        """The day to which a report of now (aware, in the school's zone) belongs when it names none."""
        first = self.begins_at.astimezone(now.tzinfo).date()
        return max(first, min(now.date(), self.last_day(now.tzinfo)))

    def holds(self, day: date, zone: tzinfo | None) -> bool:
        """Whether the day is one of its business days."""
        return self.begins_at.astimezone(zone).date() <= day <= self.last_day(zone)


class Told(NamedTuple):
    """What a squad reported to a campaign; the rated heads are those of reports with both numbers."""

    attended: int
    rated_due: int
    rated_attended: int


_OWN = [campaign.c[name] for name in Campaign.__slots__[:-2]]
_SELECT = select(*_OWN, unit.c.name, unit.c.path).join(unit, unit.c.id == campaign.c.unit_id)


def _campaign(row: Any) -> Campaign:
    return Campaign(*(*row[:6], tuple(row.grades), *row[7:]))


def add(db: Connection, new: Campaign, now: datetime) -> int:
    """Open a campaign; returns its number."""
    said = {"title": new.title, "activity": new.activity, "issue": new.issue, "grades": list(new.grades)}
    window = {"begins_at": new.begins_at, "ends_at": new.ends_at}
    who = {"unit_id": new.unit_id, "person_id": new.person_id, "state": OPEN, "made_at": now}
    return add_one(db, campaign, **said, **window, **who)


def by_id(db: Connection, number: int) -> Campaign | None:
    """The campaign with this number."""
    row = db.execute(_SELECT.where(campaign.c.id == number)).first()
    return None if row is None else _campaign(row)


def opened(db: Connection, since: datetime) -> list[Campaign]:
    """Those that are open and end after `since`; what is reported after the window is late."""
    query = _SELECT.where(campaign.c.state == OPEN, campaign.c.ends_at > since)
    return [_campaign(row) for row in db.execute(query.order_by(campaign.c.id))]


def newest(db: Connection, paths: Sequence[str], most: int) -> list[Campaign]:
    """The newest that were not withdrawn and concern somebody in these subtrees: called there, below, or above."""
    query = _SELECT.where(campaign.c.state != WITHDRAWN, _meets(paths)).order_by(campaign.c.id.desc()).limit(most)
    return [_campaign(row) for row in db.execute(query)]


def of_issue(db: Connection, activity: str, issue: int, paths: Sequence[str]) -> list[Campaign]:
    """Those of this issue of a series that concern these subtrees, the newest first."""
    same = (campaign.c.activity == activity) & (campaign.c.issue == issue) & (campaign.c.state != WITHDRAWN)
    return [_campaign(row) for row in db.execute(_SELECT.where(same, _meets(paths)).order_by(campaign.c.id.desc()))]


def _meets(paths: Sequence[str]) -> ColumnElement[bool]:
    """The condition `called in these subtrees, or above them`."""
    above = {int(part) for path in paths for part in path.strip("/").split("/")}
    return or_(unit.c.id.in_(sorted(above)), within(paths))


def meets(one: str, other: str) -> bool:
    """Whether one of two subtrees holds the other."""
    return one.startswith(other) or other.startswith(one)


def close(db: Connection, number: int, state: str) -> bool:
    """End or withdraw an open campaign; False when it is open no more."""
    mine = (campaign.c.id == number) & (campaign.c.state == OPEN)
    return db.execute(update(campaign).where(mine).values(state=state)).rowcount == 1


def progress(db: Connection, of: Campaign, paths: Sequence[str]) -> tuple[list[coverage.Squad], dict[int, Told]]:
    """(the squads of these subtrees that it calls, what was reported there as `spread` has it)."""
    part = _part(db, of, paths)
    place, values = history.places(part.shape), part.values
    # With "+ 0" the index of the campaign's check-ins is of no use: it would be walked through for every unit.
    mine = (checkin.c.campaign_id + 0 == of.id) & coverage.VALID
    here = place.outerjoin(checkin, mine & (checkin.c.unit_id == place.c.id))
    there = place.outerjoin(participation, participation.c.unit_id == place.c.id)
    there = there.outerjoin(checkin, mine & (checkin.c.event_id == participation.c.event_id))
    reports = select(place.c.id, *_told()).select_from(here).group_by(place.c.id).having(func.count(checkin.c.id) > 0)
    named = db.execute(select(place.c.id, checkin.c.id).select_from(there), values)
    # Outer joins, so that the databases begin with the units and not with all that answered the campaign.
    found = {unit_id: Told(0, 0, 0) for unit_id, checkin_id in named if checkin_id is not None}
    found |= {row[0]: Told(*map(int, row[1:])) for row in db.execute(reports, values)}
    squads = _called(db, of, part)
    return squads, spread(db, checkin.c.campaign_id == of.id, squads, found)


def spread(
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
    for id, *whole in sorted(_reports(db, which, above), key=lambda row: -depths[row[0]]):
        inside = [told[each.id] for each in above[id] if each.id in told]
        inside += [told[each] for each in above if each in told and f"/{id}/" in above[each][0].path and each != id]
        told |= {squad.id: Told(0, 0, 0) for squad in above[id] if squad.id not in told}
        if id in found:
            own = (max(int(said) - sum(heads), 0) for said, *heads in zip(whole, *inside, strict=True))
            told[id] = Told(*own)
    return told


def _reports(db: Connection, which: ColumnElement[bool], unit_ids: Iterable[int]) -> list[Any]:
    query = select(checkin.c.unit_id, *_told()).where(which, coverage.VALID).group_by(checkin.c.unit_id)
    return [row for ids in chunks.chunks(unit_ids) for row in db.execute(query.where(checkin.c.unit_id.in_(ids)))]


def due(db: Connection, of: Campaign, paths: Sequence[str]) -> list[coverage.Squad]:
    """The squads of these subtrees that it calls, as they are in the week in which it ends."""
    return _called(db, of, _part(db, of, paths))


def _part(db: Connection, of: Campaign, paths: Sequence[str]) -> history.Part:
    inside = [path if path.startswith(of.path) else of.path for path in paths if meets(path, of.path)]
    return history.part(db, inside, week_of(of.ends_at.date()))


def _called(db: Connection, of: Campaign, part: history.Part) -> list[coverage.Squad]:
    squads = coverage.squads(db, part)[week_of(of.ends_at.date())]
    return [squad for squad in squads if not of.grades or squad.grade in of.grades]


def _told() -> list[Any]:
    both = checkin.c.due > 0
    return [
        func.sum(checkin.c.attended),
        func.coalesce(func.sum(checkin.c.due), 0),
        func.coalesce(func.sum(checkin.c.attended).filter(both), 0),
    ]


def reported(db: Connection, of: Campaign, unit_ids: Sequence[int]) -> dict[int, Told]:
    """Unit id → what it reported, of these units: with heads of its own, or in what its school reported."""
    mine = checkin.c.campaign_id == of.id
    events = select(checkin.c.event_id).where(mine, coverage.VALID, checkin.c.event_id.is_not(None))
    named = select(participation.c.unit_id).where(participation.c.event_id.in_(events))
    found = {unit_id: Told(0, 0, 0) for unit_id in db.scalars(named.where(participation.c.unit_id.in_(unit_ids)))}
    paths = db.execute(select(unit.c.id, unit.c.path).where(unit.c.id.in_(unit_ids))).all()
    above = {int(part) for _, path in paths for part in path.strip("/").split("/")[:-1]}
    wholes = [f"/{row[0]}/" for row in _reports(db, mine, above)]
    found |= {unit_id: Told(0, 0, 0) for unit_id, path in paths if any(whole in path for whole in wholes)}
    return found | {row[0]: Told(*map(int, row[1:])) for row in _reports(db, mine, unit_ids)}


def studied(
    db: Connection, activity: str, issue: int, first: date, paths: Sequence[str], squads: Sequence[coverage.Squad]
) -> dict[int, Told]:
    """What was reported of an issue of a series since `first` in these subtrees by these squads, as `spread` has it."""
    same = (checkin.c.issue == issue) & (checkin.c.activity == activity) & (checkin.c.day >= first)
    # An outer join, so that the databases begin with the units and not with all who learned it.
    here = unit.outerjoin(checkin, (checkin.c.unit_id == unit.c.id) & coverage.VALID & same)
    query = select(unit.c.id, *_told()).select_from(here).where(within(paths)).group_by(unit.c.id)
    rows = db.execute(query.having(func.count(checkin.c.id) > 0))
    return spread(db, same, squads, {row[0]: Told(*map(int, row[1:])) for row in rows})
