"""People, their accounts on the platforms, and the roles they hold at units."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, exists, insert, or_, select, update

from storage.audit.audit import Action, note
from storage.base import chunks
from storage.base.labels import Labelled
from storage.base.upsert import add_one
from storage.organisation.units import PLAIN, Unit, within
from storage.tables import account, grant, person, unit


class Role(Labelled):
    """What somebody is at a unit; the labels are the words of the roster file."""

    COUNSELOR = "counselor", "中队辅导员"
    BRIGADE = "brigade", "大队辅导员"
    SCHOOL_ADMIN = "school_admin", "学校管理员"
    SUPERVISOR = "supervisor", "总辅导员"
    COUNTY_ADMIN = "county_admin", "县管理员"
    CITY_ADMIN = "city_admin", "市管理员"
    PROVINCE_ADMIN = "province_admin", "省管理员"
    INSPECTOR = "inspector", "督导"
    OUTSIDE_COUNSELOR = "outside_counselor", "校外辅导员"
    VOLUNTEER = "volunteer", "志愿者"
    STATION_HEAD = "station_head", "站长"
    GROUP_HEAD = "group_head", "组长"
    CARE_ADMIN = "ggw_admin", "关工委管理员"
    DATA_OFFICER = "dpo", "数据保护员"


# Who was heard once and has no account now has lost a phone: that takes a second person's word.
NEVER_CAME = ~exists().where(account.c.person_id == person.c.id) & person.c.heard_on.is_(None)


@dataclass(frozen=True, slots=True)
class Grant:
    """A role at a unit; of a deputy, or given by one: `lent_until` then, in the stead of `deputy_for`."""

    role: Role
    unit: Unit
    lent_until: datetime | None = None
    deputy_for: int | None = None
    given_by: int | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody the bot knows, with the roles that hold now."""

    id: int
    name: str
    grants: tuple[Grant, ...] = ()
    # Whether the address by which they were looked up counts as alive, and the channel they last wrote on.
    reachable: bool = True
    heard_on: str | None = None
    # Of several schools the one that is meant when none is named.
    school_id: int | None = None

    @property
    def own(self) -> "Person":
        """The same person without what they hold as a deputy."""
        return replace(self, grants=tuple(grant for grant in self.grants if grant.lent_until is None))

    @property
    def roles(self) -> frozenset[Role]:
        """All roles, wherever they are held."""
        return frozenset(grant.role for grant in self.grants)

    def paths(self, roles: Iterable[Role] | None = None) -> list[str]:
        """The subtrees that these roles (None: any) give."""
        return sorted({grant.unit.path for grant in self.grants if roles is None or grant.role in roles})

    def units(self, roles: Iterable[Role] | None = None) -> list[Unit]:
        """The units at which one of these roles (None: any) is held, topmost first."""
        found = {grant.unit.id: grant.unit for grant in self.grants if roles is None or grant.role in roles}
        return sorted(found.values(), key=lambda unit: (unit.path.count("/"), unit.id))


@dataclass(frozen=True, slots=True)
class Term:
    """A role that somebody holds, held or will hold, from when to when (None: for good)."""

    person_id: int
    person: str
    role: Role
    since: datetime
    until: datetime | None
    unit: Unit


_WITH_GRANTS = (
    select(
        person.c.id, person.c.name, person.c.school_id, grant.c.role, *PLAIN, grant.c.since, grant.c.until,
        grant.c.deputy_for, grant.c.given_by,
    )
    .select_from(person)
    .outerjoin(grant, grant.c.person_id == person.c.id)
    .outerjoin(unit, unit.c.id == grant.c.unit_id)
)  # fmt: skip
_BY_ADDRESSES = (
    _WITH_GRANTS.with_only_columns(
        account.c.address, account.c.reachable, person.c.heard_on, *_WITH_GRANTS.selected_columns
    )
    .join(account, account.c.person_id == person.c.id)
    .where(account.c.channel == bindparam("channel"), account.c.address.in_(bindparam("addresses", expanding=True)))
)


def _people(rows: Sequence[tuple[object, ...]], now: datetime) -> list[Person]:
    found: dict[int, tuple[str, int | None, list[Grant]]] = {}
    for person_id, name, school_id, role, *at, since, until, deputy_for, given_by in rows:
        grants = found.setdefault(person_id, (name, school_id, []))[2]  # type: ignore[arg-type]
        if role is not None and since <= now and (until is None or until > now):  # type: ignore[operator]
            lent_until = until if deputy_for else None
            grants.append(Grant(Role(role), Unit(*at), lent_until, deputy_for, given_by))  # type: ignore[arg-type]
    return [Person(id, name, tuple(grants), school_id=school) for id, (name, school, grants) in found.items()]


