"""What is to be said: written in the transaction that decided it, claimed by a sender, settled once."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    Connection,
    Integer,
    Row,
    Select,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal_column,
    or_,
    outerjoin,
    select,
    union_all,
    update,
)

from storage.tables import outbox
from storage.tables.base import Instant

Moment = BindParameter[datetime]

# In this order they are sent; in a lane of its own what waits a day to be taken back holds nothing up.
ANSWER, NOTICE, REMOVAL, STRANGER = "answer", "notice", "removal", "stranger"
# So long what is said is of use, unless it says itself for how long.
KEPT = timedelta(days=3)
# As many as Telegram lets into a chat at once.
MOST_OF_A_CHAT = 3
_PLAIN = ("id", "channel", "chat", "person_id", "lane", "body", "attempts", "due_at")
# As literals: with parameters in their place SQLite could not tell that its partial indexes hold all these rows.
_NEW = outbox.c.state == literal_column("'new'")
_CLAIMED = outbox.c.state == literal_column("'claimed'")
_INSERT = insert(outbox)
# How the key of letters begins that have been claimed together.
_CALLED = "="
_FRESH = {"state": "new", "attempts": 0, "owner": None, "lease_until": None, "perhaps_at": None}
_SENT = (
    update(outbox)
    .where(outbox.c.id == bindparam("letter"), outbox.c.owner == bindparam("by"), outbox.c.state == "claimed")
    .values(
        state="sent", owner=None, lease_until=None, sent_at=bindparam("sent_at"), platform_id=bindparam("platform_id")
    )
)
_OF_CHANNEL = outbox.c.channel == bindparam("channel")
_UNSENT = outbox.c.state.in_([literal_column("'new'"), literal_column("'claimed'")])


@dataclass(frozen=True, slots=True)
class Letter:
    """A row to send: `body` is sealed; after `expires_at` it is of no use.

    `perhaps_at` is when a try may have reached the person without our hearing of it, the first one of these. Letters
    with the same words that were claimed together have the same `same`, when they are tried again too.
    """

    id: int
    channel: str
    chat: str
    person_id: int | None
    lane: str
    body: bytes
    attempts: int
    due_at: datetime
    expires_at: datetime
    perhaps_at: datetime | None = None
    same: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """What gets nothing for now: these chats, (`notices`) all that nobody asked for, or everything."""

    chats: frozenset[str] = frozenset()
    notices: bool = False
    everything: bool = False


_NOTHING_HELD = Held()


def put(db: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows (channel, chat, inbox_id, person_id, lane, body, due_at, expires_at, card, same) in order.

    They are `new` unless they say otherwise.
    """
    if rows:
        db.execute(_INSERT, [{**_FRESH, **row} for row in rows])


def waits(db: Connection, channel: str, now: datetime, real: datetime, held: Held = _NOTHING_HELD) -> bool:
    """Whether a claim would find anything; cheap, for a reading connection."""
    if held.everything:
        return False
    given = {"channel": channel, "now": now, "real": real}
    more = {"held": sorted(held.chats)} if held.chats else {}
    return db.execute(_any_open(bool(held.chats), held.notices), given | more).first() is not None


def claim(
    db: Connection, channel: str, owner: str, now: datetime, real: datetime, lease: timedelta, most: int,
    held: Held = _NOTHING_HELD, together: int = 1,
) -> list[Letter]:  # fmt: skip
    """Take up to `most` due rows, answers first; `real` is the true time, by which leases run.

    A row waits for the earlier rows of its chat and lane: order holds, and a reminder never blocks an answer. Of one
    chat few are taken at a time: how slowly they may be said there is nobody else's matter.
    Rows of the same words count as one, up to `together` of them; they stay together when they are tried again.
    """
    if held.everything:
        return []
    kind = db.dialect.name, bool(held.chats), held.notices
    given: dict[str, Any] = {"channel": channel, "now": now, "real": real, "most": most}
    given |= {"held": sorted(held.chats)} if held.chats else {}
    rows: Sequence[Row[Any]] = db.execute(_due(*kind), given).all()
    taken = {"state": "claimed", "owner": owner, "lease_until": real + lease, "attempts": outbox.c.attempts + 1}
    alone, keys = (list(rows), []) if together == 1 else _sorted_out(rows)
    letters = _take(db, _few_of_each(alone), taken)
    for key in keys:
        group = db.execute(_like(*kind), {**given, "same": key, "most": together}).all()
        letters += _take(db, group, taken, key)
    return letters


