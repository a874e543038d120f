"""Deliveries: what is to be said to whom and when, each at most once; a settled row stays as the record of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, func, literal_column, or_, select, true, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.base import chunks
from storage.checkins.coverage import VALID
from storage.people import accounts
from storage.tables import checkin, delivery, event, participation

# `new` waits; the other states are final: said; no longer the person's when its time came; said as part of another one;
# too late to be of use; over the one letter a person gets in a day; the feature that says it has a bug; what it asks
# for came first; the person does not want to hear of it; it was said, and the person cannot be written to.
NEW, SENT, SKIPPED, MERGED, EXPIRED, CAPPED, FAILED = "new", "sent", "skipped", "merged", "expired", "capped", "failed"
CLEARED, MUTED, UNREACHED = "cleared", "muted", "unreached"
_SAID = (SENT, MERGED)
SETTLED = (SENT, MERGED, CLEARED, MUTED, UNREACHED, CAPPED, SKIPPED, EXPIRED, FAILED)

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


@dataclass(frozen=True, slots=True)
class Letters:
    """What a day's letter is made of: these kinds, whatever is due before `end`; what was due before `held` waits."""

    kinds: frozenset[str]
    end: datetime
    held: datetime | None = None


def due(db: Connection, now: datetime, limit: int, letters: Letters) -> list[DeliveryRow]:
    """
    What waits and is due, of at most `limit` people, the longest waiting first; of each of them everything.

    That is, with what their letter of today is to say later on. Whoever has nothing but what is held waits on.
    """
    kinds = sorted(letters.kinds)
    turn = or_(delivery.c.kind.not_in(kinds), delivery.c.due_at >= letters.held) if letters.held else true()
    first = (
        select(delivery.c.person_id)
        .where(_WAITING, delivery.c.due_at <= now, turn)
        .group_by(delivery.c.person_id)
        .order_by(func.min(delivery.c.due_at), delivery.c.person_id)
        .limit(limit)
    )
    mine = or_(delivery.c.due_at <= now, and_(delivery.c.due_at < letters.end, delivery.c.kind.in_(kinds)))
    query = select(*_ROW).where(_WAITING, delivery.c.person_id.in_(first), mine)
    # On PostgreSQL another process may be saying some of them at this moment: those are its own.
    rows = db.execute(query.order_by(delivery.c.person_id, delivery.c.due_at).with_for_update(skip_locked=True))
    return [DeliveryRow(*row) for row in rows]


def near(db: Connection, now: datetime, kind: str, limit: int) -> list[DeliveryRow]:
    """What waits of this kind and is due, the longest waiting first; only read."""
    query = select(*_ROW).where(_WAITING, delivery.c.kind == kind, delivery.c.due_at <= now)
    return [
        DeliveryRow(*row) for row in db.execute(query.order_by(delivery.c.due_at, delivery.c.person_id).limit(limit))
    ]


def put_off(db: Connection, ids: Iterable[int], then: datetime) -> None:
    """These wait until another time."""
    db.execute(update(delivery).where(delivery.c.id.in_(list(ids)), _WAITING).values(due_at=then))


def settle(db: Connection, ids: Iterable[int], state: str, now: datetime, late: bool = False) -> None:
    """Close waiting deliveries in one of the final states above; closed ones stay as they are."""
    mine = delivery.c.id.in_(list(ids)) & _WAITING
    db.execute(update(delivery).where(mine).values(state=state, settled_at=now, late=late))


def not_reached(db: Connection, person_ids: Iterable[int], since: datetime) -> None:
    """The letters to these people since then have not reached them: they have blocked us, or were taken out."""
    ids = list(person_ids)
    if ids:
        sent = delivery.c.person_id.in_(ids) & (delivery.c.state == SENT) & (delivery.c.settled_at >= since)
        db.execute(update(delivery).where(sent).values(state=UNREACHED))


def by_state(db: Connection, first: datetime, end: datetime) -> dict[str, int]:
    """How many were settled from `first` to before `end`, by state; 0 of the others: a series must not come and go."""
    settled_then = ~_WAITING & (delivery.c.settled_at >= first) & (delivery.c.settled_at < end)
    query = select(delivery.c.state, func.count()).where(settled_then)
    return dict.fromkeys(SETTLED, 0) | {state: count for state, count in db.execute(query.group_by(delivery.c.state))}


def settled_for(
    db: Connection, person_ids: Iterable[int], states: Iterable[str], first: datetime, end: datetime
) -> dict[str, dict[int, int]]:
    """State → person → how many of theirs ended so from `first` to before `end`."""
    found: dict[str, dict[int, int]] = {state: {} for state in states}
    query = select(delivery.c.state, delivery.c.person_id, func.count()).where(
        delivery.c.state.in_(list(found)), delivery.c.settled_at >= first, delivery.c.settled_at < end
    )
    for some in chunks.chunks(person_ids):
        mine = query.where(delivery.c.person_id.in_(some)).group_by(delivery.c.state, delivery.c.person_id)
        for state, person, count in db.execute(mine):
            found[state][person] = count
    return found


def skip(db: Connection, until: datetime, now: datetime) -> int:
    """What was due until then was said by a process whose memory is lost; how many they are."""
    values = {"state": SKIPPED, "settled_at": now}
    return db.execute(update(delivery).where(_WAITING, delivery.c.due_at <= until).values(**values)).rowcount


def next_due(db: Connection, now: datetime) -> DeliveryRow | None:
    """The next delivery of anybody after `now`."""
    query = select(*_ROW).where(_WAITING, delivery.c.due_at > now)
    row = db.execute(query.order_by(delivery.c.due_at, delivery.c.id).limit(1)).first()
    return DeliveryRow(*row) if row else None


