"""How check-ins come, change and go: one valid row a squad, activity, day, issue and sequence; what was is kept."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from storage.audit import audit
from storage.base.upsert import insert_into
from storage.checkins import checkins, events
from storage.checkins.checkins import Checkin
from storage.checkins.rollups import Rollups, Sums
from storage.organisation import history
from storage.statements import Prepared
from storage.tables import checkin, checkin_version


def _insert(dialect: str) -> Any:
    values = insert_into(dialect, checkin).values(event_id=events.OF_THE_WHOLE)
    return values.on_conflict_do_nothing().returning(checkin.c.id, checkin.c.event_id)


_GIVEN = (
    "unit_id", "activity", "day", "topic", "due", "attended", "others", "issue", "timing", "campaign_id", "sequence",
    "person_id", "inbox_id", "state", "made_at",
)  # fmt: skip
_INSERT = Prepared(_insert, _GIVEN)


def record(
    db: Connection, rollups: Rollups, new: Checkin, person_id: int, inbox_id: int, now: datetime
) -> Checkin | None:
    """
    Store a check-in and count it; None, and nothing done, when one of its place and issue is valid.

    What a school or grade reports is one event with what the squads below it report of that activity and day.
    """
    new = _placed(db, new, now)
    who = {"person_id": person_id, "inbox_id": inbox_id, "state": "valid", "made_at": now}
    whole = events.whole_at(new.path, new.activity, new.day, new.sequence)
    rows = _INSERT.rows(db, _said(new) | who | whole)
    if not rows:
        return None
    [(number, event_id)] = rows
    stored = replace(new, id=number, person_id=person_id, made_at=now, event_id=event_id)
    _count_report(rollups, stored, 1)
    return _count_in(db, rollups, stored)


def _placed(db: Connection, one: Checkin, now: datetime) -> Checkin:
    """With the path that its unit had on its day; of this week's days it is the present one."""
    if one.day >= history.monday(now.date()):
        return one
    return replace(one, path=history.place_on(db, one.unit_id, one.day))


def _said(one: Checkin) -> dict[str, Any]:
    heads = {"due": one.due, "attended": one.attended, "others": dict(one.others)}
    more = {"issue": one.issue, "timing": one.timing, "campaign_id": one.campaign_id, "sequence": one.sequence}
    return {"unit_id": one.unit_id, "activity": one.activity, "day": one.day, "topic": one.topic, **heads, **more}


def _count_in(db: Connection, rollups: Rollups, stored: Checkin) -> Checkin:
    """Its sums: by itself, or as a part of its event; a whole takes in what is below it."""
    if stored.whole:
        return _framed(db, rollups, stored)
    if stored.event_id is None:
        _count_alone(rollups, stored, 1)
    else:
        events.recount(db, rollups, events.by_id(db, stored.event_id), came=[stored.part])
    return stored


def _framed(db: Connection, rollups: Rollups, stored: Checkin) -> Checkin:
    if stored.event_id is None:
        of = events.begin(db, stored.activity, stored.day)
        db.execute(update(checkin).where(checkin.c.id == stored.id).values(event_id=of.id))
    else:
        of = events.by_id(db, stored.event_id)
    events.recount(db, rollups, of, came=[stored.part])
    events.gather(db, rollups, of, stored.path, stored.sequence)
    return replace(stored, event_id=of.id)


def _count_alone(rollups: Rollups, one: Checkin, sign: int) -> None:
    rated = (sign * one.due, sign * one.attended) if one.due else (0, 0)
    rollups.add(one.week, one.unit_id, one.activity, Sums(sign, sign * one.attended, *rated))


def _count_report(rollups: Rollups, one: Checkin, sign: int) -> None:
    """What is counted of each check-in, also of those that are no event by themselves."""
    timing = {} if one.timing == checkins.ON_TIME else {one.timing: sign}
    doubtful = sign if one.due and 2 * one.attended < one.due else 0
    rollups.add(one.week, one.unit_id, one.activity, Sums(rated=sign if one.due else 0, doubtful=doubtful, **timing))


def revise(
    db: Connection, rollups: Rollups, old: Checkin, new: Checkin, person_id: int, now: datetime
) -> Checkin | None:
    """Replace what a check-in says; the old state is kept as a version. None when it is no longer as `old` says.

    Another squad, activity or day is another event. Raises IntegrityError on a double.
    """
    held = checkins.hold(db, old)
    if held is None:
        return None
    new = replace(
        _placed(db, new, now), id=held.id, person_id=held.person_id, made_at=held.made_at, event_id=held.event_id
    )
    moved = new.place != held.place
    db.execute(update(checkin).where(checkin.c.id == held.id).values(**_said(new)))
    _keep_version(db, held, person_id, now)
    audit.note(db, audit.Action.CHECKIN_CORRECTED, now, unit_id=new.unit_id, subject=f"checkin:{held.id}")
    _count_report(rollups, held, -1)
    _count_report(rollups, new, 1)
    if moved:
        return _elsewhere(db, rollups, held, replace(new, event_id=None))
    if new.event_id is None:
        _count_alone(rollups, held, -1)
        _count_alone(rollups, new, 1)
    else:
        events.recount(db, rollups, events.by_id(db, new.event_id), came=[new.part], gone=[held.part])
    return new


