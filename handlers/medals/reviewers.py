"""Who decides on a nomination, and how a decision is said."""

from handlers.kit import Ask, Person, Role, Unit
from handlers.wording import days
from handlers.wording.numbers import CaseNumbers
from storage.medals import nominations
from storage.medals.nominations import State, Step
from storage.people import people

_MOST_KNOWN = 10

_DONE = {
    State.SUBMITTED: "提名",
    State.APPROVED: "同意",
    State.RETURNED: "退回",
    State.WITHDRAWN: "撤回",
}


def _known(ask: Ask) -> list[str]:
    """The numbers that the asker has seen: what waits for a decision of theirs, and their own."""
    waiting = nominations.pending(ask.db, ask.me.paths({Role.BRIGADE, Role.SCHOOL_ADMIN}), but_by=ask.me.id)
    return [case.number for case in (*waiting, *nominations.of_person(ask.db, ask.me.id, _MOST_KNOWN))]


NUMBERS = CaseNumbers(nominations.LETTER, "提名", _known)


def reviewing_roles(nominator: Person, nominee: Unit) -> frozenset[Role]:
    """Who may decide on this person's nominations: what the brigade counselor proposes, the school decides."""
    own = {grant.role for grant in nominator.grants if grant.unit.covers(nominee)}
    return frozenset({Role.SCHOOL_ADMIN} if Role.BRIGADE in own else {Role.BRIGADE, Role.SCHOOL_ADMIN})


def reviewers(ask: Ask, nominator: Person, nominee: Unit) -> list[Person]:
    """Everybody who may decide on it now, never the nominator."""
    found = people.above(ask.db, reviewing_roles(nominator, nominee), nominee, ask.now)
    return [person for person in found if person.grants and person.id != nominator.id]


def decided(ask: Ask, step: Step) -> str:
    """`李老师已在4月3日 10:20 退回`; the asker is 您."""
    who = "您" if step.person_id == ask.me.id else step.by
    return f"{who}已在{days.moment(step.at, ask.now.tzinfo)} {_DONE[step.state]}"
