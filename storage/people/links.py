"""Codes by which somebody joins an account on another platform, and two people who turn out to be one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, Table, and_, delete, exists, insert, select, update

from storage.base.codes import fresh, hashed
from storage.tables import (
    account,
    campaign,
    card,
    checkin,
    checkin_version,
    consent,
    delivery,
    file,
    grant,
    group_chat,
    guardian_request,
    incident,
    incident_step,
    invite,
    link_code,
    nomination,
    nomination_step,
    outbox,
    place,
    roster_batch,
)

LIFETIME = timedelta(minutes=10)
_KEPT = timedelta(days=1)
# What somebody did and has follows them into the one person; roles, reminders and codes have rules of their own.
HISTORY: tuple[Column[int], ...] = (
    account.c.person_id, campaign.c.person_id, card.c.person_id, checkin.c.person_id, checkin_version.c.person_id,
    file.c.person_id, grant.c.deputy_for, group_chat.c.bound_by, invite.c.from_id, invite.c.made_by, invite.c.person_id,
    invite.c.used_by, nomination.c.keeper_id, nomination.c.nominator_id, nomination_step.c.person_id,
    outbox.c.person_id, place.c.person_id, roster_batch.c.person_id,
    consent.c.recorded_by, guardian_request.c.received_by, guardian_request.c.settled_by, incident.c.opened_by,
    incident_step.c.person_id,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Link:
    """A code that holds: whose it is, and the chat that it was made in."""

    id: int
    person_id: int
    channel: str
    chat: str


def make(db: Connection, person_id: int, channel: str, chat: str, now: datetime) -> str:
    """A new code, valid for ten minutes and one account; it replaces an older one of this person."""
    old = (link_code.c.person_id == person_id) & link_code.c.used_at.is_(None)
    db.execute(delete(link_code).where(old | (link_code.c.expires_at < now - _KEPT)))
    code = fresh()
    row = {"code_hash": hashed(code), "person_id": person_id, "channel": channel, "chat": chat}
    db.execute(insert(link_code).values(**row, expires_at=now + LIFETIME))
    return code


def find(db: Connection, code: str, now: datetime) -> Link | None:
    """What this code joins, if it is known, unused and not expired."""
    holds = (link_code.c.code_hash == hashed(code)) & link_code.c.used_at.is_(None) & (link_code.c.expires_at > now)
    query = select(link_code.c.id, link_code.c.person_id, link_code.c.channel, link_code.c.chat).where(holds)
    row = db.execute(query).first()
    return None if row is None else Link(*row)


def use(db: Connection, found: Link, now: datetime) -> bool:
    """Use the code up; False when somebody else was first."""
    unused = (link_code.c.id == found.id) & link_code.c.used_at.is_(None)
    return db.execute(update(link_code).where(unused).values(used_at=now)).rowcount == 1


def merge(db: Connection, keep: int, gone: int, now: datetime) -> None:
    """
    Two people are one: all accounts, deeds and roles of `gone` are `keep`'s from now on.

    The row of `gone` stays, without accounts and roles: older records that may not be changed still name it.
    """
    db.execute(delete(link_code).where(link_code.c.person_id == gone))
    for column in HISTORY:
        db.execute(update(column.table).where(column == gone).values({column.name: keep}))
    _move_unless_there(db, grant, ("unit_id", "role"), keep, gone)
    _reopen(db, keep, gone)
    db.execute(update(grant).where(grant.c.person_id == gone, grant.c.until.is_(None)).values(until=now))
    _move_unless_there(db, delivery, ("occurrence", "lead"), keep, gone)
    db.execute(delete(delivery).where(delivery.c.person_id == gone, delivery.c.state == "new"))


def _move_unless_there(db: Connection, table: Table, key: tuple[str, ...], keep: int, gone: int) -> None:
    theirs = table.alias("theirs")
    same = and_(theirs.c.person_id == keep, *(theirs.c[name] == table.c[name] for name in key))
    missing = ~exists().where(same)
    db.execute(update(table).where(table.c.person_id == gone, missing).values(person_id=keep))


def _reopen(db: Connection, keep: int, gone: int) -> None:
    """A role that the one had once and the other has now is held."""
    theirs = grant.alias("theirs")
    held = and_(
        theirs.c.person_id == gone, theirs.c.until.is_(None),
        theirs.c.unit_id == grant.c.unit_id, theirs.c.role == grant.c.role,
    )  # fmt: skip
    ended = (grant.c.person_id == keep) & grant.c.until.is_not(None)
    db.execute(update(grant).where(ended, exists().where(held)).values(until=None))
