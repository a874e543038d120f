"""Who decides on a nomination, and how a decision is said."""

from collections.abc import Sequence

from handlers.asker import levels
from handlers.kit import Ask, Person
from handlers.wording import days, medals
from handlers.wording.numbers import CaseNumbers
from storage.children import children
from storage.medals import nominations
from storage.medals.nominations import Step
from storage.medals.states import State
from storage.organisation.units import Kind
from storage.people import people

_MOST_KNOWN = 10

_DONE = {
    State.SUBMITTED: "提名", State.PASSED: "同意", State.NOTICE: "同意", State.APPROVED: "同意",
    State.RETURNED: "退回", State.WITHDRAWN: "撤回", State.REVOKED: "撤销", State.OBJECTION: "记下异议",
    State.REJECTED: "认定异议成立",
}  # fmt: skip


def _known(ask: Ask) -> list[str]:
    """The numbers that the asker has seen: what waits for a decision of theirs, and their own."""
    waiting = levels.waiting(ask.db, ask.me, ask.now)
    return [case.number for case in (*waiting, *nominations.of_person(ask.db, ask.me.id, _MOST_KNOWN))]


NUMBERS = CaseNumbers(nominations.LETTER, "提名", _known)


def reviewers(ask: Ask, case: nominations.Case) -> list[Person]:
    """Everybody who may decide on it now, never the nominator."""
    found = people.above(ask.db, levels.roles_of(ask.db, [case], ask.now)[case.id], case.unit, ask.now)
    return [person for person in found if person.grants and person.id not in (case.nominator_id, case.holder)]


def nominee(ask: Ask, case: nominations.Case) -> str:
    """The child's name in clear, to keep it out of what is stored; empty for a collective."""
    return children.names(ask.db, ask.vault, [case.child_id])[case.child_id] if case.child_id else ""


def decided(ask: Ask, step: Step) -> str:
    """`李老师已在4月3日 10:20 退回`; the asker is 您."""
    who = "您" if step.person_id == ask.me.id else step.by
    return f"{who}已在{days.moment(step.at, ask.now.tzinfo)} {_DONE[step.state]}"


def _who(ask: Ask) -> str:
    return f"{ask.me.name} {days.moment(ask.now, ask.now.tzinfo)} 同意。"


def good_news(ask: Ask, case: nominations.Case, before: str) -> str:
    """What whoever nominated hears of a case that was approved at the level `before`."""
    about = medals.case_lines(ask, [case], case.holder)[case.id]
    return f"提名 {case.number} 已通过{medals.LEVELS[before]}审核：{about}\n{_who(ask)}{medals.next_of(case)}"


def much_good_news(ask: Ask, cases: Sequence[nominations.Case], before: str) -> str:
    """The same of many: one list."""
    about = medals.case_lines(ask, cases, cases[0].holder)
    lines = [f"提名已通过{medals.LEVELS[before]}审核 {len(cases)} 件（{_who(ask).removesuffix('。')}）"]
    lines += [f"{case.number} {about[case.id]}" for case in cases]
    return "\n".join([*lines, *dict.fromkeys(medals.next_of(case) for case in cases)])


def bad_news(ask: Ask, case: nominations.Case, reason: str) -> str:
    """The same of one that was returned: why, and how to nominate again."""
    about = medals.case_lines(ask, [case], case.holder)[case.id]
    # As the reader knows it: a school nominates itself as 学校大队.
    words = about.replace(medals.collective_name(case.unit), "学校大队") if case.unit.kind == Kind.SCHOOL else about
    why = f"理由：{reason}（{ask.me.name} {days.moment(ask.now, ask.now.tzinfo)}）"
    return f"提名 {case.number} 被退回：{about}\n{why}\n补好后重新发「提名 {words} 理由」，会有新编号。"
