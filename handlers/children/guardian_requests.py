"""家长申请, 办理, 结案: guardians ask the school to see, correct or delete what is kept of their child (PIPL 44–47)."""

import re
from dataclasses import dataclass

from handlers.catalogue import calendar
from handlers.children import record
from handlers.kit import Ask, Button, Denied, Due, Refusal, Reply, Role
from handlers.registry import ANYTHING, command, due
from handlers.wording import consents, days, places, questions
from handlers.wording.numbers import CaseNumbers
from handlers.wording.private import REASON_LIMIT
from scheduling.guardian_requests import WORKING_DAYS
from storage.audit.audit import Action
from storage.base import numbered
from storage.children import children, erasure, guardian_requests

IN_CHARGE = frozenset({Role.SCHOOL_ADMIN, Role.DATA_OFFICER})
_KINDS = {
    "查看": guardian_requests.Wanted.VIEW,
    "复制": guardian_requests.Wanted.VIEW,
    "更正": guardian_requests.Wanted.CORRECT,
    "删除": guardian_requests.Wanted.ERASE,
}
_SAID = {
    guardian_requests.Wanted.VIEW: "查看",
    guardian_requests.Wanted.CORRECT: "更正",
    guardian_requests.Wanted.ERASE: "删除",
}
_INTO = re.compile(r"\s*(?:改为|改成|更正为|应为)\s*")
_LIKE = "家长申请 删除 三(2)中队 王小明"
_LIST = Button("家长申请", "家长申请")


def _known(ask: Ask) -> list[str]:
    return [each.number for each in guardian_requests.waiting(ask.db, ask.me.paths(IN_CHARGE))]


@dataclass(frozen=True, slots=True)
class _Erasing:
    """The number of the request."""

    number: str


ERASE = questions.Question(
    "erase", _Erasing, undone="{number} 的孩子信息还没有删。", dropped="好的,没有删。{number} 还没办。", then=(_LIST,),
    yes="是,删除", no="不删", final=True,
)  # fmt: skip
_NUMBERS = CaseNumbers(guardian_requests.LETTER, "家长申请", _known)


@command(
    "家长申请", "request", who=IN_CHARGE, group="孩子信息", rank=37, help="登记家长要查看、更正、删除",
    glued=ANYTHING,
    examples=("家长申请", _LIKE, "家长申请 查看 三(2)中队 王小明", "家长申请 更正 三(2)中队 王小明 改为 王晓明"),
)  # fmt: skip
def receive(ask: Ask) -> Reply:
    """Register a request with its last day; without words, the open ones."""
    if not ask.args:
        return _open_ones(ask)
    if numbered.begins(ask.args):
        return _shown(ask, _mine(ask, "家长申请")[0])
    word, _, rest = ask.args.partition(" ")
    kind = _KINDS.get(word)
    if kind is None:
        raise Refusal(f"请写明家长要查看、更正还是删除,像这样:{_LIKE}")
    who, *wish = _INTO.split(rest, maxsplit=1)
    if kind is guardian_requests.Wanted.CORRECT and not any(wish):
        raise Refusal("请写明改成什么,像这样:家长申请 更正 三(2)中队 王小明 改为 王晓明")
    squad, names = consents.child_words(ask, IN_CHARGE, who, _LIKE)
    if len(names) != 1:
        raise Refusal("一次写一位孩子。")
    child_id = children.find(ask.db, ask.vault, squad.id, names[0])
    last = calendar.calendar_of(ask.db).workdays.deadline(ask.today, WORKING_DAYS)
    found = guardian_requests.receive(ask.db, ask.vault, squad, child_id, kind, "".join(wish), ask.me.id, last, ask.now)
    return Reply("\n".join([f"已登记 {found.number}:{_about(ask, found)}", *_next(found)]), _buttons(found))


def _next(found: guardian_requests.Request) -> list[str]:
    by = f"请先核对来人是监护人,在 {days.short(found.due)} 前({WORKING_DAYS} 个工作日)办完。"
    if found.child_id is None:
        return ["这里没有保存这位孩子的信息(请核对中队和姓名)。", f"{by}发「结案 {found.number} 没有保存」。"]
    return [f"{by}发「办理 {found.number}」。"]


def _buttons(found: guardian_requests.Request) -> tuple[Button, ...]:
    return (Button("办理", "办理", found.number), _LIST) if found.child_id is not None else (_LIST,)


def _about(ask: Ask, found: guardian_requests.Request) -> str:
    """删除 三(2)中队 王*明."""
    names = children.names(ask.db, ask.vault, [found.child_id] if found.child_id is not None else [])
    return " ".join([_SAID[found.kind], found.unit.name, *map(children.masked, names.values())])


def _shown(ask: Ask, found: guardian_requests.Request) -> Reply:
    how = f"发「办理 {found.number}」;办不了,发「结案 {found.number} 理由」。"
    return Reply(f"{found.number} {_about(ask, found)},{days.short(found.due)}前\n{how}", _buttons(found))


def _open_ones(ask: Ask) -> Reply:
    found = guardian_requests.waiting(ask.db, ask.me.paths(IN_CHARGE))
    if not found:
        return Reply(f"没有要办的家长申请。收到了就登记,像这样:{_LIKE}")
    if not ask.message.private:
        return Reply(f"有 {len(found)} 件家长申请没办,请私聊我发「家长申请」看。")
    lines = [
        f"{each.number} {_about(ask, each)},{days.short(each.due)}前{'(已过期)' if each.due < ask.today else ''}"
        for each in found[:20]
    ]
    words = [f"家长申请 {len(found)} 件没办", *lines, "发「办理 编号」;办不了的发「结案 编号 理由」。"]
    return Reply("\n".join(words), tuple(Button(f"办理 {each.number}", "办理", each.number) for each in found[:3]))


