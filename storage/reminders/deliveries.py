"""Deliveries: what is to be said to whom and when, each at most once; a settled row stays as the record of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, func, literal_column, or_, select, true, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.checkins.coverage import VALID
from storage.people import accounts
from storage.tables import account, checkin, delivery, event, grant, participation, person, unit

# `new` waits; the other states are final: said; no longer needed when its time came; said as part of another one;
# too late to be of use; over the number a person gets in a day; the feature that says it has a bug.
NEW, SENT, SKIPPED, MERGED, EXPIRED, CAPPED, FAILED = "new", "sent", "skipped", "merged", "expired", "capped", "failed"

# As a literal: with a parameter in its place SQLite could not tell that its partial index holds all these rows.
_WAITING = delivery.c.state == literal_column("'new'")


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One delivery. `lead` is days before `day` (negative: after); `channel` is where the person was first reached."""

    id: int
    occurrence: str
    lead: int
    person_id: int
    kind: str
    day: date
    channel: str
    due_at: datetime
    payload: Mapping[str, Any] = field(default_factory=dict)
    state: str = NEW
    late: bool = False
    settled_at: datetime | None = None


_ROW = [delivery.c[name] for name in DeliveryRow.__slots__]
_KEY = ("occurrence", "lead", "person_id")


def put(db: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
    """
    Add deliveries; one that is there already (same occurrence, lead, person) stays as it is. Returns how many are new.

    A row needs occurrence, lead, person_id, kind, day and due_at (aware); payload and channel may be left out.
    """
    if not rows:
        return 0
    unknown = {row["person_id"] for row in rows if "channel" not in row}
    channels = {id: address[0] for id, address in accounts.best(db, unknown).items()} if unknown else {}
    fixed = {"state": NEW, "late": False}
    # Sorted by key, so that two processes that lay out the same rows cannot lock each other out.
    values = [
        {"payload": {}, "channel": channels.get(row["person_id"], ""), **row, **fixed}
        for row in sorted(rows, key=lambda row: (row["occurrence"], row["lead"], row["person_id"]))
    ]
    insert = sqlite.insert(delivery) if db.dialect.name == "sqlite" else postgresql.insert(delivery)
    statement = insert.on_conflict_do_nothing(index_elements=_KEY).execution_options(preserve_rowcount=True)
    return max(db.execute(statement, values).rowcount, 0)


def gather(db: Connection, rows: Iterable[Mapping[str, Any]], item: Mapping[str, Any]) -> None:
    """As `put`, with `item` among the `items` of the payload; a delivery that waits already gets it as well."""
    for row in rows:
        mine = _WAITING & (delivery.c.occurrence == row["occurrence"]) & (delivery.c.person_id == row["person_id"])
        waits = db.execute(select(delivery.c.id, delivery.c.payload).where(mine)).first()
        if waits is None:
            put(db, [{**row, "payload": {"items": [item]}}])
        elif item not in waits.payload["items"]:
            more = {"items": [*waits.payload["items"], item]}
            db.execute(update(delivery).where(delivery.c.id == waits.id).values(payload=more))


def due(db: Connection, now: datetime, limit: int, held: tuple[str, datetime] | None = None) -> list[DeliveryRow]:
    """
    What waits and is due, of at most `limit` people, the longest waiting first; of each of them everything.

    `held`, a kind and an instant: whoever has nothing but rows of this kind that were due before then waits on.
    """
    waiting = _WAITING & (delivery.c.due_at <= now)
    turn = (delivery.c.kind != held[0]) | (delivery.c.due_at >= held[1]) if held else true()
    first = (
        select(delivery.c.person_id)
        .where(waiting, turn)
        .group_by(delivery.c.person_id)
        .order_by(func.min(delivery.c.due_at), delivery.c.person_id)
        .limit(limit)
    )
    query = select(*_ROW).where(waiting, delivery.c.person_id.in_(first))
    # On PostgreSQL another process may be saying some of them at this moment: those are its own.
    rows = db.execute(query.order_by(delivery.c.person_id, delivery.c.due_at).with_for_update(skip_locked=True))
    return [DeliveryRow(*row) for row in rows]


def settle(db: Connection, ids: Iterable[int], state: str, now: datetime, late: bool = False) -> None:
    """Close waiting deliveries in one of the final states above; closed ones stay as they are."""
    mine = delivery.c.id.in_(list(ids)) & _WAITING
    db.execute(update(delivery).where(mine).values(state=state, settled_at=now, late=late))


def next_due(db: Connection, now: datetime) -> DeliveryRow | None:
    """The next delivery of anybody after `now`."""
    query = select(*_ROW).where(_WAITING, delivery.c.due_at > now)
    row = db.execute(query.order_by(delivery.c.due_at, delivery.c.id).limit(1)).first()
    return DeliveryRow(*row) if row else None


def said_since(db: Connection, person_ids: Iterable[int], kinds: Iterable[str], since: datetime) -> dict[int, int]:
    """How many deliveries of these kinds each person was sent since then; without those who got none."""
    query = select(delivery.c.person_id, func.count()).where(
        delivery.c.person_id.in_(list(person_ids)),
        delivery.c.kind.in_(list(kinds)),
        delivery.c.state == SENT,
        delivery.c.settled_at >= since,
    )
    return {person: count for person, count in db.execute(query.group_by(delivery.c.person_id))}


def last(db: Connection, person_id: int, since: datetime) -> DeliveryRow | None:
    """The newest that was said to this person since then."""
    mine = (delivery.c.person_id == person_id) & (delivery.c.state == SENT) & (delivery.c.settled_at >= since)
    row = db.execute(select(*_ROW).where(mine).order_by(delivery.c.settled_at.desc(), delivery.c.id).limit(1)).first()
    return None if row is None else DeliveryRow(*row)


def said(db: Connection, occurrence: str, lead: int) -> list[int]:
    """The people who were sent this one."""
    mine = (delivery.c.occurrence == occurrence) & (delivery.c.lead == lead) & (delivery.c.state == SENT)
    return list(db.scalars(select(delivery.c.person_id).where(mine).order_by(delivery.c.person_id)))


def withdraw(db: Connection, kind: str, after: datetime) -> None:
    """Take back what waits of this kind and is due later: the calendar was changed and it will be laid out anew."""
    db.execute(delete(delivery).where(_WAITING, delivery.c.kind == kind, delivery.c.due_at > after))


def take_back(db: Connection, kind: str, person_id: int) -> bool:
    """Take back what waits of this kind for this person; False when nothing does."""
    mine = (delivery.c.state == NEW) & (delivery.c.kind == kind) & (delivery.c.person_id == person_id)
    return db.execute(delete(delivery).where(mine)).rowcount > 0


def waits(db: Connection, occurrences: Iterable[str]) -> bool:
    """Whether one of these occurrences waits for anybody."""
    query = select(delivery.c.id).where(delivery.c.occurrence.in_(list(occurrences)), delivery.c.state == NEW)
    return db.execute(query.limit(1)).first() is not None


def reported(db: Connection, unit_ids: Iterable[int], first: date, last: date, ignore: Iterable[str] = ()) -> set[int]:
    """Those of these units that reported, or took part in, an activity of `first`…`last` that is not in `ignore`."""
    ids, besides = list(unit_ids), list(ignore)
    reports = select(checkin.c.unit_id).where(
        checkin.c.unit_id.in_(ids), VALID, checkin.c.day.between(first, last), checkin.c.activity.not_in(besides)
    )
    named = (
        select(participation.c.unit_id)
        .join(event, event.c.id == participation.c.event_id)
        .where(participation.c.unit_id.in_(ids), event.c.day.between(first, last), event.c.activity.not_in(besides))
    )
    return {*db.scalars(reports), *db.scalars(named)}


@dataclass(frozen=True, slots=True)
class Recipient:
    """A role that somebody holds, for whom reminders may be laid out; `channel` is where they are reached."""

    person_id: int
    person: str
    role: str
    since: datetime
    unit: str
    school: str
    grade: int | None
    channel: str


def holders(
    db: Connection, roles: Iterable[str], beyond: int, limit: int, newer: tuple[int, int] | None = None
) -> list[int]:
    """
    The ids of the next `limit` people after `beyond` who ever held one of these roles, in order.

    `newer`: only those who got a role or an account since `newest` gave these numbers.
    """
    query = select(grant.c.person_id).where(grant.c.role.in_(list(roles)), grant.c.person_id > beyond).distinct()
    if newer is not None:
        joined = select(account.c.person_id).where(account.c.id > newer[1])
        query = query.where((grant.c.id > newer[0]) | grant.c.person_id.in_(joined))
    return list(db.scalars(query.order_by(grant.c.person_id).limit(limit)))


def recipients(
    db: Connection, roles: Iterable[str], now: datetime, ids: Sequence[int] | None = None
) -> list[Recipient]:
    """Every holder (of these ids) of one of these roles who can be reached, by person."""
    school, other = unit.alias(), account.alias()
    # The same account as accounts.best gives.
    usable = (other.c.person_id == person.c.id) & other.c.reachable & accounts.sending(db, other)
    first = select(other.c.id).where(usable).order_by(*accounts.by_preference(other)).limit(1)
    query = (
        select(
            person.c.id, person.c.name, grant.c.role, grant.c.since, unit.c.name, school.c.name, unit.c.grade,
            account.c.channel,
        )
        .join(grant, grant.c.person_id == person.c.id)
        .join(unit, unit.c.id == grant.c.unit_id)
        .join(school, school.c.id == unit.c.school_id, isouter=True)
        .join(account, account.c.id == first.correlate(person).scalar_subquery())
        .where(grant.c.role.in_(list(roles)), unit.c.active, grant.c.since <= now)
        .where(or_(grant.c.until.is_(None), grant.c.until > now))
        .order_by(person.c.id, grant.c.id)
    )  # fmt: skip
    if ids is not None:
        query = query.where(person.c.id.in_(ids))
    return [Recipient(*row[:5], row[5] or "", *row[6:]) for row in db.execute(query)]


def newest(db: Connection) -> tuple[int, int]:
    """The highest number of a role held and of an account: whether somebody is new, in one cheap query."""
    top = select(select(func.max(grant.c.id)).scalar_subquery(), select(func.max(account.c.id)).scalar_subquery())
    roles, accounts = db.execute(top).one()
    return roles or 0, accounts or 0