def by_addresses(db: Connection, channel: str, addresses: Collection[str], now: datetime) -> dict[str, Person]:
    """Who writes from these addresses, with the roles that hold at `now`; strangers are left out."""
    rows = db.execute(_BY_ADDRESSES, {"channel": channel, "addresses": addresses}).all()
    persons = {person.id: person for person in _people([row[3:] for row in rows], now)}
    return {row[0]: replace(persons[row[3]], reachable=row[1], heard_on=row[2]) for row in rows}


def with_roles(db: Connection, channel: str, addresses: Iterable[str], now: datetime) -> set[int]:
    """The ids of those who write from these addresses, be they many, and hold a role at `now`."""
    some = (by_addresses(db, channel, each, now) for each in chunks.chunks(sorted(addresses)))
    return {person.id for found in some for person in found.values() if person.grants}


def by_id(db: Connection, person_id: int, now: datetime) -> Person:
    """The person; raises LookupError when there is none."""
    found = _people(db.execute(_WITH_GRANTS.where(person.c.id == person_id)).all(), now)
    if not found:
        raise LookupError(f"person {person_id}")
    return found[0]


def lasting(db: Connection, person_id: int, now: datetime) -> tuple[Grant, ...]:
    """What somebody holds, or will hold from a later day on."""
    lasts = grant.c.role.is_not(None) & or_(grant.c.until.is_(None), grant.c.until > now)
    rows = db.execute(_WITH_GRANTS.where(person.c.id == person_id, lasts))
    return tuple(Grant(Role(row[3]), Unit(*row[4:13]), row[14] if row[15] else None, *row[15:]) for row in rows)


def holding(db: Connection, roles: Iterable[Role], paths: Sequence[str], now: datetime) -> list[Person]:
    """Everybody who holds one of `roles` at a unit in these subtrees, by id; their grants are those there."""
    query = _WITH_GRANTS.where(grant.c.role.in_([role.value for role in roles]), within(paths), unit.c.active)
    return [each for each in _people(db.execute(query.order_by(person.c.id)).all(), now) if each.grants]


def above(db: Connection, roles: Iterable[Role], at: Unit, now: datetime) -> list[Person]:
    """Everybody who holds one of `roles` at `at` itself or at a unit above it."""
    ids = [int(part) for part in at.path.strip("/").split("/")]
    query = _WITH_GRANTS.where(grant.c.role.in_([role.value for role in roles]), unit.c.id.in_(ids))
    return [each for each in _people(db.execute(query.order_by(person.c.id)).all(), now) if each.grants]


def terms(db: Connection, paths: Sequence[str], ended_after: datetime | None) -> list[Term]:
    """The roles at units in these subtrees, by unit, without those that were over before `ended_after` (None: all)."""
    query = _WITH_GRANTS.where(within(paths), unit.c.active)
    if ended_after:
        query = query.where(or_(grant.c.until.is_(None), grant.c.until > ended_after))
    rows = db.execute(query.order_by(unit.c.path, grant.c.role, person.c.id))
    return [Term(row[0], row[1], Role(row[3]), row[13], row[14], Unit(*row[4:13])) for row in rows]


def called(db: Connection, name: str, paths: Sequence[str], now: datetime, *, longer: bool = False) -> list[Person]:
    """Who is called (`longer`: begins) so, with a role at a unit in these subtrees; their grants are those there."""
    so = person.c.name.startswith(name, autoescape=True) if longer else person.c.name == name
    found = _people(db.execute(_WITH_GRANTS.where(so, within(paths), unit.c.active).order_by(person.c.id)).all(), now)
    return [each for each in found if each.grants]


def add(db: Connection, name: str, now: datetime) -> int:
    """Insert a person without any account or role; returns the id."""
    return add_one(db, person, name=name, joined_at=now)


def rename(db: Connection, person_id: int, name: str) -> None:
    """Somebody is called so from now on, also in what they reported before."""
    db.execute(update(person).where(person.c.id == person_id).values(name=name))


def choose_school(db: Connection, person_id: int, school_id: int) -> None:
    """Remember which of somebody's schools is meant when none is named."""
    db.execute(update(person).where(person.c.id == person_id).values(school_id=school_id))


def give(
    db: Connection, person_id: int, role: Role, at: Unit, now: datetime, *,
    since: datetime | None = None, until: datetime | None = None, deputy_for: int | None = None,
    given_by: int | None = None,
) -> None:  # fmt: skip
    """
    Give a role at a unit, from `since` (None: now) to `until` (None: for good); one that is held gets a new end.

    `deputy_for`: whose the role is, of somebody who stands in for them, or by whose right a deputy gives it.
    """
    since = since or now
    by = {"deputy_for": deputy_for, "given_by": given_by}
    mine = (grant.c.person_id == person_id) & _at(at, role)
    row = db.execute(select(grant.c.since, grant.c.until).where(mine)).first()
    if row is not None and row.since <= now and (row.until is None or row.until > now):
        db.execute(update(grant).where(mine).values(until=until, **by))
    else:
        # A new row, so that reminders are laid out for it; what was held before goes.
        db.execute(delete(grant).where(mine))
        new = {"person_id": person_id, "unit_id": at.id, "role": role, "since": since, "until": until}
        db.execute(insert(grant).values(**new, **by))
    about: dict[str, Any] = {"role": role, "until": until.isoformat() if until else None}
    about |= {"deputy_for": deputy_for} if deputy_for else {}
    note(db, Action.ROLE_GIVEN, now, unit_id=at.id, subject=f"person:{person_id}", **about)


