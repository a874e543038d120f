"""
Events of several units: a whole school, or squads together, is one 场, and nobody's heads are counted twice.

A check-in without an event is an event by itself. What belongs to one event is of one activity and day.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Subquery,
    bindparam,
    delete,
    func,
    literal_column,
    or_,
    select,
    update,
)

from storage.base.upsert import add_new, add_one
from storage.checkins.coverage import VALID
from storage.checkins.rollups import Rollups, Sums, week_of
from storage.organisation import history
from storage.organisation.units import Kind
from storage.tables import checkin, event, participation, unit

# Whose own report is the frame of what the squads below report.
WHOLES = frozenset({Kind.SCHOOL, Kind.GRADE})


@dataclass(frozen=True, slots=True)
class Part:
    """What a unit did in an event; `attended` is None when its heads are told by the whole that it belongs to."""

    unit_id: int
    path: str
    attended: int | None = None
    due: int | None = None
    checkin_id: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """One 场 of several units."""

    id: int
    activity: str
    day: date


_Heads = tuple[int, int, int]


def shares(parts: Iterable[Part]) -> dict[int, Sums]:
    """
    Unit id → what this event adds to its sums, so that the sum over any subtree counts it once (golden G2, G20).

    Each unit has +1 and the unit where two neighbours meet −1, so k units below a node give k − (k − 1) there. A school
    that tells its heads has left what its squads do not tell themselves.
    """
    # Whoever was there twice was there once: with its own word, and the most that it told.
    mine = sorted({part.unit_id: part for part in sorted(parts, key=_told)}.values(), key=_path)
    found = {unit_id: Sums(1, *heads) for unit_id, heads in _heads(mine)}
    for one, other in pairwise(mine):
        meeting = _meeting(one.path, other.path)
        if meeting is not None:
            before = found.get(meeting, Sums())
            found[meeting] = before._replace(events=before.events - 1)
    return found


def _path(part: Part) -> str:
    return part.path


def _told(part: Part) -> tuple[int, int]:
    return -1 if part.attended is None else part.attended, part.due or 0


def _meeting(one: str, other: str) -> int | None:
    """The lowest unit that holds both: /1/7/3/ and /1/7/4/ → 7; None in different trees."""
    last = None
    for mine, theirs in zip(one.strip("/").split("/"), other.strip("/").split("/"), strict=False):
        if mine != theirs:
            break
        last = int(mine)
    return last


def _heads(mine: Sequence[Part]) -> Iterable[tuple[int, _Heads]]:
    """(unit, its own share of 人次 and of the rated heads), the lowest units first."""
    waiting: list[tuple[str, _Heads]] = []
    for part in reversed(mine):
        inside = (0, 0, 0)
        while waiting and waiting[-1][0].startswith(part.path):
            inside = _plus(inside, waiting.pop()[1])
        said = (part.attended or 0, part.due or 0, (part.attended or 0) if part.due else 0)
        own = (max(said[0] - inside[0], 0), max(said[1] - inside[1], 0), max(said[2] - inside[2], 0))
        waiting.append((part.path, _plus(own, inside)))
        yield part.unit_id, own


def _plus(one: _Heads, other: _Heads) -> _Heads:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


# The event of the school or grade above a unit, for a check-in that belongs to it; a part of its INSERT.
OF_THE_WHOLE = (
    select(checkin.c.event_id)
    .where(
        checkin.c.unit_id.in_([bindparam("above"), bindparam("further_above")]),
        checkin.c.day == bindparam("of_day"),
        checkin.c.activity == bindparam("of_activity"),
        checkin.c.sequence == bindparam("of_sequence"),
        VALID,
    )
    .limit(1)
    .scalar_subquery()
)


def whole_at(path: str, activity: str, day: date, sequence: int) -> dict[str, Any]:
    """
    The values of `OF_THE_WHOLE` for a unit: its squads stand below the school or below a grade of it.

    The second time of a squad is that of the second time of its school.
    """
    _, above, further = (["0", "0", "0", *path.strip("/").split("/")])[-1:-4:-1]
    which = {"of_day": day, "of_activity": activity, "of_sequence": sequence}
    return {"above": int(above), "further_above": int(further), **which}


def begin(db: Connection, activity: str, day: date) -> Event:
    """A new event, with nobody in it yet."""
    return Event(add_one(db, event, activity=activity, day=day), activity, day)


def by_id(db: Connection, event_id: int) -> Event:
    """The event, held until the transaction ends: two that change it must see each other's work."""
    query = select(event.c.id, event.c.activity, event.c.day).where(event.c.id == event_id)
    return Event(*db.execute(query.with_for_update()).one())


