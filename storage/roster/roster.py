"""The roster as it is stored: units, people and roles as far as a file speaks of them, and a plan of changes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, func, not_, or_, select

from storage.base import chunks
from storage.organisation import units
from storage.organisation.units import Unit
from storage.people import standing
from storage.people.people import Grant, Person, Role
from storage.tables import account, grant, person, unit, unit_past

# A path of names from a root down, as the roster file writes it between slashes.
Names = tuple[str, ...]
Account = tuple[str, str]
_PATHS_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Facts:
    """What the file may say of a unit; `entry_year` follows from the grade."""

    kind: str
    grade: int | None
    class_no: int | None
    members: int | None
    aliases: tuple[str, ...]
    active: bool = True
    entry_year: int | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """A unit as it is stored; `path` holds ids."""

    id: int
    path: str
    parent_id: int | None
    school_id: int | None
    name: str
    facts: Facts
    school_year: int | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A role that is held, or was until it ended, or was only lent."""

    id: int
    ended: bool


@dataclass(frozen=True, slots=True)
class State:
    """
    What is stored of the part that a file speaks of; grants are by person, unit and role.

    `held` is what each of these people holds, or will, anywhere; `tops` are the paths of the part.
    """

    units: Mapping[Names, Stored] = field(default_factory=dict)
    accounts: Mapping[Account, int] = field(default_factory=dict)
    people: Mapping[int, str] = field(default_factory=dict)
    grants: Mapping[tuple[int, int, Role], Held] = field(default_factory=dict)
    held: Mapping[int, Sequence[Grant]] = field(default_factory=dict)
    tops: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A unit to add; a negative number stands for the id of one that is added with it."""

    ref: int
    parent: int | None
    name: str
    facts: Facts
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """
    What is to be written. Parents come before their units; a negative number stands for an id that is not given yet.

    A changed unit is an id, its facts, and whether earlier weeks are to show it as it was. `changes` and `leaving` say
    in words what changes and who loses a role. What one admin's word is not enough for is `asked`: roles as in
    `grants`, and accounts with the unit of their row.
    """

    new_units: tuple[NewUnit, ...] = ()
    changed_units: tuple[tuple[int, Facts, bool], ...] = ()
    new_people: tuple[tuple[int, str], ...] = ()
    renamed: tuple[tuple[int, str], ...] = ()
    accounts: tuple[tuple[int, str, str], ...] = ()
    grants: tuple[tuple[int, int, Role], ...] = ()
    reopened: tuple[int, ...] = ()
    ended: tuple[int, ...] = ()
    asked: tuple[tuple[int, int, Role], ...] = ()
    asked_accounts: tuple[tuple[int, int, str, str], ...] = ()
    changes: tuple[str, ...] = ()
    leaving: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether it would change anything."""
        return self != Plan()

    @property
    def only_leaving(self) -> bool:
        """Whether it would change nothing but that roles end."""
        return self == Plan(ended=self.ended, leaving=self.leaving)

    @property
    def size(self) -> int:
        """How many rows it is to write."""
        return sum(len(getattr(self, each.name)) for each in fields(self)) - len(self.changes) - len(self.leaving)


def load(
    db: Connection, paths: Iterable[Names], accounts: Iterable[Account], now: datetime, rights: bool = False
) -> State:
    """
    What is stored at and below the topmost of these paths, above and beside them, and whose these accounts are.

    With `rights` also all that the people hold now, here and elsewhere.
    """
    tops = topmost(paths)
    found, names = _above(db, tops)
    inside = _few(filter(None, (_subtree(found, top) for top in tops)))
    for some in chunks.chunks(inside, _PATHS_AT_ONCE):
        _note(found, names, db.execute(_UNITS.where(units.within(some)).order_by(unit.c.path)))
    people, grants = _grants(db, inside, now)
    owners = _accounts(db, set(accounts), people)
    held = _held(db, people, now) if rights else {}
    return State(found, owners, people, grants, held, inside)


def topmost(paths: Iterable[Names]) -> set[Names]:
    """Those of the paths that are not below another of them."""
    every = set(paths)
    return {path for path in every if not any(path[:length] in every for length in range(1, len(path)))}


_UNITS = select(
    unit.c.id, unit.c.path, unit.c.parent_id, unit.c.school_id, unit.c.name, unit.c.kind, unit.c.grade, unit.c.class_no,
    unit.c.members, unit.c.aliases, unit.c.active, unit.c.entry_year, unit.c.school_year,
)  # fmt: skip
_Found = dict[Names, Stored]


def _above(db: Connection, tops: Iterable[Names]) -> tuple[_Found, dict[int | None, Names]]:
    """What stands above and beside the topmost units, level by level."""
    inner = {top[:length] for top in tops for length in range(1, len(top))}
    found: _Found = {}
    names: dict[int | None, Names] = {None: ()}
    rows: Iterable[Any] = db.execute(_UNITS.where(unit.c.parent_id.is_(None)))
    while new := _note(found, names, rows):
        parents = [id for id in new if names[id] in inner and found[names[id]].id == id]
        rows = [row for some in chunks.chunks(parents) for row in db.execute(_UNITS.where(unit.c.parent_id.in_(some)))]
    return found, names


def _note(found: _Found, names: dict[int | None, Names], rows: Iterable[Any]) -> list[int]:
    """Add the rows to what was found; of two with one name the active one is meant."""
    new = []
    for id, path, parent, school, name, kind, grade, class_no, members, aliases, active, entry, year in rows:
        facts = Facts(kind, grade, class_no, members, tuple(aliases), active, entry)
        whole = names[id] = (*names[parent], name)
        if active or whole not in found:
            found[whole] = Stored(id, path, parent, school, name, facts, year)
        new.append(id)
    return new