def _elsewhere(db: Connection, rollups: Rollups, old: Checkin, new: Checkin) -> Checkin:
    """It leaves the event that it was in for its new place."""
    named = _count_out(db, rollups, old)
    stored = _into_place(db, rollups, new)
    if named and stored.whole and stored.event_id is not None:
        still = set(named).intersection(events.squads_below(db, stored.path, stored.day))
        events.name(db, rollups, events.by_id(db, stored.event_id), sorted(still))
    return stored


def withdraw(db: Connection, rollups: Rollups, old: Checkin, person_id: int, now: datetime) -> bool:
    """Take a check-in back; it stays in the table as withdrawn. False when it is no longer as `old` says."""
    held = checkins.hold(db, old)
    if held is None:
        return False
    db.execute(update(checkin).where(checkin.c.id == held.id).values(state="withdrawn"))
    _keep_version(db, held, person_id, now)
    audit.note(db, audit.Action.CHECKIN_WITHDRAWN, now, unit_id=held.unit_id, subject=f"checkin:{held.id}")
    _count_report(rollups, held, -1)
    _count_out(db, rollups, held)
    return True


def restore(db: Connection, rollups: Rollups, gone: Checkin, person_id: int, now: datetime) -> Checkin | None:
    """A check-in that was taken back stands again; None when it does already, or its place was given to another."""
    taken = any(
        one.sequence == gone.sequence for one in checkins.of_day(db, gone.unit_id, gone.activity, gone.day, gone.issue)
    )
    back = (checkin.c.id == gone.id) & (checkin.c.state == "withdrawn")
    if taken or not db.execute(update(checkin).where(back).values(state="valid")).rowcount:
        return None
    _keep_version(db, gone, person_id, now)
    audit.note(db, audit.Action.CHECKIN_RESTORED, now, unit_id=gone.unit_id, subject=f"checkin:{gone.id}")
    _count_report(rollups, gone, 1)
    return _into_place(db, rollups, _placed(db, gone, now))


def _into_place(db: Connection, rollups: Rollups, one: Checkin) -> Checkin:
    """It belongs to the whole of its place where there is one."""
    found = db.scalar(select(events.OF_THE_WHOLE), events.whole_at(one.path, one.activity, one.day, one.sequence))
    stored = replace(one, event_id=found)
    db.execute(update(checkin).where(checkin.c.id == one.id).values(event_id=found))
    return _count_in(db, rollups, stored)


def _count_out(db: Connection, rollups: Rollups, old: Checkin) -> list[int]:
    """Its sums go; returns the squads that a whole had named."""
    if old.event_id is None:
        _count_alone(rollups, old, -1)
        return []
    # It is no part of it while the others are counted.
    db.execute(update(checkin).where(checkin.c.id == old.id).values(event_id=None))
    return events.leave(db, rollups, events.by_id(db, old.event_id), old.part)


def _keep_version(db: Connection, old: Checkin, person_id: int, now: datetime) -> None:
    before = {
        "unit_id": old.unit_id, "activity": old.activity, "day": old.day.isoformat(), "due": old.due,
        "attended": old.attended, "topic": old.topic, "others": dict(old.others), "issue": old.issue,
        "sequence": old.sequence,
    }  # fmt: skip
    db.execute(insert(checkin_version).values(checkin_id=old.id, person_id=person_id, before=before, at=now))


def unite(db: Connection, rollups: Rollups, ones: Sequence[Checkin], person_id: int, now: datetime) -> int:
    """These check-ins of one activity and day, and all that belongs to them, are one event; returns its id."""
    others = sorted({one.event_id for one in ones if one.event_id is not None})
    into = events.by_id(db, others[0]) if others else events.begin(db, ones[0].activity, ones[0].day)
    for one in ones:
        if one.event_id != into.id:
            _keep_version(db, one, person_id, now)
    events.join(db, rollups, into, [one.part for one in ones if one.event_id is None], others)
    return into.id


def part(db: Connection, rollups: Rollups, one: Checkin, person_id: int, now: datetime) -> None:
    """The check-in is an event by itself again; of a whole, also everything below it."""
    if one.event_id is not None:
        _keep_version(db, one, person_id, now)
        _count_out(db, rollups, one)
        _count_alone(rollups, one, 1)


def name_squads(db: Connection, rollups: Rollups, whole: Checkin, person_id: int, now: datetime) -> int:
    """All active squads below the whole took part; returns how many of them had not said so themselves."""
    assert whole.event_id is not None
    _keep_version(db, whole, person_id, now)
    of = events.by_id(db, whole.event_id)
    return events.name(db, rollups, of, events.squads_below(db, whole.path, whole.day))
