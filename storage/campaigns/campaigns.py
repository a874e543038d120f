"""Campaigns: what an admin calls the squads of a unit to report between two instants, and who has."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select, update

from storage.base.upsert import add_one
from storage.base.words import Cleared
from storage.checkins import coverage, exemptions, windows
from storage.checkins.rollups import week_of
from storage.organisation import history, units
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

    def calls(self, squad: units.Unit) -> bool:
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
    return or_(unit.c.id.in_(sorted(above)), units.within(paths))


def meets(one: str, other: str) -> bool:
    """Whether one of two subtrees holds the other."""
    return one.startswith(other) or other.startswith(one)


def close(db: Connection, number: int, state: str) -> bool:
    """End or withdraw an open campaign; False when it is open no more."""
    mine = (campaign.c.id == number) & (campaign.c.state == OPEN)
    return db.execute(update(campaign).where(mine).values(state=state)).rowcount == 1


def progress(
    db: Connection, of: Campaign, paths: Sequence[str]
) -> tuple[list[coverage.Squad], dict[int, windows.Told]]:
    """(the squads of these subtrees that it calls, what was reported there as storage/checkins/windows.py has it)."""
    part = _part(db, of, paths)
    squads = _called(db, of, part)
    without = dict.fromkeys(nothing(db, of).intersection(squad.id for squad in squads), windows.Told())
    # With "+ 0" the index of the campaign's check-ins is of no use: it would be walked through for every unit.
    return squads, without | windows.told(db, checkin.c.campaign_id + 0 == of.id, part, squads)


def due(db: Connection, of: Campaign, paths: Sequence[str]) -> list[coverage.Squad]:
    """The squads of these subtrees that it calls, as they are in the week in which it ends."""
    return _called(db, of, _part(db, of, paths))


def due_of_all(
    db: Connection, calls: Sequence[Campaign], paths: Sequence[str], week: str
) -> tuple[history.Part, list[coverage.Squad]]:
    """(these subtrees, their squads as they were in a week whom any of these calls; where nobody called, everybody)."""
    part = history.part(db, paths, week)
    due = [
        squad
        for squad in coverage.squads(db, part)[week]
        if not (over := [call for call in calls if squad.path.startswith(call.path)])
        or any(not call.grades or squad.grade in call.grades for call in over)
    ]
    return part, due


def _part(db: Connection, of: Campaign, paths: Sequence[str]) -> history.Part:
    inside = [path if path.startswith(of.path) else of.path for path in paths if meets(path, of.path)]
    return history.part(db, inside, week_of(of.ends_at.date()))


def _called(db: Connection, of: Campaign, part: history.Part) -> list[coverage.Squad]:
    squads = coverage.squads(db, part)[week_of(of.ends_at.date())]
    return [squad for squad in squads if not of.grades or squad.grade in of.grades]


def reported(db: Connection, of: Campaign, unit_ids: Sequence[int]) -> dict[int, windows.Told]:
    """Unit id → what it reported, of these units: with heads of its own, or in what its school reported."""
    mine = checkin.c.campaign_id == of.id
    events = select(checkin.c.event_id).where(mine, coverage.VALID, checkin.c.event_id.is_not(None))
    named = select(participation.c.unit_id).where(participation.c.event_id.in_(events))
    found = {unit_id: windows.Told() for unit_id in db.scalars(named.where(participation.c.unit_id.in_(unit_ids)))}
    paths = db.execute(select(unit.c.id, unit.c.path).where(unit.c.id.in_(unit_ids))).all()
    above = {int(part) for _, path in paths for part in path.strip("/").split("/")[:-1]}
    wholes = [f"/{row[0]}/" for row in windows.reports(db, mine, above)]
    found |= {unit_id: windows.Told() for unit_id, path in paths if any(whole in path for whole in wholes)}
    return found | {row[0]: windows.Told(*map(int, row[1:])) for row in windows.reports(db, mine, unit_ids)}


def nothing(db: Connection, of: Campaign) -> frozenset[int]:
    """The units that have said that they take no part: a report, too."""
    return exemptions.of_row(db, row_of(of), date.max, date.min)


def row_of(of: Campaign) -> str:
    """What an exemption from it is of."""
    return f"campaign:{of.id}"


def answered(db: Connection, of: Campaign, unit_ids: Sequence[int]) -> set[int]:
    """Those of these units that have reported, or have said that there was nothing."""
    return {*reported(db, of, unit_ids), *nothing(db, of).intersection(unit_ids)}
