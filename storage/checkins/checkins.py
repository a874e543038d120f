"""Check-ins as they stand; how they come, change and go is in `recording`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select, true

from storage.base.words import Cleared
from storage.checkins import events
from storage.checkins.coverage import VALID
from storage.checkins.rollups import week_of
from storage.organisation.units import Unit, within
from storage.records import record
from storage.tables import checkin, checkin_version, inbox, unit, unit_past

# When it was reported: in time; before the week's digest was frozen; after that.
ON_TIME, LATE, BACKFILLED = "on_time", "late", "backfilled"


@record
class Checkin:
    """
    One unit at one event; `due` is None when it was not said, `issue` is 第N期 of a series or 0.

    `sequence` is 1, and more for what the unit held once more on that day.
    """

    unit_id: int
    activity: str
    day: date
    attended: int
    due: int | None = None
    topic: Cleared = Cleared("")
    others: tuple[tuple[str, int], ...] = ()
    id: int = 0
    person_id: int = 0
    unit_name: str = ""
    made_at: datetime | None = None
    path: str = ""
    kind: str = ""
    issue: int = 0
    timing: str = ON_TIME
    event_id: int | None = None
    campaign_id: int | None = None
    sequence: int = 1

    @property
    def week(self) -> str:
        """The ISO week's label of the day, under which it is summed."""
        return week_of(self.day)

    @property
    def whole(self) -> bool:
        """Whether what the squads below report of that activity and day belongs to it."""
        return self.kind in events.WHOLES

    def at(self, unit: Unit) -> "Checkin":
        """The same of this unit."""
        return replace(self, unit_id=unit.id, unit_name=unit.name, path=unit.path, kind=unit.kind)

    @property
    def part(self) -> events.Part:
        """Its part in its event."""
        return events.Part(self.unit_id, self.path, self.attended, self.due, self.id)

    @property
    def place(self) -> tuple[int, str, date, int]:
        """What makes it part of one event and not of another."""
        return self.unit_id, self.activity, self.day, self.sequence


def new(unit: Unit, activity: str, day: date, attended: int, due: int | None = None, **more: Any) -> Checkin:
    """A check-in that is not stored yet."""
    here: dict[str, Any] = {"unit_name": unit.name, "path": unit.path, "kind": unit.kind}
    return Checkin(unit.id, activity, day, attended, due, **here, **more)


# What the unit was then.
_UNIT = {
    "unit_name": func.coalesce(unit_past.c.name, unit.c.name), "path": func.coalesce(unit_past.c.path, unit.c.path),
    "kind": unit.c.kind,
}  # fmt: skip
_ANY = select(*(_UNIT[name] if name in _UNIT else checkin.c[name] for name in Checkin.__annotations__))
_THAT_DAY = (unit_past.c.since <= checkin.c.day) & (unit_past.c.until > checkin.c.day)
_ANY = _ANY.join(unit, unit.c.id == checkin.c.unit_id)
_ANY = _ANY.outerjoin(unit_past, (unit_past.c.unit_id == checkin.c.unit_id) & _THAT_DAY)
_SELECT = _ANY.where(VALID)
_WITHDRAWN = checkin.c.state == "withdrawn"


def _checkin(row: Any) -> Checkin:
    unit_id, activity, day, attended, due, topic, others, *rest = row
    return Checkin(unit_id, activity, day, attended, due, topic, tuple(others.items()), *rest)


def _first(db: Connection, query: Select[Any]) -> Checkin | None:
    row = db.execute(query).first()
    return None if row is None else _checkin(row)


def by_id(db: Connection, checkin_id: int) -> Checkin | None:
    """The valid check-in with this id."""
    return _first(db, _SELECT.where(checkin.c.id == checkin_id))


def by_ids(db: Connection, ids: Sequence[int]) -> dict[int, Checkin]:
    """The valid check-ins with these ids, by id."""
    return {row.id: _checkin(row) for row in db.execute(_SELECT.where(checkin.c.id.in_(ids)))}


def of_message(db: Connection, person_id: int, channel: str, chat: str, spoken_as: str) -> list[tuple[Checkin, bool]]:
    """What a person's own message recorded, each with whether it still stands; the message by its platform's id."""
    query = _ANY.add_columns(checkin.c.state).join(inbox, inbox.c.id == checkin.c.inbox_id)
    here = (inbox.c.channel == channel) & (inbox.c.chat == chat) & (inbox.c.spoken_as == spoken_as)
    rows = db.execute(query.where(checkin.c.person_id == person_id, here).order_by(checkin.c.id)).all()
    return [(_checkin(row[:-1]), row.state == "valid") for row in rows]


def withdrawn(db: Connection, checkin_id: int) -> Checkin | None:
    """The check-in with this id when it was taken back."""
    return _first(db, _ANY.where(checkin.c.id == checkin_id, _WITHDRAWN))


