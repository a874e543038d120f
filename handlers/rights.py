"""Rights beyond a command's `who`: who reports for which unit, who appoints whom (domain §1.2)."""

from collections.abc import Sequence

from handlers.kit import REPORTERS, Grant, Person, Role, Unit
from storage.organisation.units import Kind

# They report their own sessions: of their very unit, not of what is below it, and read their own records only.
VISITORS = frozenset({Role.OUTSIDE_COUNSELOR, Role.VOLUNTEER})
_BELOW_SCHOOL = frozenset({Role.COUNSELOR, *VISITORS})
_SIDE = frozenset(
    {Role.STATION_HEAD, Role.GROUP_HEAD, Role.CARE_ADMIN, Role.INSPECTOR, Role.DATA_OFFICER, Role.SUPERVISOR}
)
_SCHOOL = _BELOW_SCHOOL | {Role.BRIGADE, Role.DATA_OFFICER}
_COUNTY = _SCHOOL | _SIDE | {Role.SCHOOL_ADMIN, Role.COUNTY_ADMIN}
# Role → the roles that its holder gives and ends at and below the unit where it is held.
APPOINTS: dict[Role, frozenset[Role]] = {
    Role.BRIGADE: _BELOW_SCHOOL,
    Role.SCHOOL_ADMIN: _SCHOOL,
    Role.COUNTY_ADMIN: _COUNTY,
    Role.CITY_ADMIN: _COUNTY | {Role.CITY_ADMIN},
    Role.PROVINCE_ADMIN: frozenset(Role),
}
GIVERS = frozenset(APPOINTS)
# Who decides on children's names, sees them, or gives rights: nobody comes to that by one person's word alone.
WEIGHTY = GIVERS | {Role.DATA_OFFICER}
_SEE_NAMES = frozenset({Role.COUNSELOR, Role.BRIGADE, Role.SCHOOL_ADMIN, Role.DATA_OFFICER})
# A counselor belongs to a squad, these two to a school; the other roles may be held anywhere.
_PLACES = {Role.COUNSELOR: Kind.SQUAD, Role.BRIGADE: Kind.SCHOOL, Role.SCHOOL_ADMIN: Kind.SCHOOL}


def may_report(person: Person, unit: Unit) -> bool:
    """Whether this person reports what happens in this unit."""
    return any(
        grant.unit.id == unit.id if grant.role in VISITORS else grant.unit.covers(unit)
        for grant in person.grants
        if grant.role in REPORTERS
    )


def may_change(person: Person, unit: Unit, reporter_id: int) -> bool:
    """Whether this person may correct or take back what `reporter_id` reported of this unit."""
    if any(grant.unit.covers(unit) for grant in person.grants if grant.role in REPORTERS - VISITORS):
        return True
    return reporter_id == person.id and may_report(person, unit)


def place_of(role: Role) -> str:
    """The kind of unit at which a role is held; empty when at any."""
    return _PLACES.get(role, "")


def fits(role: Role, kind: str) -> bool:
    """Whether this role is held at such a unit."""
    return _PLACES.get(role, kind) == kind


def appointed_by(person: Person) -> list[Role]:
    """The roles that this person may give somewhere, in the order of the roles."""
    return [role for role in Role if givers_of(role) & person.roles]


def givers_of(role: Role) -> frozenset[Role]:
    """Who gives this role."""
    return frozenset(giver for giver, roles in APPOINTS.items() if role in roles)


def giving(person: Person, role: Role, path: str) -> Grant | None:
    """By what this person gives, or ends, the role at the unit with this path, a deputy's last; None: they do not."""
    givers = givers_of(role)
    found = [each for each in person.grants if each.role in givers and path.startswith(each.unit.path)]
    return min(found, key=lambda each: each.lent_until is not None, default=None)


def in_charge_of(person: Person, held: Sequence[Grant]) -> bool:
    """Whether this person could have given all of this, of which there is something, and not only as a deputy."""
    return bool(held) and all(giving(person.own, each.role, each.unit.path) for each in held)


def needs_second(giver: Person, role: Role, path: str) -> bool:
    """Whether this role there takes a second person's word: it weighs, or shows names that the giver does not see."""
    sees = any(each.role in _SEE_NAMES and path.startswith(each.unit.path) for each in giver.grants)
    return role in WEIGHTY or (role is Role.COUNSELOR and not sees)
