"""The roster in bulk: what is stored of units, people and roles, and a plan of changes written at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, bindparam, func, insert, select, true, update

from storage import units
from storage.people import Role
from storage.tables import account, grant, person, unit
from storage.units import Kind, Unit, below, within

# A path of names from a root down, as the roster file writes it between slashes.
Names = tuple[str, ...]
# More subtrees than this are not worth a condition: everything is read.
_MOST_PATHS = 100
_NO_SCHOOL: tuple[str, int | None] = ("/", None)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the file may say of a unit."""

    kind: str
    grade: int | None
    class_no: int | None
    members: int | None
    aliases: tuple[str, ...]
    active: bool = True


@dataclass(frozen=True, slots=True)
class Stored:
    """A unit as it is stored; `path` holds ids."""

    id: int
    path: str
    parent_id: int | None
    school_id: int | None
    name: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class Held:
    """A role that is held, or was until it ended."""

    id: int
    ended: bool


@dataclass(frozen=True, slots=True)
class State:
    """What is stored; grants are by person, unit and role."""

    units: Mapping[Names, Stored] = field(default_factory=dict)
    accounts: Mapping[tuple[str, str], int] = field(default_factory=dict)
    people: Mapping[int, str] = field(default_factory=dict)
    grants: Mapping[tuple[int, int, Role], Held] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A unit to add; a negative number stands for the id of one that is added with it."""

    ref: int
    parent: int | None
    name: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class Plan:
    """
    What is to be written. Parents come before their units; a negative number stands for an id that is not given yet.

    `changes` and `leaving` say in words what changes and who loses a role.
    """

    new_units: tuple[NewUnit, ...] = ()
    changed_units: tuple[tuple[int, Facts], ...] = ()
    new_people: tuple[tuple[int, str], ...] = ()
    renamed: tuple[tuple[int, str], ...] = ()
    accounts: tuple[tuple[int, str, str], ...] = ()
    grants: tuple[tuple[int, int, Role], ...] = ()
    reopened: tuple[int, ...] = ()
    ended: tuple[int, ...] = ()
    changes: tuple[str, ...] = ()
    leaving: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether it would change anything."""
        return self != Plan()


def load(db: Connection, roots: Iterable[str]) -> State:
    """What is stored under the roots of these names, and every account."""
    wanted = set(roots)
    tops = db.execute(select(unit.c.name, unit.c.path).where(unit.c.parent_id.is_(None)))
    paths = [row.path for row in tops if row.name in wanted]
    inside = within(paths) if len(paths) <= _MOST_PATHS else true()
    names: dict[int, str] = {}
    grants: dict[tuple[int, int, Role], Held] = {}
    held = select(
        grant.c.person_id, grant.c.unit_id, grant.c.role, grant.c.id, grant.c.until.is_not(None), person.c.name
    )
    held = held.join(person, person.c.id == grant.c.person_id).join(unit, unit.c.id == grant.c.unit_id)
    for person_id, unit_id, role, grant_id, ended, name in db.execute(held.where(inside).order_by(grant.c.id)):
        names[person_id] = name
        grants[person_id, unit_id, Role(role)] = Held(grant_id, bool(ended))
    accounts: dict[tuple[str, str], int] = {}
    known = select(account.c.channel, account.c.address, person.c.id, person.c.name).join(person)
    for channel, address, person_id, name in db.execute(known):
        names[person_id] = name
        accounts[channel, address] = person_id
    return State(_units(db, inside), accounts, names, grants)


def _units(db: Connection, inside: Any) -> dict[Names, Stored]:
    columns = (
        "id",
        "path",
        "parent_id",
        "school_id",
        "name",
        "kind",
        "grade",
        "class_no",
        "members",
        "aliases",
        "active",
    )
    rows = db.execute(select(*(unit.c[name] for name in columns)).where(inside)).all()
    names: dict[int | None, Names] = {None: ()}
    found: dict[Names, Stored] = {}
    for row in sorted(rows, key=lambda row: row.path.count("/")):
        facts = Facts(row.kind, row.grade, row.class_no, row.members, tuple(row.aliases), row.active)
        names[row.id] = (*names[row.parent_id], row.name)
        found[names[row.id]] = Stored(row.id, row.path, row.parent_id, row.school_id, row.name, facts)
    return found


