"""查看: a nominee's full name, for a reason that is kept; everywhere else it is masked (儿童规定 8)."""

from dataclasses import dataclass

from handlers.asker import context
from handlers.kit import Ask, Deed, Denied, Refusal, Reply, Role
from handlers.medals.reviewers import NUMBERS
from handlers.reading import persons_in
from handlers.registry import command
from handlers.wording import consents, medals, private
from handlers.wording.questions import Question, answers
from storage.base.numbered import GLUED
from storage.children import children
from storage.medals import nominations
from storage.medals.nominations import Case

READERS = frozenset({Role.COUNSELOR, Role.BRIGADE, Role.SCHOOL_ADMIN, Role.DATA_OFFICER})
_LONGEST = 40
_LEAST = 2
_MOST = 10


@dataclass(frozen=True, slots=True)
class _Numbers:
    """The cases whose names are wanted."""

    numbers: list[str]


WHY = Question(
    "reveal", _Numbers, undone="", dropped="好的,没有看。", free=True,
    asks="为什么要看全名?请回复理由,如:核对事迹。理由会记下来,孩子的姓名请不要写。",
)  # fmt: skip


@command(
    "查看", "reveal", who=READERS, group="奖章", rank=19, help="看提名的全名,要写理由", glued=GLUED,
    examples=("查看 N20260403-07 核对事迹",),
)  # fmt: skip
def show(ask: Ask) -> Reply:
    """The names of these cases in clear, in private, once there is a reason."""
    if not ask.message.private or ask.message.channel in ask.nameless:
        raise Refusal("全名只在能保密的私聊里给看:不在群里,也不在存到境外的平台上。")
    numbers, reason = NUMBERS.leading(ask, ask.args)
    if not numbers or len(numbers) > _MOST:
        raise Refusal(f"请写上提名的编号和理由,像这样:查看 {NUMBERS.like(ask)} 核对事迹(一次最多 {_MOST} 件)")
    cases = [_mine(ask, number) for number in numbers]
    return _reveal(ask, cases, reason) if reason else _ask(ask, numbers)


def _ask(ask: Ask, numbers: tuple[str, ...], problem: str = "") -> Reply:
    WHY.put(ask, _Numbers(list(numbers)))
    return Reply(f"{problem}{WHY.asks}")


@answers(WHY)
def because(ask: Ask, known: _Numbers) -> Reply | None:
    """The reason that was asked for."""
    if context.reading_of(ask, ask.args).intent in ("checkin", "nomination", "command", "review"):
        return None
    return _reveal(ask, [_mine(ask, number) for number in known.numbers], ask.args.strip())


def _mine(ask: Ask, number: str) -> Case:
    case = nominations.by_number(ask.db, number)
    none = f"{NUMBERS.unknown(ask, number)}编号在「待审」和「我的提名」里。"
    if case is None:
        raise Refusal(none)
    if not any(grant.role in READERS and grant.unit.covers(case.unit) for grant in ask.me.grants):
        raise Denied(none, what="查看", subject=f"nomination:{case.id}")
    return case


def _reveal(ask: Ask, cases: list[Case], reason: str) -> Reply:
    problem = _wrong(ask, reason)
    if problem:
        return _ask(ask, tuple(case.number for case in cases), problem)
    ids = [case.child_id for case in cases if case.child_id is not None]
    names = children.names(ask.db, ask.vault, ids)
    lines = []
    for case in cases:
        who = names.get(case.child_id or 0, "集体")
        lines.append(f"{case.number} {case.unit.name} {who} {medals.label(case.medal)}")
        if consents.needs_consent(who) and case.child_id is not None:
            ask.note(Deed.REVEALED, case.unit, f"child:{case.child_id}", nomination=case.id, what=reason)
    return Reply("\n".join([*lines, f"查看和理由「{reason}」已记入审计日志。请不要转发。"]))


def _wrong(ask: Ask, reason: str) -> str:
    """What is wrong with the reason: it is kept for years, so nobody may be named in it."""
    if not _LEAST <= len(reason) <= _LONGEST:
        return f"理由要 {_LEAST} 到 {_LONGEST} 字。"
    if persons_in(reason) or private.has_private(context.reading_of(ask, reason)):
        return "理由里好像有姓名或个人信息,不能记。"
    return ""
