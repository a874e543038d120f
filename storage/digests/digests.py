"""The weekly digest of a part of the tree, from the rollups, and its frozen snapshots."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, case, func, select
from sqlalchemy.dialects import postgresql, sqlite

from storage.base import chunks
from storage.checkins import coverage
from storage.checkins.rollups import Sums, week_of
from storage.digests.digest_changes import Correction, Figures, correction_from, since
from storage.organisation import history
from storage.organisation.history import Part, Shape, monday_of, places
from storage.organisation.units import Kind, Unit
from storage.tables import digest as snapshot
from storage.tables import nomination, rollup, unit, unit_past

# The order in which the states of a nomination are told.
STATES = ("submitted", "returned", "approved", "withdrawn")
FROZEN = 1


@dataclass(frozen=True, slots=True)
class Attendance:
    """`attended` is all 人次; `rate` is per cent of the heads due, over the records that have both numbers."""

    attended: int
    rated_due: int
    rated_attended: int
    rate: float | None


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity: distinct events (场), distinct squads, 人次, attendance rate in per cent."""

    activity: str
    events: int
    squads: int
    attended: int
    rate: float | None


@dataclass(frozen=True, slots=True)
class Previous:
    """The week before as it stands now, with what was reported late."""

    week: str
    events: int
    squads_covered: int
    attended: int
    rate: float | None


@dataclass(frozen=True, slots=True)
class Digest:
    """
    A week of a unit. `revision` 0 is as of `at`; 1 was frozen then; each check-in that came or changed since adds one.

    `correction` says what those come to, `correction_before` the same of the week before, up to when this one was
    frozen. `late` and `backfilled` count check-ins that were not in time. `unit` is the path of names, `title` a short
    clear name; `missing` are names of squads.
    """

    unit: str
    week: str
    revision: int
    events: int
    squads_due: int
    squads_covered: int
    attendance: Attendance
    by_activity: tuple[Activity, ...]
    missing: tuple[str, ...]
    nominations: Mapping[str, int]
    previous: Previous
    title: str = ""
    at: datetime | None = None
    late: int = 0
    backfilled: int = 0
    correction: Correction | None = None
    correction_before: Correction | None = None

    @property
    def figures(self) -> Figures:
        """What it says first."""
        return Figures(self.events, self.squads_covered, self.attendance.attended)


# What programs rely on; the snapshots hold some more.
_KEYS = tuple(Digest.__slots__[:11])
_KEPT = (*_KEYS, "late", "backfilled", "correction_before")


def as_json(digest: Digest, keys: Sequence[str] = _KEYS) -> dict[str, Any]:
    """What `digest --format json` prints."""
    whole = asdict(digest)
    return {key: list(whole[key]) if isinstance(whole[key], tuple) else whole[key] for key in keys}


def from_json(body: Mapping[str, Any]) -> Digest:
    """The digest that `as_json` wrote."""
    before = body.get("correction_before")
    return Digest(
        **{
            **body,
            "correction_before": correction_from(before) if before else None,
            "attendance": Attendance(**body["attendance"]),
            "by_activity": tuple(Activity(**each) for each in body["by_activity"]),
            "missing": tuple(body["missing"]),
            "previous": Previous(**body["previous"]),
        }
    )


def percent(part: int, whole: int) -> float | None:
    """Per cent with one decimal, half up (130 of 143 → 90.9, domain §1.4); None of nothing."""
    return (2000 * part + whole) // (2 * whole) / 10 if whole else None


def path_names(db: Connection, of: Iterable[Unit], week: str = "") -> dict[int, str]:
    """Unit id → the names from the root down, joined by `/`, as the roster file writes them; of now or of a week."""
    paths = {each.id: [int(part) for part in each.path.strip("/").split("/")] for each in of}
    query = select(unit.c.id, unit.c.name)
    if week:
        first = monday_of(week)
        then = (unit_past.c.unit_id == unit.c.id) & (unit_past.c.since <= first) & (unit_past.c.until > first)
        query = select(unit.c.id, func.coalesce(unit_past.c.name, unit.c.name)).outerjoin(unit_past, then)
    names: dict[int, str] = {}
    for ids in chunks.chunks({id for path in paths.values() for id in path}):
        names.update({id: name for id, name in db.execute(query.where(unit.c.id.in_(ids)))})
    return {id: "/".join(names[part] for part in path) for id, path in paths.items()}


def weekly(db: Connection, of: Unit, week: str, now: datetime | None = None) -> Digest:
    """The digest as it stands now (revision 0), whatever was frozen; the units are those of that week."""
    before = week_of(monday_of(week) - timedelta(days=7))
    part = history.part(db, [of.path], week, before)
    of = part.was(of, week)
    due, seen, sums = coverage.squads(db, part), coverage.covered(db, part), _sums(db, part)
    attendance, earlier = _attendance(sums[week]), _attendance(sums[before])
    path = path_names(db, [of], week)[of.id]
    return Digest(
        unit=path,
        week=week,
        revision=0,
        events=sum(row.events for row in sums[week]),
        squads_due=len(due[week]),
        squads_covered=sum(squad.id in seen[week] for squad in due[week]),
        attendance=attendance,
        by_activity=tuple(
            Activity(row.activity, row.events, row.squads, row.attended, percent(row.rated_attended, row.rated_due))
            for row in sums[week]
        ),
        missing=tuple(_name(squad, of) for squad in due[week] if squad.id not in seen[week]),
        nominations=_nominations(db, week, part),
        previous=Previous(
            before,
            sum(row.events for row in sums[before]),
            sum(squad.id in seen[before] for squad in due[before]),
            earlier.attended,
            earlier.rate,
        ),
        title=_title(of, path),
        at=now,
        late=sum(row.late for row in sums[week]),
        backfilled=sum(row.backfilled for row in sums[week]),
    )


