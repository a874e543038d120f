"""What keeps a step of a case from being taken: no evidence yet, the public notice is not over, no place is left."""

from handlers.catalogue import chain
from handlers.catalogue.model import Row, Step
from handlers.kit import Ask
from handlers.programmes.cases import case_rights, case_words
from handlers.wording import days
from storage.messages import files
from storage.organisation import units
from storage.programmes import cases
from storage.programmes.cases import Case, CaseStep


def problem(ask: Ask, row: Row, one: Case, step: Step, done: list[CaseStep]) -> str:
    """A sentence, or nothing when the step may be taken."""
    if step.evidence and not files.of_case(ask.db, one.id):
        return f"还没有照片或附件。请直接把照片发来，或发「退回 {one.number} 请补充」。"
    if one.state == chain.NOTICE and not step.optional:
        last = case_words.notice_ends(ask, row, done)
        if ask.today <= last:
            return f"公示到{days.short(last)}（{row.notice} 个工作日），期满才能{step.action}。"
    cap = _cap(row, one)
    if step.to == chain.DECIDED and cap and _taken(ask, row, one, decided=True) >= cap:
        return f"{one.kind}名额 {cap} 个已满。"
    return ""


def over(ask: Ask, row: Row, one: Case) -> str:
    """That more are put forward than there are places; empty otherwise (domain §3 G7)."""
    cap = _cap(row, one)
    count = _taken(ask, row, one, decided=False) if cap else 0
    return f"{one.kind}名额 {cap} 个，这是第 {count} 个，超额，评定时要取舍。" if count > cap else ""


def _cap(row: Row, one: Case) -> int:
    return row.caps.get(one.kind, row.cap_each)


def _taken(ask: Ask, row: Row, one: Case, decided: bool) -> int:
    """How many of its kind and period stand in the part of the tree that decides on it."""
    by = next((each.by for each in row.chain if each.to == chain.DECIDED), row.chain[-1].by)
    kinds, _ = case_rights.LEVELS.get(by, case_rights.NOBODY)
    offices = [each for each in units.around(ask.db, one.path, kinds) if each.kind in kinds]
    path = case_rights.sphere(offices[-1]) if offices else "/" + one.path.split("/")[1] + "/"
    found = cases.standing(ask.db, row.key, one.period, [path], one.kind)
    before = {step.state for step in row.chain if step.action == chain.APPROVE} | chain.FAILED
    return sum(each.state not in (before if decided else chain.FAILED) for each in found)
