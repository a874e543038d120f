"""Codes by which somebody joins an account on another platform, and two people who turn out to be one."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Table, and_, delete, exists, insert, select, update

from storage.base.codes import fresh, marks
from storage.base.codes import spoken as spoken
from storage.base.vault import Vault
from storage.people import standing
from storage.tables import delivery, grant, link_code, metadata, person

LIFETIME = timedelta(minutes=10)
_KEPT = timedelta(days=1)
_NEVER = datetime.max.replace(tzinfo=UTC)
# Roles, reminders and codes have rules of their own; what else names somebody is history, and theirs as one person.
_RULED = (grant.c.person_id, delivery.c.person_id, link_code.c.person_id)
_HISTORY = tuple(
    column
    for table in metadata.sorted_tables
    for column in table.c
    if column.references(person.c.id) and not any(column is ruled for ruled in _RULED)
)


@dataclass(frozen=True, slots=True)
class Link:
    """A code that holds: whose it is, and the chat that it was made in."""

    id: int
    person_id: int
    channel: str
    chat: str


def make(db: Connection, vault: Vault, person_id: int, channel: str, chat: str, now: datetime) -> str:
    """A new code, valid for ten minutes and one account; it replaces an older one of this person."""
    old = (link_code.c.person_id == person_id) & link_code.c.used_at.is_(None)
    db.execute(delete(link_code).where(old | (link_code.c.expires_at < now - _KEPT)))
    code = fresh()
    row = {"code_hash": marks(vault, code)[0], "person_id": person_id, "channel": channel, "chat": chat}
    db.execute(insert(link_code).values(**row, expires_at=now + LIFETIME))
    return code


def find(db: Connection, vault: Vault, code: str, now: datetime) -> Link | None:
    """What this code joins, if it is known, unused and not expired."""
    known = link_code.c.code_hash.in_(marks(vault, code))
    holds = known & link_code.c.used_at.is_(None) & (link_code.c.expires_at > now)
    query = select(link_code.c.id, link_code.c.person_id, link_code.c.channel, link_code.c.chat).where(holds)
    row = db.execute(query).first()
    return None if row is None else Link(*row)


def use(db: Connection, found: Link, now: datetime) -> bool:
    """Use the code up; False when somebody else was first."""
    unused = (link_code.c.id == found.id) & link_code.c.used_at.is_(None)
    return db.execute(update(link_code).where(unused).values(used_at=now)).rowcount == 1


def merge(db: Connection, keep: int, gone: int, now: datetime) -> None:
    """
    Two people are one: all accounts, records and roles of `gone` are `keep`'s from now on.

    The row of `gone` stays, without accounts and roles: older records that may not be changed still name it.
    """
    db.execute(delete(link_code).where(link_code.c.person_id == gone))
    for column in _HISTORY:
        db.execute(update(column.table).where(column == gone).values({column.name: keep}))
    _merge_roles(db, keep, gone, now)
    _move_unless_there(db, delivery, ("occurrence", "lead"), keep, gone)
    db.execute(delete(delivery).where(delivery.c.person_id == gone, delivery.c.state == "new"))


def _move_unless_there(db: Connection, table: Table, key: tuple[str, ...], keep: int, gone: int) -> None:
    theirs = table.alias("theirs")
    same = and_(theirs.c.person_id == keep, *(theirs.c[name] == table.c[name] for name in key))
    missing = ~exists().where(same)
    db.execute(update(table).where(table.c.person_id == gone, missing).values(person_id=keep))


def _merge_roles(db: Connection, keep: int, gone: int, now: datetime) -> None:
    """Of one role at one unit that both have, one row stays: what holds before what ended, one's own before lent."""
    both = grant.c.person_id.in_([keep, gone])
    columns = grant.c.id, grant.c.unit_id, grant.c.role, grant.c.until, grant.c.deputy_for, standing.lasts(now)
    best: dict[tuple[int, str], tuple[bool, bool, datetime, int]] = {}
    for id, unit_id, role, until, deputy_for, lasts in db.execute(select(*columns).where(both)):
        worth = lasts, deputy_for is None, until or _NEVER, id
        best[unit_id, role] = max(worth, best.get((unit_id, role), worth))
    db.execute(delete(grant).where(both, grant.c.id.not_in([id for *_, id in best.values()])))
    db.execute(update(grant).where(grant.c.person_id == gone).values(person_id=keep))