def parts(db: Connection, event_id: int) -> list[Part]:
    """Who takes part, as far as they are valid."""
    return _reports(db, checkin.c.event_id == event_id) + _named(db, event_id)


def _reports(db: Connection, which: ColumnElement[bool]) -> list[Part]:
    columns = (checkin.c.unit_id, history.path_on(checkin.c.day), checkin.c.attended, checkin.c.due, checkin.c.id)
    rows = db.execute(select(*columns).join(unit, unit.c.id == checkin.c.unit_id).where(VALID, which))
    return [Part(*row) for row in rows]


def _named(db: Connection, event_id: int) -> list[Part]:
    query = select(unit.c.id, history.path_on(event.c.day)).join(participation, participation.c.unit_id == unit.c.id)
    query = query.join(event, event.c.id == participation.c.event_id)
    return [Part(*row) for row in db.execute(query.where(event.c.id == event_id))]


def recount(
    db: Connection, rollups: Rollups, of: Event, came: Collection[Part] = (), gone: Collection[Part] = ()
) -> None:
    """Some of its check-ins are new or other than they were (`gone`): the sums follow."""
    after = parts(db, of.id)
    new = {part.checkin_id for part in came}
    before = [part for part in after if part.checkin_id not in new or not part.checkin_id]
    resum(rollups, of, [[*before, *gone]], [after])


def join(db: Connection, rollups: Rollups, into: Event, ones: Collection[Part], others: Collection[int] = ()) -> None:
    """Check-ins that were events by themselves, and whole other events, become one with `into`."""
    others = [each for each in others if each != into.id]
    before = [parts(db, into.id), *(parts(db, each) for each in others), *([part] for part in ones)]
    ids = [part.checkin_id for part in ones]
    theirs = or_(checkin.c.id.in_(ids), checkin.c.event_id.in_(others))
    db.execute(update(checkin).where(VALID, theirs).values(event_id=into.id))
    named = [part.unit_id for each in others for part in _named(db, each)]
    add_new(db, participation, [{"event_id": into.id, "unit_id": unit_id} for unit_id in named])
    # The emptied events stay as rows: on PostgreSQL another process may just be writing a check-in of theirs.
    db.execute(delete(participation).where(participation.c.event_id.in_(others)))
    resum(rollups, into, before, [parts(db, into.id)])


def gather(db: Connection, rollups: Rollups, into: Event, whole: str, sequence: int) -> int:
    """
    What has this sequence of that activity and day below the path `whole` belongs to it.

    Returns how many did not before.
    """
    here = checkin.c.unit_id.in_(select(_places(whole, into.day).c.id))
    same = (checkin.c.day == into.day) & (checkin.c.activity == into.activity) & (checkin.c.sequence == sequence) & here
    loose = _reports(db, same & checkin.c.event_id.is_(None))
    apart = same & checkin.c.event_id.is_not(None) & (checkin.c.event_id != into.id) & ~history.changed_school(into.day)
    query = select(checkin.c.event_id).join(unit, unit.c.id == checkin.c.unit_id)
    others = db.scalars(query.where(VALID, apart).distinct()).all()
    if loose or others:
        join(db, rollups, into, loose, others)
    return len(loose)