def _take(db: Connection, rows: Sequence[Row[Any]], taken: dict[str, Any], same: str = "") -> list[Letter]:
    if not rows:
        return []
    if same:
        # From now on they are one call: nobody who comes later joins it, also when it is tried again.
        taken = {**taken, "same": same if same.startswith(_CALLED) else f"{_CALLED}{rows[0].id}"}
    if any(row.state == "claimed" for row in rows):
        # Whoever held it has died, perhaps after it was sent.
        first = func.coalesce(outbox.c.perhaps_at, outbox.c.due_at)
        taken = {**taken, "perhaps_at": case((_CLAIMED, first), else_=outbox.c.perhaps_at)}
    db.execute(update(outbox).where(outbox.c.id.in_([row.id for row in rows])).values(**taken))
    return [
        Letter(
            **{name: getattr(row, name) for name in _PLAIN},
            expires_at=row.expires_at or row.due_at + KEPT,
            perhaps_at=row.perhaps_at or (row.due_at if row.state == "claimed" else None),
            same=taken.get("same"),
        )
        for row in rows
    ]


def _few_of_each(rows: Iterable[Row[Any]]) -> list[Row[Any]]:
    taken: Counter[tuple[str, str]] = Counter()
    found = []
    for row in rows:
        taken[row.chat, row.lane] += 1
        if taken[row.chat, row.lane] <= MOST_OF_A_CHAT:
            found.append(row)
    return found


def _sorted_out(rows: Iterable[Row[Any]]) -> tuple[list[Row[Any]], list[str]]:
    """
    The rows that go alone, and the keys of those that go with others of the same words.

    What goes with others does so at a time of its own, so nothing else of its chat and lane goes with this claim.
    """
    alone: list[Row[Any]] = []
    keys: dict[str, None] = {}
    lines: dict[tuple[str, str], str | None] = {}
    for row in rows:
        line = row.chat, row.lane
        if row.same is None and lines.setdefault(line, None) is None:
            alone.append(row)
        elif row.same is not None and line not in lines:
            lines[line] = row.same
            keys[row.same] = None
    return alone, list(keys)


@cache
def _due(dialect: str, some_held: bool, no_notices: bool) -> Select[Any]:
    """What a claim asks; made once, since making it costs more than asking it."""
    now, real = bindparam("now", type_=Instant), bindparam("real", type_=Instant)
    waiting = _not_yet(now, real)
    all_rows = outerjoin(outbox, waiting, (waiting.c.chat == outbox.c.chat) & (waiting.c.lane == outbox.c.lane))
    first = or_(waiting.c.first.is_(None), waiting.c.first > outbox.c.id)
    query = select(outbox).select_from(all_rows).where(_open(now, real), first, *_free(some_held, no_notices))
    query = query.order_by(outbox.c.lane, outbox.c.id).limit(bindparam("most", type_=Integer))
    return query.with_for_update(skip_locked=True, of=outbox) if dialect == "postgresql" else query


@cache
def _like(dialect: str, some_held: bool, no_notices: bool) -> Select[Any]:
    """The rows with the same words as one that is due, of chats in whose lane nothing else is to be said before."""
    now, real = bindparam("now", type_=Instant), bindparam("real", type_=Instant)
    earlier = outbox.alias("earlier")
    unsent = earlier.c.state.in_([literal_column("'new'"), literal_column("'claimed'")])
    before = select(earlier.c.id).where(
        earlier.c.channel == outbox.c.channel, earlier.c.chat == outbox.c.chat, earlier.c.lane == outbox.c.lane,
        earlier.c.id < outbox.c.id, unsent,
    )  # fmt: skip
    query = select(outbox).where(_open(now, real), outbox.c.same == bindparam("same"), ~before.exists())
    query = query.where(*_free(some_held, no_notices)).order_by(outbox.c.id).limit(bindparam("most", type_=Integer))
    return query.with_for_update(skip_locked=True, of=outbox) if dialect == "postgresql" else query


@cache
def _any_open(some_held: bool, no_notices: bool) -> Select[Any]:
    now, real = bindparam("now", type_=Instant), bindparam("real", type_=Instant)
    return select(outbox.c.id).where(_open(now, real), *_free(some_held, no_notices)).limit(1)


