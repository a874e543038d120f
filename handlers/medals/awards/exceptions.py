"""破例同意: an admin of the deciding level approves against a rule, for a listed reason (「原则上」, domain §4.2)."""

from dataclasses import dataclass

from handlers.asker import levels
from handlers.kit import Ask, Button, Refusal, Reply
from handlers.medals import decisions, review_queue
from handlers.medals.awards import approval
from handlers.registry import command
from handlers.wording import medals, questions
from storage.audit.audit import Action
from storage.base.numbered import GLUED
from storage.medals import nominations


@dataclass(frozen=True, slots=True)
class _Against:
    """The case that is to be approved against a rule."""

    number: str


WHY = questions.Question(
    "exception", _Against, undone="{number} 还没有同意。", dropped="好的，没有同意。",
    asks=f"为什么破例？请选一个：{'、'.join(medals.EXCEPTIONS)}。选的会记下来。", then=(review_queue.LIST,),
)  # fmt: skip


@command(
    "破例同意", who=approval.MAY_EXCEPT, group="奖章", rank=40, help="不合规则也同意一件提名，要选理由",
    glued=GLUED, examples=("破例同意 N20260403-07 上级已核定",),
)  # fmt: skip
def approve(ask: Ask) -> list[Reply]:
    """Approves one case whatever the rules say of it, with a reason that is kept."""
    number, reason = decisions.NUMBERS.first(ask, review_queue.with_numbers(ask, 1))
    case = review_queue.mine_to_decide(ask, number, "破例同意")
    return _approve(ask, case, reason) if reason in medals.EXCEPTIONS else [_ask(ask, case)]


def _ask(ask: Ask, case: nominations.Case) -> Reply:
    WHY.put(ask, _Against(case.number))
    return Reply(f"{case.number}：{WHY.asks}", tuple(Button(each, answer=each) for each in medals.EXCEPTIONS))


@questions.answers(WHY)
def because(ask: Ask, known: _Against) -> list[Reply] | None:
    """The reason that was asked for; anything else is no answer."""
    if ask.args not in medals.EXCEPTIONS:
        return None
    if ask.me.roles.isdisjoint(approval.MAY_EXCEPT):
        raise Refusal("破例同意由学校或上级的管理员来做。")
    return _approve(ask, review_queue.mine_to_decide(ask, known.number, "破例同意"), ask.args)


def _approve(ask: Ask, case: nominations.Case, reason: str) -> list[Reply]:
    nominations.excepted(ask.db, case, reason)
    ask.note(Action.EXCEPTED, case.unit, f"nomination:{case.id}", what=reason)
    return approval.approve(ask, [case], levels.Ladders(ask.db), by_rule=False)