def report(db: Connection, of: Unit, week: str, now: datetime | None = None) -> Digest:
    """What is said when somebody asks: the frozen digest where there is one, with its `late`; else `weekly`."""
    previous = week_of(monday_of(week) - timedelta(days=7))
    kept_of = _kept(db, of, (previous, week))
    row, before = kept_of.get(week), kept_of.get(previous)
    if row is None:
        shown = weekly(db, of, week, now)
        last = shown.previous
        standing = Figures(last.events, last.squads_covered, last.attended)
        return replace(shown, correction_before=_corrected(db, of, before, standing) if before else None)
    kept = replace(from_json(row.body), title=_title(of, row.body["unit"]))
    kept = replace(kept, at=row.made_at.astimezone(now.tzinfo) if now else None)
    correction = _corrected(db, of, row, None)
    return replace(kept, correction=correction, revision=FROZEN + (correction.changes.total if correction else 0))


def _corrected(db: Connection, of: Unit, frozen: Any, now: Figures | None) -> Correction | None:
    """What became of a frozen week; None when nothing changed. `now` are its figures, if they are known."""
    changes = since(db, of, frozen.week, frozen.made_at)
    if not changes.total:
        return None
    return Correction(changes, from_json(frozen.body).figures, now or weekly(db, of, frozen.week).figures)


def _kept(db: Connection, of: Unit, weeks: tuple[str, str]) -> dict[str, Any]:
    """Week → its newest snapshot (week, body, made_at); without a week that is not frozen."""
    rows = db.execute(
        select(snapshot.c.week, snapshot.c.body, snapshot.c.made_at)
        .where(snapshot.c.unit_id == of.id, snapshot.c.week.in_(weeks))
        .order_by(snapshot.c.revision)
    )
    return {row.week: row for row in rows}


def freeze(db: Connection, of: Unit, week: str, now: datetime) -> Digest:
    """Keep the digest as it stands now, once; a second time returns the first (domain §1.3: never silently changed)."""
    insert = sqlite.insert(snapshot) if db.dialect.name == "sqlite" else postgresql.insert(snapshot)
    frozen = report(db, of, week, now)
    if frozen.revision < FROZEN:
        frozen = replace(frozen, revision=FROZEN)
        row = {"unit_id": of.id, "week": week, "revision": FROZEN, "body": as_json(frozen, _KEPT), "made_at": now}
        db.execute(insert.values(row).on_conflict_do_nothing())
    return frozen


@dataclass(frozen=True, slots=True)
class _Sums:
    activity: str
    events: int
    attended: int
    rated_due: int
    rated_attended: int
    late: int
    backfilled: int
    squads: int


def _sums(db: Connection, part: Part) -> dict[str, list[_Sums]]:
    """
    The sums of each week by activity, the most frequent first.

    What several units share is taken off where they meet (storage/events.py): the sum is right in every subtree.
    """
    found: dict[str, list[_Sums]] = {week: [] for week in part.weeks}
    for week, activity, *numbers in db.execute(_summing(part.shape), part.values):
        found[week].append(_Sums(activity, *map(int, numbers)))
    for each in found.values():
        # Sorted here, since the databases order Chinese words differently.
        each.sort(key=lambda row: (-row.events, -row.attended, row.activity))
    return found


@cache
def _summing(shape: Shape) -> Select[Any]:
    sums = [func.sum(rollup.c[name]) for name in Sums._fields]
    place = places(shape)
    taking_part = (rollup.c.events > 0) & (place.c.kind == Kind.SQUAD)
    return (
        select(place.c.week, rollup.c.activity, *sums, func.sum(case((taking_part, 1), else_=0)))
        .select_from(place)
        .outerjoin(rollup, (rollup.c.week == place.c.week) & (rollup.c.unit_id == place.c.id))
        .group_by(place.c.week, rollup.c.activity)
        .having(sums[0] > 0)
    )


def _attendance(rows: list[_Sums]) -> Attendance:
    due, present = sum(row.rated_due for row in rows), sum(row.rated_attended for row in rows)
    return Attendance(sum(row.attended for row in rows), due, present, percent(present, due))


def _nominations(db: Connection, week: str, part: Part) -> dict[str, int]:
    rows = db.execute(_nominated(part.shape), {**part.values, "week": week})
    return dict.fromkeys(STATES, 0) | {state: count for state, count in rows if state}


@cache
def _nominated(shape: Shape) -> Select[Any]:
    place = places(shape)
    in_week = (nomination.c.week == place.c.week) & (nomination.c.unit_id == place.c.id)
    of_week = select(nomination.c.state, func.count(nomination.c.id)).select_from(place).outerjoin(nomination, in_week)
    return of_week.where(place.c.week == bindparam("week")).group_by(nomination.c.state)


def _name(squad: coverage.Squad, seen_from: Unit) -> str:
    return squad.name if seen_from.school_id else f"{squad.school}{squad.name}"


def _title(of: Unit, path: str) -> str:
    """A name that is clear outside its school; the school is as far from the end as its id is in the path."""
    names, ids = path.split("/"), of.path.strip("/").split("/")
    if of.school_id in (None, of.id):
        return of.name
    return names[ids.index(str(of.school_id))] + of.name
