"""Who decides on a nomination, and how a decision is said."""

from collections.abc import Sequence

from handlers.asker import reviews
from handlers.kit import Ask, Person, Unit
from handlers.wording import days, medals
from handlers.wording.numbers import CaseNumbers
from storage.children import children
from storage.medals import nominations
from storage.medals.nominations import State, Step
from storage.organisation.units import Kind
from storage.people import people

_MOST_KNOWN = 10

_DONE = {
    State.SUBMITTED: "提名",
    State.APPROVED: "同意",
    State.RETURNED: "退回",
    State.WITHDRAWN: "撤回",
    State.REVOKED: "撤销",
}


def _known(ask: Ask) -> list[str]:
    """The numbers that the asker has seen: what waits for a decision of theirs, and their own."""
    waiting = nominations.pending(ask.db, ask.me.paths(reviews.REVIEWERS), but_by=ask.me.id)
    return [case.number for case in (*waiting, *nominations.of_person(ask.db, ask.me.id, _MOST_KNOWN))]


NUMBERS = CaseNumbers(nominations.LETTER, "提名", _known)


def reviewers(ask: Ask, nominator: Person, nominee: Unit) -> list[Person]:
    """Everybody who may decide on it now, never the nominator."""
    found = people.above(ask.db, reviews.reviewing_roles(nominator, nominee), nominee, ask.now)
    return [person for person in found if person.grants and person.id != nominator.id]


def nominee(ask: Ask, case: nominations.Case) -> str:
    """The child's name in clear, to keep it out of what is stored; empty for a collective."""
    return children.names(ask.db, ask.vault, [case.child_id])[case.child_id] if case.child_id else ""


def decided(ask: Ask, step: Step) -> str:
    """`李老师已在4月3日 10:20 退回`; the asker is 您."""
    who = "您" if step.person_id == ask.me.id else step.by
    return f"{who}已在{days.moment(step.at, ask.now.tzinfo)} {_DONE[step.state]}"


def good_news(ask: Ask, case: nominations.Case) -> str:
    """What whoever nominated hears of a case that was approved."""
    higher = medals.higher_level(case.medal)
    waits = f"这是大队审核;{medals.label(case.medal)}由{higher}决定,现在还没有结果。"
    after = waits if higher else "颁章以学校少工委的通知为准。"
    about = medals.case_lines(ask, [case], case.holder)[case.id]
    return (
        f"提名 {case.number} 已通过校级审核:{about}\n{ask.me.name} {days.moment(ask.now, ask.now.tzinfo)} 同意。{after}"
    )


def much_good_news(ask: Ask, cases: Sequence[nominations.Case]) -> str:
    """The same of many: one list."""
    about = medals.case_lines(ask, cases, cases[0].holder)
    lines = [f"提名已通过校级审核 {len(cases)} 件({ask.me.name} {days.moment(ask.now, ask.now.tzinfo)} 同意)"]
    lines += [f"{case.number} {about[case.id]}" for case in cases]
    higher = {medals.higher_level(case.medal): None for case in cases if medals.higher_level(case.medal)}
    return "\n".join([*lines, *(f"这是大队审核,{level}另行决定。" for level in higher)])


def bad_news(ask: Ask, case: nominations.Case, reason: str) -> str:
    """The same of one that was returned: why, and how to nominate again."""
    about = medals.case_lines(ask, [case], case.holder)[case.id]
    # As the reader knows it: a school nominates itself as 学校大队.
    words = about.replace(medals.collective_name(case.unit), "学校大队") if case.unit.kind == Kind.SCHOOL else about
    why = f"理由:{reason}({ask.me.name} {days.moment(ask.now, ask.now.tzinfo)})"
    return f"提名 {case.number} 被退回:{about}\n{why}\n补好后重新发「提名 {words} 理由」,会有新编号。"