def _subtree(found: _Found, top: Names) -> str:
    """The path that a topmost unit of the file reaches; a class that is not there under this name: its school's."""
    here, above = found.get(top), found.get(top[:-1])
    if here is None and above is not None and above.school_id is not None:
        here = above
    return here.path if here else ""


def _few(paths: Iterable[str]) -> tuple[str, ...]:
    """The same subtrees, or some that hold them: a thousand conditions cost more than rows that are not needed."""
    every = set(paths)
    while len(every) > _PATHS_AT_ONCE and (higher := {path for path in every if path.count("/") > 2}):
        every = (every - higher) | {path[: path.rindex("/", 0, -1) + 1] for path in higher}
    top: list[str] = []
    for path in sorted(every):
        if not top or not path.startswith(top[-1]):
            top.append(path)
    return tuple(top)


def _grants(
    db: Connection, inside: Sequence[str], now: datetime
) -> tuple[dict[int, str], dict[tuple[int, int, Role], Held]]:
    people: dict[int, str] = {}
    grants: dict[tuple[int, int, Role], Held] = {}
    # A deputy's role is for some days: the file neither ends it nor takes it for granted.
    ended = or_(not_(standing.lasts(now)), grant.c.deputy_for.is_not(None))
    columns = grant.c.person_id, grant.c.unit_id, grant.c.role, grant.c.id, ended, person.c.name
    held = select(*columns).select_from(unit).join(grant, grant.c.unit_id == unit.c.id)
    held = held.join(person, person.c.id == grant.c.person_id)
    for some in chunks.chunks(inside, _PATHS_AT_ONCE):
        for person_id, unit_id, role, grant_id, over, name in db.execute(held.where(units.within(some))):
            people[person_id] = name
            grants[person_id, unit_id, Role(role)] = Held(grant_id, bool(over))
    return people, grants


def _accounts(db: Connection, named: set[Account], people: dict[int, str]) -> dict[Account, int]:
    """The accounts of the file that are somebody's, whose names are added to `people`, and those of these people."""
    owners: dict[Account, int] = {}
    known = select(account.c.channel, account.c.address, person.c.id, person.c.name)
    known = known.join(person, person.c.id == account.c.person_id)
    for channel in sorted({channel for channel, _ in named}):
        mine = [address for one, address in named if one == channel]
        for some in chunks.chunks(mine):
            for row in db.execute(known.where(account.c.channel == channel, account.c.address.in_(some))):
                owners[row.channel, row.address] = row.id
                people[row.id] = row.name
    for ids in chunks.chunks(list(people)):
        for row in db.execute(known.where(account.c.person_id.in_(ids))):
            owners[row.channel, row.address] = row.id
    return owners


def _held(db: Connection, people: Iterable[int], now: datetime) -> dict[int, list[Grant]]:
    found: dict[int, list[Grant]] = {}
    at = unit.c.id, unit.c.kind, unit.c.name, unit.c.path
    query = select(grant.c.person_id, grant.c.role, *at).join(unit, unit.c.id == grant.c.unit_id)
    query = query.where(standing.lasts(now))
    for ids in chunks.chunks(people):
        for person_id, role, *place in db.execute(query.where(grant.c.person_id.in_(ids))):
            found.setdefault(person_id, []).append(Grant(Role(role), Unit(*place)))
    return found


def seen(db: Connection, paths: Sequence[str], importer: Person | None = None) -> str:
    """Names the state of these subtrees and the importer's rights: after a change of units, roles, accounts another."""
    rights = sorted((grant.role, grant.unit.path) for grant in importer.grants) if importer else []
    numbers: list[Any] = [rights, db.scalar(select(func.count()).where(unit.c.parent_id.is_(None)))]
    for some in chunks.chunks(paths, _PATHS_AT_ONCE):
        inside = units.within(some)
        at = select(unit.c.id).where(inside).scalar_subquery()
        held = select(grant.c.person_id).where(grant.c.unit_id.in_(at)).scalar_subquery()
        sums = (func.sum(unit.c.members), func.sum(unit.c.grade), func.sum(func.length(unit.c.name)))
        numbers += db.execute(select(func.count(), func.max(unit.c.id), *sums).where(inside)).one()
        numbers += db.execute(select(func.max(unit_past.c.id)).where(unit_past.c.unit_id.in_(at))).one()
        ends = func.count(grant.c.until), func.max(grant.c.until)
        numbers += db.execute(select(func.count(), func.max(grant.c.id), *ends).where(grant.c.unit_id.in_(at))).one()
        numbers += db.execute(select(func.count(), func.max(account.c.id)).where(account.c.person_id.in_(held))).one()
    return sha256(" ".join(map(str, numbers)).encode()).hexdigest()


def named(db: Connection, names: Names, most: int = 6) -> list[Unit]:
    """Active units that the names lead to, from a root or else from anywhere; up to `most`, an empty list for none."""
    from_root = units.by_path_names(db, names)
    if from_root:
        return [from_root]
    found: list[int] | None = None
    for name in names:
        query = select(unit.c.id).where(unit.c.name == name, unit.c.active)
        if found is not None:
            query = query.where(unit.c.parent_id.in_(found))
        found = list(db.scalars(query.order_by(unit.c.id).limit(1000)))
    return [units.by_id(db, id) for id in (found or [])[:most]]
