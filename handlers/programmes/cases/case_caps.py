"""Which steps of a case may be taken: by whom, with what evidence, after which notice."""

from dataclasses import replace

from handlers.catalogue import chain
from handlers.catalogue.model import Row, Step
from handlers.kit import Ask, Denied, Refusal
from handlers.programmes.cases import case_limits, case_rights, case_words
from storage.messages import files
from storage.programmes import cases


def problem(ask: Ask, row: Row, one: cases.Case, step: Step, done: list[cases.CaseStep]) -> str:
    """A sentence, or nothing when the step may be taken."""
    if step.evidence and not files.of(ask.db, ("case_id", one.id)):
        return f"还没有照片或附件。请直接把照片发来，或发「退回 {one.number} 请补充」。"
    stands = one.state == chain.NOTICE and not step.optional
    if stands and ask.today <= case_limits.notice_ends(ask, row, one, done):
        return f"{case_limits.until(ask, row, one)}，期满才能{step.action}。"
    return ""


def allowed(ask: Ask, row: Row, one: cases.Case, action: str, done: list[cases.CaseStep], words: str = "") -> Step:
    """
    The step, if the asker may take it now; what stands against it is said, with what is possible.

    `words` that are 破例 and a reason of the list let it be decided beyond the places.
    """
    here = [each for each in chain.steps_at(row, one.state) if each.action == action]
    now = case_words.now_possible(ask, row, one)
    if not here:
        raise Refusal(f"{one.number} 不能{action}，没有改。{now}。", *case_words.buttons(ask, row, one, done))
    mine = [each for each in here if case_rights.is_level(ask.me, each.by, one)]
    subject = f"case:{one.number}"
    if not mine:
        raise Denied(f"「{action}」由{here[0].by}来办，{one.number} 没有改。{now}。", what=action, subject=subject)
    if one.name and ask.vault.open(one.name) == ask.me.name:
        raise Denied(f"{one.number} 评的是您自己，「{action}」要由另一位来，没有改。", what=action, subject=subject)
    able = [each for each in mine if not case_rights.barred(ask.me, each, one, done)]
    if not able:
        raise Denied(f"这件是您自己立的或刚办的，「{action}」要由另一位来，没有改。", what=action, subject=subject)
    step = able[0]
    if against := problem(ask, row, one, step, done):
        raise Refusal(f"{one.number} 还不能{action}，没有改。{against}")
    case_limits.check(ask, row, one, step, words)
    return step


def pass_over(ask: Ask, row: Row, one: cases.Case, own: bool) -> cases.Case:
    """
    The case behind the approvals that nobody is waited for.

    A level that this part of the tree has not, and with `own` the submitter's own, does not approve; what decides is
    never passed over (design §5).
    """
    while step := next((each for each in chain.steps_at(row, one.state) if each.action == chain.APPROVE), None):
        passed = own and case_rights.is_level(ask.me, step.by, one)
        if step.to == chain.DECIDED or not (passed or not case_rights.exists(ask.db, step.by, one)):
            break
        made = cases.CaseStep(ask.me.id, f"{step.by}一级略过", step.to, "", None, ask.now)
        cases.move(ask.db, one, made, chain.is_closed(row, step.to))
        one = replace(one, state=step.to)
    return one