def waiting(db: Connection, person_id: int | None = None) -> list[DeliveryRow]:
    """Everything that waits (for this person), whenever it is due."""
    query = select(*_ROW).where(_WAITING, true() if person_id is None else delivery.c.person_id == person_id)
    return [DeliveryRow(*row) for row in db.execute(query.order_by(delivery.c.due_at, delivery.c.id))]


def queue(db: Connection, now: datetime) -> tuple[int, float]:
    """(how many wait, how many seconds late the oldest of them is)."""
    count, first = db.execute(select(func.count(), func.min(delivery.c.due_at)).where(_WAITING)).one()
    return count, max((now - first).total_seconds(), 0.0) if first else 0.0


def settled(db: Connection, after: datetime) -> set[tuple[int, str, int]]:
    """(person, occurrence, lead) of what is due after this and was said before its time."""
    query = select(delivery.c.person_id, delivery.c.occurrence, delivery.c.lead)
    return {(row[0], row[1], row[2]) for row in db.execute(query.where(~_WAITING, delivery.c.due_at > after))}


def said_since(db: Connection, person_ids: Iterable[int], kinds: Iterable[str], since: datetime) -> dict[int, int]:
    """How many deliveries of these kinds each person was told of since then; without those who were not."""
    query = select(delivery.c.person_id, func.count()).where(
        delivery.c.person_id.in_(list(person_ids)),
        delivery.c.kind.in_(sorted(kinds)),
        delivery.c.state.in_(_SAID),
        delivery.c.settled_at >= since,
    )
    return {person: count for person, count in db.execute(query.group_by(delivery.c.person_id))}


def last(db: Connection, person_id: int, since: datetime) -> list[DeliveryRow]:
    """What was said at once the last time that something was said to this person since then."""
    mine = (delivery.c.person_id == person_id) & delivery.c.state.in_(_SAID)
    at = select(func.max(delivery.c.settled_at)).where(mine, delivery.c.settled_at >= since).scalar_subquery()
    query = select(*_ROW).where(mine, delivery.c.settled_at == at)
    # What begins the letter was sent, the rest is merged into it.
    return [DeliveryRow(*row) for row in db.execute(query.order_by(delivery.c.state != SENT, delivery.c.id))]


def of_day(db: Connection, person_id: int, first: datetime, end: datetime) -> list[DeliveryRow]:
    """What a person was told of from `first` to before `end`, put off since or not, in the order of the letters."""
    mine = (delivery.c.person_id == person_id) & delivery.c.state.in_((*_SAID, NEW))
    query = select(*_ROW).where(mine, delivery.c.settled_at >= first, delivery.c.settled_at < end)
    order = delivery.c.settled_at, delivery.c.state != SENT, delivery.c.id
    return [DeliveryRow(*row) for row in db.execute(query.order_by(*order))]


def again(db: Connection, ids: Iterable[int], then: datetime) -> None:
    """These are said once more, at another time: their person wants it so, and may still answer what was said."""
    values = {"state": NEW, "due_at": then}
    db.execute(update(delivery).where(delivery.c.id.in_(list(ids))).values(**values))


def said(db: Connection, occurrence: str, lead: int) -> list[int]:
    """The people who were told this one."""
    mine = (delivery.c.occurrence == occurrence) & (delivery.c.lead == lead) & delivery.c.state.in_(_SAID)
    return list(db.scalars(select(delivery.c.person_id).where(mine).order_by(delivery.c.person_id)))


def is_there(db: Connection, occurrence: str) -> bool:
    """Whether somebody is told, or is to be told, of this."""
    return db.execute(select(delivery.c.id).where(delivery.c.occurrence == occurrence).limit(1)).first() is not None


def ever_told(db: Connection, occurrence: str) -> set[int]:
    """The people who were told of this, whenever."""
    mine = (delivery.c.occurrence == occurrence) & delivery.c.state.in_(_SAID)
    return set(db.scalars(select(delivery.c.person_id).where(mine)))


def letters_to(db: Connection, person_ids: Iterable[int], first: datetime, end: datetime) -> dict[int, int]:
    """How many letters each of these people was sent from `first` to before `end`; without those who got none."""
    query = select(delivery.c.person_id, func.count()).where(
        delivery.c.state == SENT, delivery.c.settled_at >= first, delivery.c.settled_at < end
    )
    found: dict[int, int] = {}
    for some in chunks.chunks(person_ids):
        rows = db.execute(query.where(delivery.c.person_id.in_(some)).group_by(delivery.c.person_id))
        found.update({person_id: count for person_id, count in rows})
    return found


def told(db: Connection, kind: str, occurrence: str, since: datetime) -> set[int]:
    """The people who were told of this since then."""
    mine = (delivery.c.occurrence == occurrence) & (delivery.c.kind == kind) & delivery.c.state.in_(_SAID)
    return set(db.scalars(select(delivery.c.person_id).where(mine, delivery.c.settled_at >= since)))


def chased(db: Connection, person_ids: Iterable[int], since: datetime) -> set[int]:
    """Those of these people who were asked since then for the check-in of a key date that is over."""
    mine = delivery.c.person_id.in_(list(person_ids)) & delivery.c.state.in_(_SAID) & (delivery.c.lead < 0)
    query = select(delivery.c.person_id).where(mine, delivery.c.kind == "key_date", delivery.c.settled_at >= since)
    return set(db.scalars(query))


def withdraw(db: Connection, kinds: Iterable[str], after: datetime) -> None:
    """Take back what waits of these kinds and is due later: the calendar was changed and it will be laid out anew."""
    db.execute(delete(delivery).where(_WAITING, delivery.c.kind.in_(sorted(kinds)), delivery.c.due_at > after))


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
