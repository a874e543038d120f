"""Posts: at which kind of unit a role is held, and who may give it to whom."""

from collections.abc import Iterable

from handlers.kit import Person, Role
from handlers.rights import APPOINTS
from storage.organisation.units import Kind

# A counselor belongs to a squad, these two to a school; the other roles may be held anywhere.
_PLACES = {Role.COUNSELOR: Kind.SQUAD, Role.BRIGADE: Kind.SCHOOL, Role.SCHOOL_ADMIN: Kind.SCHOOL}
GIVERS = frozenset(APPOINTS)


def place_of(role: Role) -> str:
    """The kind of unit at which a role is held; empty when at any."""
    return _PLACES.get(role, "")


def fits(role: Role, kind: str) -> bool:
    """Whether this role is held at such a unit."""
    return _PLACES.get(role, kind) == kind


def givable(person: Person) -> list[Role]:
    """The roles that this person may give somewhere."""
    return [role for role in Role if givers_of(role) & person.roles]


def givers_of(role: Role) -> frozenset[Role]:
    """Who gives this role."""
    return frozenset(giver for giver, roles in APPOINTS.items() if role in roles)


def may_give(person: Person, role: Role, path: str) -> bool:
    """Whether this person may give the role at the unit with this path."""
    return any(path.startswith(own) for own in person.paths(givers_of(role)))


def in_charge_of(person: Person, held: Iterable[tuple[Role, str]]) -> bool:
    """Whether this person could have given all of these roles (role, path of the unit)."""
    return all(may_give(person, role, path) for role, path in held)
