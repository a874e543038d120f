"""Who may open a case, who may take which step of it, and who is waited for."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from handlers.catalogue import chain
from handlers.catalogue.model import Row
from handlers.catalogue.parts import Step
from handlers.kit import ADMINS, Grant, Person, Role
from handlers.wording import programmes
from storage.organisation import units
from storage.organisation.units import Kind
from storage.people import people
from storage.programmes import cases

OWN, ABOVE = "本单位", "上级"
_OFFICE = frozenset({Role.CARE_ADMIN, Role.GROUP_HEAD, Role.STATION_HEAD})
_COUNTY = frozenset({Role.COUNTY_ADMIN, Role.SUPERVISOR})
# Level of a chain → the kinds of its units, and who decides there (domain §1.2).
LEVELS: Mapping[str, tuple[frozenset[str], frozenset[Role]]] = {
    "中队": (frozenset({Kind.SQUAD}), frozenset({Role.COUNSELOR})),
    "大队": (frozenset({Kind.SCHOOL}), frozenset({Role.BRIGADE})),
    "学校": (frozenset({Kind.SCHOOL, Kind.KINDERGARTEN}), frozenset({Role.SCHOOL_ADMIN})),
    "县": (frozenset({Kind.COUNTY}), _COUNTY),
    "市": (frozenset({Kind.CITY}), frozenset({Role.CITY_ADMIN})),
    "省": (frozenset({Kind.PROVINCE}), frozenset({Role.PROVINCE_ADMIN})),
    "协作组": (frozenset({Kind.GROUP}), _OFFICE),
    "街道": (frozenset({Kind.STREET}), _OFFICE),
    "教办": (frozenset({Kind.EDUCATION_OFFICE}), _OFFICE),
    "关工委": (frozenset({Kind.CARE}), frozenset({Role.CARE_ADMIN})),
    # It has no unit of its own: whoever leads the district signs for it.
    "区文明办": (frozenset({Kind.COUNTY}), _COUNTY),
}
NOBODY: tuple[frozenset[str], frozenset[Role]] = (frozenset(), frozenset())
_ABOVE = ADMINS - {Role.BRIGADE} | _OFFICE


def is_of_level(grant: Grant, by: str, one: cases.Case) -> bool:
    """Whether the role that is held is of this level for a case."""
    at, about = grant.unit, one.unit
    if by == OWN:
        return at.id == about.id and grant.role in (programmes.REPORT_FOR.get(about.kind) or programmes.SIDE)
    if by == ABOVE:
        return at.id != about.id and about.path.startswith(at.path) and grant.role in _ABOVE
    kinds, roles = LEVELS.get(by, NOBODY)
    works_for = about.path.startswith(units.sphere(at)) or any(each.id == at.id for each in one.groups)
    return grant.role in roles and at.kind in kinds and works_for


def is_level(person: Person, by: str, one: cases.Case) -> bool:
    """Whether this person decides at this level of the row's chain about this case."""
    return any(is_of_level(grant, by, one) for grant in person.grants)


def may_see(person: Person, row: Row, one: cases.Case) -> bool:
    """
    Whether this person reads all of it: opened it, could have, decides in its chain, or looks at figures there.

    Who is put forward is no inspector's matter (domain §1.2: read-only, no names).
    """
    if one.person_id == person.id or programmes.may_report(person, row, one.unit):
        return True
    readers = programmes.READERS - ({Role.INSPECTOR} if one.personal else set())
    offices = {each.id for each in one.groups}
    reads = any(
        each.role in readers and (one.path.startswith(each.unit.path) or each.unit.id in offices)
        for each in person.grants
    )
    return reads or any(is_level(person, each.by, one) for each in row.chain)


def levels_of(person: Person) -> set[str]:
    """The levels at which this person may have something to decide."""
    held = {
        by
        for by, (kinds, roles) in LEVELS.items()
        if any(each.role in roles and each.unit.kind in kinds for each in person.grants)
    }
    return held | {OWN, ABOVE}


def barred(person: Person, step: Step, one: cases.Case, done: list[cases.CaseStep]) -> bool:
    """Whether it would be their own work that they decide on: they opened it, or brought it where it is."""
    if one.person_id == person.id and not step.self_approval:
        return True
    moved = [each for each in done if each.level]
    if step.second and moved and moved[-1].person_id == person.id:
        return True
    return bool(moved) and moved[-1].person_id == person.id and moved[-1].level != step.by


def possible(person: Person, row: Row, one: cases.Case, done: list[cases.CaseStep]) -> list[Step]:
    """The steps that this person may take now, each action once."""
    mine = [
        each
        for each in chain.steps_at(row, one.state)
        if is_level(person, each.by, one) and not barred(person, each, one, done)
    ]
    return list({each.action: each for each in mine}.values())


def exists(db: Connection, by: str, one: cases.Case) -> bool:
    """Whether there is such a level for this case at all: a district without streets has none."""
    if by in (OWN, ABOVE):
        return by == OWN or one.path.count("/") > 2
    kinds, _ = LEVELS.get(by, NOBODY)
    return any(each.kind in kinds for each in (*units.around(db, one.path, units.BESIDE), *one.groups))


def deciders(db: Connection, by: str, one: cases.Case, now: datetime) -> list[Person]:
    """Whoever decides at this level, of several units the nearest."""
    found = people.above(db, Role, one.unit, now)
    kinds, roles = LEVELS.get(by, NOBODY)
    beside = [each.path for each in units.around(db, one.path, kinds)] if kinds & units.BESIDE else []
    beside += [each.path for each in one.groups if each.kind in kinds]
    if beside:
        found += people.holding(db, roles, beside, now)
    near: dict[int, int] = {}
    for person in found:
        depths = [each.unit.path.count("/") for each in person.grants if is_of_level(each, by, one)]
        if depths:
            near[person.id] = max(*depths, near.get(person.id, 0))
    nearest = max(near.values(), default=0)
    return list({each.id: each for each in found if near.get(each.id) == nearest}.values())