def sweep(db: Connection, rollups: Rollups, first: date) -> None:
    """
    What belongs to a whole since `first` and came at the very moment when the whole did.

    Of two PostgreSQL processes neither sees what the other has not committed yet.
    """
    whole, place = checkin.alias("whole"), unit.alias("place")
    inside = func.substr(unit.c.path, 1, func.length(place.c.path)) == place.c.path
    there = place.c.kind.in_(WHOLES) & (place.c.school_id == unit.c.school_id) & (place.c.id != unit.c.id) & inside
    same = (whole.c.unit_id == place.c.id) & (whole.c.day == checkin.c.day) & (whole.c.activity == checkin.c.activity)
    same &= whole.c.sequence == checkin.c.sequence
    # Events are numbered as they come, so that years of them are not looked at.
    recent = select(func.min(event.c.id)).where(event.c.day >= first).scalar_subquery()
    stands = (whole.c.event_id >= recent) & (whole.c.state == literal_column("'valid'"))
    apart = checkin.c.event_id.is_(None) | (checkin.c.event_id != whole.c.event_id)
    query = select(whole.c.event_id, whole.c.unit_id, whole.c.sequence).distinct().select_from(checkin)
    query = query.join(unit, unit.c.id == checkin.c.unit_id).join(place, there).join(whole, same & stands)
    for event_id, unit_id, sequence in db.execute(query.where(VALID, checkin.c.day >= first, apart)).all():
        of = by_id(db, event_id)
        path = history.place_on(db, unit_id, of.day)
        gather(db, rollups, of, path, sequence)


def leave(db: Connection, rollups: Rollups, of: Event, gone: Part) -> list[int]:
    """
    A check-in is no longer part of it (its row says so already).

    When it was that of a whole, what is below it leaves with it; returns the squads that it had named.
    """
    after = parts(db, of.id)
    inside = [part for part in after if _holds(gone, part)]
    outside = [part for part in after if part not in inside]
    loose = [part for part in inside if not any(_holds(each, part) for each in outside)]
    alone = [part for part in loose if part.checkin_id]
    ids = [part.checkin_id for part in alone]
    db.execute(update(checkin).where(checkin.c.id.in_(ids)).values(event_id=None))
    # It was a whole that named them: without one nobody is named, also who has moved away from it since.
    here = loose if _has_whole(db, of) else after
    named = [part.unit_id for part in here if not part.checkin_id]
    db.execute(delete(participation).where(participation.c.event_id == of.id, participation.c.unit_id.in_(named)))
    resum(rollups, of, [[*after, gone]], [parts(db, of.id), *([part] for part in alone)])
    for grade in alone:
        if any(_holds(grade, part) for part in alone):
            into = begin(db, of.activity, of.day)
            join(db, rollups, into, [grade, *(part for part in alone if _holds(grade, part))])
    return named


def _has_whole(db: Connection, of: Event) -> bool:
    query = select(checkin.c.id).join(unit, unit.c.id == checkin.c.unit_id)
    there = query.where(VALID, checkin.c.event_id == of.id, unit.c.kind.in_(WHOLES))
    return db.execute(there.limit(1)).first() is not None


def _holds(one: Part, other: Part) -> bool:
    return other.path.startswith(one.path) and other.path != one.path


def squads_below(db: Connection, whole: str, day: date) -> list[int]:
    """The ids of the squads that were active below the path on the day."""
    place = _places(whole, day)
    squads = select(place.c.id).where(place.c.kind == Kind.SQUAD, place.c.active)
    return list(db.scalars(squads.order_by(place.c.id)))


def _places(whole: str, day: date) -> Subquery:
    """The units below what was the path on that day."""
    of = history.Part({week_of(day): (whole,)}, {})
    return select(history.places(of.shape)).params(of.values).subquery("place")


def name(db: Connection, rollups: Rollups, of: Event, unit_ids: Iterable[int]) -> int:
    """These units took part; returns how many of them were not known to."""
    before = parts(db, of.id)
    told = {part.unit_id for part in before}
    new = [unit_id for unit_id in unit_ids if unit_id not in told]
    add_new(db, participation, [{"event_id": of.id, "unit_id": unit_id} for unit_id in new])
    resum(rollups, of, [before], [parts(db, of.id)])
    return len(new)


def resum(rollups: Rollups, of: Event, before: Iterable[Iterable[Part]], after: Iterable[Iterable[Part]]) -> None:
    """The sums say `after` instead of `before`, each of them the parts of one event."""
    for sign, groups in ((-1, before), (1, after)):
        for group in groups:
            for unit_id, sums in shares(group).items():
                signed = Sums(*(sign * each for each in sums))
                rollups.add(week_of(of.day), unit_id, of.activity, signed)
