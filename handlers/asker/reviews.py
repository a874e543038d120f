"""Which nominations wait for the asker, and who decides on one."""

from handlers.kit import Ask, Person, Role, Unit
from storage.medals import nominations
from storage.medals.nominations import Case
from storage.people import people

REVIEWERS = frozenset({Role.BRIGADE, Role.SCHOOL_ADMIN})


def reviewing_roles(nominator: Person, nominee: Unit) -> frozenset[Role]:
    """Who may decide on this person's nominations: what the brigade counselor proposes, the school decides."""
    own = {grant.role for grant in nominator.grants if grant.unit.covers(nominee)}
    return frozenset({Role.SCHOOL_ADMIN} if Role.BRIGADE in own else REVIEWERS)


def roles_over(ask: Ask, unit: Unit) -> frozenset[Role]:
    """With which roles the asker may decide on nominations from this unit."""
    return frozenset(grant.role for grant in ask.me.grants if grant.unit.covers(unit)) & REVIEWERS


def waiting(ask: Ask) -> list[Case]:
    """What the asker may decide on, without their own and without what only a school admin decides."""
    paths = ask.me.paths(REVIEWERS)
    found = nominations.pending(ask.db, paths, but_by=ask.me.id) if paths else []
    nominators = {id: people.by_id(ask.db, id, ask.now) for id in {case.nominator_id for case in found}}
    return [
        case for case in found if roles_over(ask, case.unit) & reviewing_roles(nominators[case.nominator_id], case.unit)
    ]