def _free(some_held: bool, no_notices: bool) -> list[ColumnElement[bool]]:
    chats = [outbox.c.chat.not_in(bindparam("held", expanding=True))] if some_held else []
    return chats + ([outbox.c.lane != NOTICE] if no_notices else [])


def lapse(db: Connection, channel: str, owner: str, real: datetime) -> None:
    """End every lease of a channel that others than `owner` hold: they are gone."""
    held = (outbox.c.channel == channel) & _UNSENT & _CLAIMED & (outbox.c.owner != owner)
    db.execute(update(outbox).where(held).values(lease_until=real))


def settle(db: Connection, owner: str, letter_ids: Collection[int], state: str, **facts: Any) -> None:
    """Note how sends ended (sent, uncertain, new with a later due_at, dead), of those letters that are still ours."""
    mine = outbox.c.id.in_(letter_ids) & (outbox.c.owner == owner) & (outbox.c.state == "claimed")
    db.execute(update(outbox).where(mine).values(state=state, owner=None, lease_until=None, **facts))


def sent(db: Connection, owner: str, letters: Sequence[tuple[int, datetime, str]]) -> None:
    """Note that letters (id, when, the platform's id) that are still ours have arrived."""
    if letters:
        given = [{"letter": id, "by": owner, "sent_at": at, "platform_id": name} for id, at, name in letters]
        db.execute(_SENT, given)


def give_up(db: Connection, channel: str, chat: str) -> None:
    """The address is dead: what still waits for it is not sent."""
    waiting = (outbox.c.channel == channel) & (outbox.c.chat == chat) & _UNSENT & _NEW
    db.execute(update(outbox).where(waiting).values(state="dead", error="对方已经收不到"))


def unsay(db: Connection, inbox_ids: Collection[int]) -> set[int]:
    """Take back the answers to these messages that no try was made to send; the messages that were answered already."""
    answers = (outbox.c.inbox_id.in_(inbox_ids)) & (outbox.c.lane == ANSWER)
    db.execute(delete(outbox).where(answers, outbox.c.state == "new", outbox.c.attempts == 0))
    return set(db.scalars(select(outbox.c.inbox_id).where(answers)))


def said_to(db: Connection, inbox_id: int, channel: str, chat: str) -> list[tuple[int, bytes | None]]:
    """(id, sealed body) of the answers to a message; the body is None once it has been forgotten."""
    query = select(outbox.c.id, outbox.c.body).where(
        outbox.c.inbox_id == inbox_id, outbox.c.channel == channel, outbox.c.chat == chat
    )
    return [(row.id, row.body) for row in db.execute(query.order_by(outbox.c.id))]


def forget_bodies(db: Connection, before: datetime) -> None:
    """Drop the words of what was sent, or given up, before this instant; the row stays as the proof."""
    sent = outbox.c.sent_at < before
    given_up = (outbox.c.state == "dead") & (outbox.c.due_at < before)
    db.execute(update(outbox).where(or_(sent, given_up), outbox.c.body.is_not(None)).values(body=None))


def counts(db: Connection, states: Iterable[str]) -> dict[str, int]:
    """How many rows are in each of these states."""
    query = select(outbox.c.state, func.count()).where(outbox.c.state.in_(list(states))).group_by(outbox.c.state)
    return dict(db.execute(query).all())


def _not_yet(now: Moment, real: Moment) -> CTE:
    """The first row of each chat and lane that is on its way or due later: what follows it waits.

    Found once, not for each row: a long queue would cost its square.
    """
    # Each half is one range of the index; together they would be read from all that waits.
    under_way = _held_up(_CLAIMED, outbox.c.lease_until > real)
    later = _held_up(_NEW, outbox.c.due_at > now)
    held_up = union_all(under_way, later).subquery()
    rows = select(held_up.c.chat, held_up.c.lane, func.min(held_up.c.id).label("first"))
    return rows.group_by(held_up.c.chat, held_up.c.lane).cte("not_yet")


def _held_up(*which: ColumnElement[bool]) -> Select[Any]:
    return select(outbox.c.chat, outbox.c.lane, outbox.c.id).where(_OF_CHANNEL, _UNSENT, *which)


def _open(now: Moment, real: Moment) -> ColumnElement[bool]:
    # Not as `or`: the rows are wanted in the order of the index on channel, lane and id, and the first few of them.
    when = case((_NEW, outbox.c.due_at <= now), else_=outbox.c.lease_until <= real)
    return and_(_OF_CHANNEL, _UNSENT, when)