@command(
    "办理", "settle", who=IN_CHARGE, group="孩子信息", rank=38, help="办理一件家长申请", glued=ANYTHING,
    examples=("办理 G20260403-01",),
)  # fmt: skip
def carry_out(ask: Ask) -> Reply:
    """Show what is kept, put the name right, or ask once more before deleting."""
    found, _ = _mine(ask, "办理")
    if found.child_id is None:
        raise Refusal(f"{found.number} 的孩子这里没有信息。请答复家长,再发「结案 {found.number} 没有保存」。")
    if found.kind is guardian_requests.Wanted.ERASE:
        return Reply(
            f"{found.number}:要删除{found.unit.name}这位孩子的姓名和事迹吗?不能恢复;"
            "待审的提名会撤回,已经通过的只剩数字。\n回「是」删除。",
            ERASE.put(ask, _Erasing(found.number)),
        )
    if found.kind is guardian_requests.Wanted.CORRECT:
        return _put_right(ask, found, found.child_id)
    words = record.record_of(ask, found.child_id)
    ask.note(Action.REVEALED, found.unit, f"child:{found.child_id}", what="家长申请")
    _settle(ask, found, "done")
    return Reply(f"{found.number} 已办结。请把下面这些交给家长:\n{words}")


def _put_right(ask: Ask, found: guardian_requests.Request, child_id: int) -> Reply:
    name = children.plain(str(ask.vault.open(found.wish)) if found.wish else "")
    if not consents.is_name(name) or not children.rename(ask.db, ask.vault, child_id, name):
        raise Refusal(f"改不了:新的姓名不像姓名,或者这个中队已经有同名的记录。请核对后发「结案 {found.number} 理由」。")
    ask.note(Action.RENAMED, found.unit, f"child:{child_id}")
    _settle(ask, found, "done")
    return Reply(f"{found.number} 已办结:{found.unit.name}这位孩子的姓名已更正为 {children.masked(name)}。请答复家长。")


@questions.answers(ERASE)
def erased(ask: Ask, known: _Erasing) -> Reply:
    """Deletes what is kept of the child."""
    found = _of(ask, known.number, "办理")
    if found.child_id is None:
        raise Refusal(f"{found.number} 的孩子这里没有信息。")
    count = erasure.erase(ask.db, ask.vault, found.child_id, ask.me.id, ask.now)
    _settle(ask, found, "done")
    return Reply(f"{found.number} 已办结:姓名和 {count} 件提名的事迹已删除,周报的数字不变。请答复家长。")


@command(
    "结案", "close", who=IN_CHARGE, group="孩子信息", rank=39, help="不办的家长申请,写明理由", glued=ANYTHING,
    examples=("结案 G20260403-01 没有保存",),
)  # fmt: skip
def decline(ask: Ask) -> Reply:
    """Close a request that cannot be met, with the reason that the guardian is told."""
    found, reason = _mine(ask, "结案")
    if not 2 <= len(reason) <= REASON_LIMIT:
        raise Refusal(f"请写上答复家长的理由({REASON_LIMIT} 字以内),如:结案 {found.number} 没有保存")
    _settle(ask, found, "declined", reason)
    return Reply(f"{found.number} 已结案。请把理由答复家长;家长不同意,可以向教育局或网信部门反映。")


def _settle(ask: Ask, found: guardian_requests.Request, state: str, outcome: str = "") -> None:
    if not guardian_requests.settle(ask.db, ask.vault, found, state, ask.me.id, ask.now, outcome):
        raise Refusal(f"{found.number} 刚被别人办结了。", _LIST)


def _mine(ask: Ask, word: str) -> tuple[guardian_requests.Request, str]:
    """(the open request that the arguments begin with, the rest); raises Refusal or Denied."""
    if not ask.message.private or ask.message.channel in ask.nameless:
        raise Refusal("家长申请请在能保密的私聊里办:不在群里,也不在存到境外的平台上。")
    number, rest = _NUMBERS.first(ask, ask.args)
    if not number:
        raise Refusal(f"请写上编号,像这样:{word} {_NUMBERS.like(ask)}。发「家长申请」看编号。", _LIST)
    return _of(ask, number, word), rest


def _of(ask: Ask, number: str, word: str) -> guardian_requests.Request:
    found = guardian_requests.by_number(ask.db, number)
    none = f"{_NUMBERS.unknown(ask, number)}发「家长申请」看没办的。"
    if found is None:
        raise Refusal(none, _LIST)
    if not any(each.covers(found.unit) for each in places.scope(ask.me, IN_CHARGE)):
        raise Denied(none, _LIST, what=word, subject=f"request:{number}")
    if found.state != "open":
        raise Refusal(f"{number} 已经办结了。", _LIST)
    return found


@due("guardian")
def remind(said: Due) -> Reply | None:
    """A request is nearly due, or over; None when it was settled, or is no longer this person's."""
    found = guardian_requests.by_number(said.db, said.payload["number"])
    if found is None or found.state != "open":
        return None
    if not any(each.covers(found.unit) for each in said.person.units(IN_CHARGE)):
        return None
    worked = calendar.calendar_of(said.db).workdays.worked
    left = sum(map(worked, calendar.days_after(said.now.date(), found.due)))
    when = "今天到期" if found.due == said.now.date() else f"还有 {left} 个工作日" if left else "已经过期"
    what = f"{_SAID[found.kind]},{found.unit.name}"
    return Reply(
        f"家长申请 {found.number}({what})要在 {days.short(found.due)} 前办完,{when}。发「办理 {found.number}」。",
        (Button("办理", "办理", found.number), _LIST),
    )
