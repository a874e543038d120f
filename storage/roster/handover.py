"""What goes from one person to another: roles and reminders, for good or for some days; what was done stays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, or_, select, update

from storage.audit.audit import Action, note
from storage.organisation.units import Unit
from storage.people import people, standing
from storage.reminders import deliveries
from storage.tables import delivery, grant, group_chat, person, unit

_NEW = delivery.c.state == "new"
_SAID = ("occurrence", "lead", "kind", "day", "due_at", "payload")


def pass_on(db: Connection, from_id: int, to_id: int, held: Sequence[people.Grant], now: datetime) -> None:
    """The roles end for one and begin for the other, with the reminders that wait and the groups that were bound."""
    for each in held:
        mine = (grant.c.unit_id == each.unit.id) & (grant.c.role == each.role)
        until = db.scalar(select(grant.c.until).where(mine, grant.c.person_id == from_id))
        people.end(db, from_id, each.role, each.unit, now, now)
        people.give(db, to_id, each.role, each.unit, now, until=until, given_by=each.given_by or from_id)
    bound = group_chat.c.unit_id.in_([each.unit.id for each in held]) & (group_chat.c.bound_by == from_id)
    db.execute(update(group_chat).where(bound).values(bound_by=to_id))
    reminders = _pass_reminders(db, from_id, to_id, {each.unit.id for each in held})
    at = held[0].unit.id
    note(db, Action.HANDED_OVER, now, unit_id=at, subject=f"person:{from_id}", to=to_id, reminders=reminders)


def _pass_reminders(db: Connection, from_id: int, to_id: int, unit_ids: set[int]) -> int:
    """
    Reminders of a unit go along; those of key dates are laid out for the new one anew.

    Of a campaign both are reminded, as far as they still have squads that it calls.
    """
    rows = db.execute(select(delivery).where(delivery.c.person_id == from_id, _NEW)).mappings().all()
    ids = [row["id"] for row in rows if row["payload"].get("unit_id") in unit_ids]
    called = [{name: row[name] for name in _SAID} for row in rows if "campaign" in row["payload"]]
    copied = deliveries.put(db, [{**row, "person_id": to_id} for row in called])
    other = delivery.alias()
    same = (other.c.occurrence == delivery.c.occurrence) & (other.c.lead == delivery.c.lead)
    told = select(other.c.id).where(same, other.c.person_id == to_id).exists()
    moved = db.execute(update(delivery).where(delivery.c.id.in_(ids), ~told).values(person_id=to_id)).rowcount
    return moved + copied


def waiting(db: Connection, person_id: int) -> int:
    """How many reminders wait for somebody."""
    return db.scalar(select(func.count()).where(delivery.c.person_id == person_id, _NEW)) or 0


def lend(
    db: Connection,
    from_id: int,
    to_id: int,
    held: Sequence[people.Grant],
    since: datetime,
    until: datetime,
    now: datetime,
    given_by: int | None,
) -> None:
    """A deputy holds the roles from `since` to `until`, but no longer than the one whose they are."""
    for each in held:
        theirs = (grant.c.person_id == from_id) & (grant.c.unit_id == each.unit.id) & (grant.c.role == each.role)
        last = db.scalar(select(grant.c.until).where(theirs)) or until
        by = {"deputy_for": from_id, "given_by": given_by}
        people.give(db, to_id, each.role, each.unit, now, since=since, until=min(until, last), **by)


@dataclass(frozen=True, slots=True)
class Deputy:
    """Who stands in for whom, in which role, from when to when."""

    person_id: int
    person: str
    for_id: int
    principal: str
    role: people.Role
    since: datetime
    until: datetime
    unit: Unit


def deputies(db: Connection, person_id: int, now: datetime) -> list[Deputy]:
    """Those who stand in for somebody, and those for whom they do, now or later."""
    principal = person.alias("principal")
    query = (
        select(
            grant.c.person_id, person.c.name, principal.c.id, principal.c.name, grant.c.role,
            grant.c.since, grant.c.until,
            unit.c.id, unit.c.kind, unit.c.name, unit.c.path,
        )
        .join(person, person.c.id == grant.c.person_id)
        .join(principal, principal.c.id == grant.c.deputy_for)
        .join(unit, unit.c.id == grant.c.unit_id)
    )  # fmt: skip
    mine = or_(grant.c.deputy_for == person_id, grant.c.person_id == person_id)
    rows = db.execute(query.where(mine, standing.lasts(now)).order_by(grant.c.since, grant.c.id))
    return [Deputy(*row[:4], people.Role(row[4]), *row[5:7], Unit(*row[7:])) for row in rows]