def _at(at: Unit, role: Role) -> ColumnElement[bool]:
    return (grant.c.unit_id == at.id) & (grant.c.role == role)


def end(db: Connection, person_id: int, role: Role, at: Unit, when: datetime, now: datetime) -> bool:
    """End a role at this instant, with what was lent of it and given by it in somebody's stead; False: not held."""
    lasts = or_(grant.c.until.is_(None), grant.c.until > when)
    mine = (grant.c.person_id == person_id) & _at(at, role) & lasts
    row = db.execute(update(grant).where(mine).values(until=when).returning(grant.c.id, grant.c.deputy_for)).first()
    if row is None:
        return False
    subject = f"person:{person_id}"
    note(db, Action.ROLE_ENDED, now, unit_id=at.id, subject=subject, role=role, until=when.isoformat())
    lent = (grant.c.deputy_for == person_id) & _at(at, role)
    if row.deputy_for is not None:
        lent |= (grant.c.given_by == person_id) & (grant.c.deputy_for == row.deputy_for)
    end_all(db, lent & lasts, when, now)
    return True


def end_all(db: Connection, which: ColumnElement[bool], when: datetime, now: datetime) -> None:
    """End these roles as `end` does."""
    query = select(grant.c.person_id, grant.c.role, *PLAIN).join(unit, unit.c.id == grant.c.unit_id).where(which)
    for person_id, role, *at in db.execute(query).all():
        end(db, person_id, Role(role), Unit(*at), when, now)


def link(db: Connection, person_id: int, channel: str, address: str) -> None:
    """Bind an address on a platform to a person."""
    db.execute(insert(account).values(person_id=person_id, channel=channel, address=address, reachable=True))


def mark_reachable(db: Connection, channel: str, address: str, reachable: bool) -> bool:
    """Note that an address is dead (blocked, gone) or alive again; False when that was known, or nobody's is."""
    known = (account.c.channel == channel) & (account.c.address == address)
    changed = update(account).where(known, account.c.reachable != reachable).values(reachable=reachable)
    return db.execute(changed).rowcount > 0


def without_account(db: Connection, role: Role, at: Unit, now: datetime) -> dict[int, str]:
    """id → name of those who hold this role at this unit and are not on any platform yet."""
    has_one = exists().where(account.c.person_id == person.c.id)
    query = select(person.c.id, person.c.name).join(grant, grant.c.person_id == person.c.id)
    lasts = _at(at, role) & or_(grant.c.until.is_(None), grant.c.until > now) & grant.c.deputy_for.is_(None)
    query = query.where(lasts, ~has_one)
    return {row.id: row.name for row in db.execute(query)}


def unjoined(db: Connection, paths: Sequence[str], now: datetime) -> list[Person]:
    """Everybody whom the roster has in these subtrees and who is on no platform yet, by unit; their grants there."""
    query = _WITH_GRANTS.where(within(paths), unit.c.active, NEVER_CAME, grant.c.deputy_for.is_(None))
    return [each for each in _people(db.execute(query.order_by(unit.c.path, person.c.id)).all(), now) if each.grants]


def was_heard(db: Connection, person_id: int) -> bool:
    """Whether this person has ever written to us."""
    return db.scalar(select(person.c.heard_on).where(person.c.id == person_id)) is not None


def named(db: Connection, name: str) -> list[int]:
    """The ids of everybody of this name."""
    return list(db.scalars(select(person.c.id).where(person.c.name == name).order_by(person.c.id)))


def names(db: Connection, ids: Iterable[int]) -> dict[int, str]:
    """id → name."""
    query = select(person.c.id, person.c.name)
    some = (db.execute(query.where(person.c.id.in_(part))) for part in chunks.chunks(sorted(set(ids))))
    return {row.id: row.name for rows in some for row in rows}


def with_accounts(db: Connection, channel: str, now: datetime) -> list[tuple[str, Person]]:
    """(address, person) of everybody with an account on this channel, in the order they came."""
    addresses_of = select(account.c.person_id, account.c.address).where(account.c.channel == channel)
    found = {row.person_id: row.address for row in db.execute(addresses_of.order_by(account.c.id))}
    there = select(account.c.person_id).where(account.c.channel == channel)
    rows = db.execute(_WITH_GRANTS.where(person.c.id.in_(there)).order_by(person.c.id)).all()
    return [(found[each.id], each) for each in _people(rows, now)]
