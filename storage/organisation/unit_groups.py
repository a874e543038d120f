"""Groups of units beside the tree (协作组, 片区): of one set of groups a unit is in one."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, delete, select

from storage.base.upsert import insert_into
from storage.base.words import Cleared
from storage.organisation import units
from storage.organisation.units import Unit, within
from storage.tables import unit, unit_group

# Set → name of the group → ids of its units, in the order of the tree.
Groups = Mapping[str, Mapping[str, Sequence[int]]]


def put(db: Connection, of: Cleared, name: Cleared, unit_ids: Sequence[int]) -> None:
    """These units are in this group of the set now, and in no other of it."""
    rows = [{"set": of, "name": name, "unit_id": unit_id} for unit_id in unit_ids]
    statement = insert_into(db.dialect.name, unit_group)
    keys = ["set", "unit_id"]
    db.execute(statement.on_conflict_do_update(index_elements=keys, set_={"name": statement.excluded.name}), rows)


def take_out(db: Connection, of: str, unit_ids: Sequence[int]) -> int:
    """These units are in no group of the set any more; how many were in one."""
    here = (unit_group.c.set == of) & unit_group.c.unit_id.in_(unit_ids)
    return db.execute(delete(unit_group).where(here)).rowcount


def members(db: Connection, group: Unit) -> list[Unit]:
    """The units of the group that has the name of this 协作组, in the district whose committee it stands below."""
    above = units.around(db, group.path, ())[:-1]
    while above and above[-1].kind in (units.Kind.CARE, units.Kind.EDUCATION_OFFICE):
        above.pop()
    if not above:
        return []
    found = below(db, [above[-1].path])
    return [units.by_id(db, id) for groups in found.values() for id in groups.get(group.name, ())]


def heads(db: Connection, unit_ids: Iterable[int]) -> dict[int, tuple[Unit, ...]]:
    """Unit id → the 协作组 that have the name of a group which it is in, in one district with it."""
    query = select(unit_group.c.unit_id, unit.c.id).join(unit, unit.c.name == unit_group.c.name)
    query = query.where(unit.c.kind == units.Kind.GROUP, unit.c.active, unit_group.c.unit_id.in_(sorted(set(unit_ids))))
    found: dict[int, tuple[Unit, ...]] = {}
    for member, head in db.execute(query):
        group = units.by_id(db, head)
        if any(each.id == member for each in members(db, group)):
            found[member] = (*found.get(member, ()), group)
    return found


def below(db: Connection, paths: Sequence[str]) -> Groups:
    """The groups with the units of theirs that are in these subtrees and not closed."""
    columns = (unit_group.c.set, unit_group.c.name, unit_group.c.unit_id)
    query = select(*columns).join(unit, unit.c.id == unit_group.c.unit_id).where(within(paths), unit.c.active)
    found: dict[str, dict[str, list[int]]] = {}
    for of, name, unit_id in db.execute(query.order_by(unit_group.c.set, unit_group.c.name, unit.c.path)):
        found.setdefault(of, {}).setdefault(name, []).append(unit_id)
    return found
