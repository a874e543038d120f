"""Rights beyond a command's `who`: who reports for which unit, who appoints whom (domain §1.2)."""

from handlers.kit import REPORTERS, Person, Role, Unit

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


def may_appoint(person: Person, role: Role, unit: Unit) -> bool:
    """Whether this person may give, or end, this role at this unit."""
    return any(role in APPOINTS.get(grant.role, ()) and grant.unit.covers(unit) for grant in person.grants)


def appointed_by(person: Person) -> list[Role]:
    """The roles that this person may give somewhere, in the order of the roles."""
    return [role for role in Role if any(role in APPOINTS.get(held, ()) for held in person.roles)]
