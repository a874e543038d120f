"""Where in the tree a roster begins that does not begin at its root: a school sends its own classes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from storage.organisation import units
from storage.organisation.units import Kind, Unit
from storage.roster.roster import Names
from storage.tables import unit

_TAKE_SCHOOLS = {Kind.COUNTY, Kind.STREET, Kind.EDUCATION_OFFICE}


@dataclass(frozen=True, slots=True)
class Anchors:
    """By their first name the paths of units; `school` is the sender's own, `above` the unit that takes new schools."""

    at: Mapping[str, Names] = field(default_factory=dict)
    school: Names = ()
    above: Names = ()


def find(db: Connection, paths: Iterable[Names], within: Sequence[str], own: Sequence[Unit]) -> Anchors:
    """Of these paths those that begin with no root, but with the one unit of that name in these subtrees."""
    roots = set(db.scalars(select(unit.c.name).where(unit.c.parent_id.is_(None))))
    begun = {path[0] for path in paths if path}
    if not (firsts := begun - roots):
        return Anchors()
    named = select(unit.c.id).where(units.within(within), unit.c.active, unit.c.name.in_(sorted(firsts)))
    found: dict[str, set[int]] = {}
    schools = units.schools(db, within)
    for each in (*units.by_ids(db, db.scalars(named)).values(), *schools):
        for name in {each.name, each.name.partition("(")[0]} & firsts:
            found.setdefault(name, set()).add(each.id)
    at: dict[str, Names] = {name: (name,) for name in begun & roots}
    at |= {name: _names(db, *ids) for name, ids in found.items() if len(ids) == 1}
    mine = [each for each in own if each.kind in (Kind.SCHOOL, Kind.KINDERGARTEN)] or schools
    above = [each for each in own if each.kind in _TAKE_SCHOOLS]
    return Anchors(at, *(_names(db, some[0].id) if len(some) == 1 else () for some in (mine, above)))


def _names(db: Connection, unit_id: int) -> Names:
    ids = [int(part) for part in units.by_id(db, unit_id).path.strip("/").split("/")]
    found = units.by_ids(db, ids)
    return tuple(found[id].name for id in ids)