def apply(db: Connection, state: State, plan: Plan, now: datetime) -> None:
    """Write the plan that was made of this state; the caller's transaction makes it all or nothing."""
    _change_units(db, plan)
    unit_ids = _add_units(db, state, plan)
    _move_schools(db, state, plan)
    ids = _ids(db, person, [ref for ref, _ in plan.new_people])
    _insert(db, person, [{"id": ids[ref], "name": name, "joined_at": now} for ref, name in plan.new_people])
    _update(db, person, [{"row": id, "name": name} for id, name in plan.renamed])
    _insert(
        db, account,
        [{"person_id": ids.get(ref, ref), "channel": channel, "address": address, "reachable": True}
         for ref, channel, address in plan.accounts],
    )  # fmt: skip
    _insert(
        db, grant,
        [{"person_id": ids.get(ref, ref), "unit_id": unit_ids.get(at, at), "role": role, "since": now}
         for ref, at, role in plan.grants],
    )  # fmt: skip
    _update(db, grant, [{"row": id, "until": None} for id in plan.reopened])
    _update(db, grant, [{"row": id, "until": now} for id in plan.ended])
    if plan:
        units.changed(db, now)


def _columns(facts: Facts) -> dict[str, Any]:
    return {
        "kind": facts.kind, "grade": facts.grade, "class_no": facts.class_no, "members": facts.members,
        "aliases": list(facts.aliases), "active": facts.active,
    }  # fmt: skip


def _change_units(db: Connection, plan: Plan) -> None:
    _update(db, unit, [{"row": id, **_columns(facts)} for id, facts in plan.changed_units])


def _add_units(db: Connection, state: State, plan: Plan) -> dict[int, int]:
    ids = _ids(db, unit, [new.ref for new in plan.new_units])
    # Of a unit: its path of ids, and the school that it belongs to.
    places: dict[int | None, tuple[str, int | None]] = {None: _NO_SCHOOL}
    places |= {stored.id: (stored.path, stored.school_id) for stored in state.units.values()}
    rows = []
    for new in plan.new_units:
        id, parent = ids[new.ref], ids.get(new.parent, new.parent) if new.parent else None
        above, school_id = places[parent]
        places[id] = f"{above}{id}/", id if new.facts.kind == Kind.SCHOOL else school_id
        path, school_id = places[id]
        row = {"id": id, "parent_id": parent, "school_id": school_id, "path": path, "name": new.name}
        rows.append({**row, **_columns(new.facts)})
    _insert(db, unit, rows)
    return ids


def _move_schools(db: Connection, state: State, plan: Plan) -> None:
    """A unit that became a school, or is none any more: everything below it belongs to another school."""
    before = {stored.id: stored for stored in state.units.values()} if plan.changed_units else {}
    for id, facts in plan.changed_units:
        was = before[id]
        if facts.kind != was.facts.kind and Kind.SCHOOL in (facts.kind, was.facts.kind):
            above = before[was.parent_id].school_id if was.parent_id else None
            school_id = id if facts.kind == Kind.SCHOOL else above
            db.execute(update(unit).where(below(was.path)).values(school_id=school_id))


def _ids(db: Connection, table: Table, refs: Sequence[int]) -> dict[int, int]:
    """Fresh ids, so that paths can be written with the rows; the caller's transaction is the only writer of SQLite."""
    if not refs:
        return {}
    if db.dialect.name == "sqlite":
        first = (db.scalar(select(func.max(table.c.id))) or 0) + 1
        return {ref: first + place for place, ref in enumerate(refs)}
    number = func.nextval(func.pg_get_serial_sequence(table.name, "id"))
    fresh = db.scalars(select(number).select_from(func.generate_series(1, len(refs))))
    return dict(zip(refs, fresh, strict=True))


def _insert(db: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        db.execute(insert(table), rows)


def _update(db: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        new: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "row"}
        db.execute(update(table).where(table.c.id == bindparam("row")).values(new), rows)


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