def matching(
    db: Connection, of: Mapping[str, Any], paths: Sequence[str] = (), *, gone: bool = False, most: int = 7
) -> list[Checkin]:
    """
    The newest `most` valid check-ins whose columns are as `of` says, in these subtrees if any are given.

    With `gone` those that were taken back, the last one to be so first.
    """
    wanted = [checkin.c[name] == value for name, value in of.items()] + ([within(paths)] if paths else [])
    if gone:
        last = select(func.max(checkin_version.c.id)).where(checkin_version.c.checkin_id == checkin.c.id)
        query = _ANY.where(_WITHDRAWN, *wanted).order_by(last.scalar_subquery().desc())
    else:
        query = _SELECT.where(*wanted).order_by(checkin.c.id.desc())
    return [_checkin(row) for row in db.execute(query.limit(most))]


def gone_at(db: Connection, person_id: int) -> datetime | None:
    """When a check-in of this sender that is taken back was so last."""
    mine = _WITHDRAWN & (checkin.c.person_id == person_id)
    when = select(checkin_version.c.at).join(checkin, checkin.c.id == checkin_version.c.checkin_id).where(mine)
    found: datetime | None = db.scalar(when.order_by(checkin_version.c.id.desc()).limit(1))
    return found


def heads(db: Connection, unit_ids: Sequence[int], since: date, until: date) -> dict[int, list[int]]:
    """How many were there each time from `since` to the day before `until`, by unit, the latest last."""
    within_time = checkin.c.day.between(since, until - timedelta(days=1))
    query = select(checkin.c.unit_id, checkin.c.attended).where(VALID, checkin.c.unit_id.in_(unit_ids), within_time)
    found: dict[int, list[int]] = {}
    for unit_id, attended in db.execute(query.order_by(checkin.c.unit_id, checkin.c.day)):
        found.setdefault(unit_id, []).append(attended)
    return found


def of_day(db: Connection, unit_id: int, activity: str, day: date, issue: int = 0) -> list[Checkin]:
    """The valid check-ins of a squad for an activity (and its issue) on a day, the newest first; mostly one."""
    at = (checkin.c.unit_id == unit_id) & (checkin.c.activity == activity) & (checkin.c.day == day)
    query = _SELECT.where(at, checkin.c.issue == issue).order_by(checkin.c.sequence.desc())
    return [_checkin(row) for row in db.execute(query)]


def newest(db: Connection, person_id: int) -> Checkin | None:
    """The newest valid check-in of this sender."""
    return next(iter(matching(db, {"person_id": person_id}, most=1)), None)


def of_last_message(db: Connection, person_id: int) -> list[Checkin]:
    """What the last message of this sender that recorded something recorded, as far as it stands; the newest first."""
    mine = (checkin.c.person_id == person_id) & VALID
    last = select(checkin.c.inbox_id).where(mine).order_by(checkin.c.id.desc()).limit(1).scalar_subquery()
    rows = db.execute(_SELECT.where(mine, checkin.c.inbox_id == last).order_by(checkin.c.id.desc()))
    return [_checkin(row) for row in rows]


def newest_beside(db: Connection, paths: Sequence[str], other: Checkin) -> Checkin | None:
    """The newest valid check-in of these subtrees of the same activity and day, of another unit."""
    same = (checkin.c.activity == other.activity) & (checkin.c.day == other.day) & (checkin.c.unit_id != other.unit_id)
    return _first(db, _SELECT.where(within(paths), same).order_by(checkin.c.id.desc()).limit(1))


def of_issue(db: Connection, unit_id: int, activity: str, issue: int, since: date) -> Checkin | None:
    """The newest valid check-in of a unit for an issue of a series, of a day after `since`."""
    same = (checkin.c.unit_id == unit_id) & (checkin.c.activity == activity) & (checkin.c.issue == issue)
    return _first(db, _SELECT.where(same, checkin.c.day > since).order_by(checkin.c.id.desc()).limit(1))


def hold(db: Connection, old: Checkin) -> Checkin | None:
    """The check-in, kept from others until the transaction ends; None when it is no longer as `old` says.

    Two at once must not both take the old sums out: the second finds another state.
    """
    found = _first(db, _SELECT.where(checkin.c.id == old.id).with_for_update(of=checkin))
    as_it_was = found is not None and (*found.place, found.attended, found.due) == (*old.place, old.attended, old.due)
    return found if as_it_was else None


def between(
    db: Connection, first: date, last: date, *, person_id: int | None = None, paths: Sequence[str] = (), most: int = 30,
    activity: str | None = None, only: ColumnElement[bool] | None = None,
) -> list[Checkin]:  # fmt: skip
    """
    The newest `most` valid check-ins of the days from `first` to `last`: of this sender, or of these subtrees.

    Of one `activity` where it is named; `only`: what else storage asks of them.
    """
    whose = checkin.c.person_id == person_id if person_id is not None else within(paths)
    query = _SELECT.where(whose, checkin.c.day.between(first, last), true() if only is None else only)
    query = query.where(checkin.c.activity == activity) if activity else query
    rows = db.execute(query.order_by(checkin.c.day.desc(), checkin.c.id.desc()).limit(most))
    return [_checkin(row) for row in rows]


def count(db: Connection, first: date, last: date, person_id: int) -> int:
    """How many valid check-ins of the days from `first` to `last` this person sent."""
    mine = (checkin.c.person_id == person_id) & VALID & checkin.c.day.between(first, last)
    return db.scalar(select(func.count()).where(mine)) or 0
