"""查看: a nominee's full name, for one of five reasons that is kept; everywhere else it is masked (儿童规定 8)."""

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.kit import Ask, Button, Denied, Refusal, Reply, Role
from handlers.medals import decisions
from handlers.registry import command
from handlers.wording import medals, questions
from handlers.wording.names import is_place
from storage.audit.audit import Action
from storage.base.numbered import GLUED
from storage.children import children
from storage.medals import nominations

READERS = frozenset({Role.COUNSELOR, Role.BRIGADE, Role.SCHOOL_ADMIN, Role.DATA_OFFICER})
# The log keeps the reason for years, open: so it is chosen, and whatever else is to be said is sealed beside the child.
REASONS = ("核对事迹", "家长要求", "上级核查", "制作证书", "其他")
_LONGEST_NOTE = 60
_MOST = 10


@dataclass(frozen=True, slots=True)
class _Numbers:
    """The cases whose names are wanted."""

    numbers: list[str]


WHY = questions.Question(
    "reveal", _Numbers, undone="", dropped="好的，没有看。",
    asks=f"为什么要看全名？请选一个：{'、'.join(REASONS)}。选的会记下来；后面可以加一句说明，只和孩子的资料一起密封保存。",
)  # fmt: skip


@command(
    "查看", "reveal", who=READERS, group="奖章", rank=19, help="看提名的全名，要选理由", glued=GLUED,
    examples=("查看 N20260403-07 核对事迹",),
)  # fmt: skip
def show(ask: Ask) -> Reply:
    """The names of these cases in clear, in private, once there is a reason."""
    if not ask.message.private or ask.message.channel in ask.nameless:
        raise Refusal("全名只在能保密的私聊里给看：不在群里，也不在存到境外的平台上。")
    numbers, words = decisions.NUMBERS.leading(ask, ask.args)
    if not numbers or len(numbers) > _MOST:
        raise Refusal(
            f"请写上提名的编号和理由，一次最多 {_MOST} 件，像这样：查看 {decisions.NUMBERS.like(ask)} 核对事迹"
        )
    return _reveal(ask, numbers, words) if words else _ask(ask, numbers)


def _ask(ask: Ask, numbers: Sequence[str]) -> Reply:
    WHY.put(ask, _Numbers(list(numbers)))
    return Reply(WHY.asks, tuple(Button(each, answer=each) for each in REASONS))


@questions.answers(WHY)
def because(ask: Ask, known: _Numbers) -> Reply | None:
    """The reason that was asked for; anything else is no answer."""
    return _reveal(ask, known.numbers, ask.args) if ask.args.startswith(REASONS) else None


def _mine(ask: Ask, number: str) -> nominations.Case:
    case = nominations.by_number(ask.db, number)
    none = f"{decisions.NUMBERS.unknown(ask, number)}编号在「待审」和「我的提名」里。"
    if case is None:
        raise Refusal(none)
    if not any(grant.role in READERS and grant.unit.covers(case.unit) for grant in ask.me.grants):
        raise Denied(none, what="查看", subject=f"nomination:{case.id}")
    return case


def _reveal(ask: Ask, numbers: Sequence[str], words: str) -> Reply:
    cases = [_mine(ask, number) for number in numbers]
    reason = next((each for each in REASONS if words.startswith(each)), "")
    said = words.removeprefix(reason).strip(" ,，。:：")
    if not reason or len(said) > _LONGEST_NOTE:
        return _ask(ask, numbers)
    names = children.names(ask.db, ask.vault, [case.child_id for case in cases if case.child_id is not None])
    lines = []
    for case in cases:
        who = names.get(case.child_id or 0, "集体")
        lines.append(f"{case.number} {case.unit.name} {who} {medals.label(case.medal)}")
        if case.child_id is not None and not is_place(who):
            ask.note(Action.REVEALED, case.unit, f"child:{case.child_id}", nomination=case.id, what=reason)
            if said:
                children.add_note(ask.db, ask.vault, case.child_id, said, ask.me.id, ask.now)
    return Reply("\n".join([*lines, f"查看和理由「{reason}」已记入审计日志。请不要转发。"]))
