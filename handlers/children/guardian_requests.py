"""家长申请, 办理, 结案: guardians ask the school to see, correct or delete what is kept of their child (PIPL 44–47)."""

import re

from handlers.asker import examples
from handlers.catalogue import current
from handlers.children import request_cases
from handlers.kit import Ask, Button, Refusal, Reply
from handlers.registry import ANYTHING, command
from handlers.wording import days
from handlers.wording.children import consents
from storage.base import numbered
from storage.children import children, guardian_requests

_KINDS = {
    "查看": guardian_requests.Wanted.VIEW,
    "复制": guardian_requests.Wanted.VIEW,
    "更正": guardian_requests.Wanted.CORRECT,
    "删除": guardian_requests.Wanted.ERASE,
}
_INTO = re.compile(r"\s*(?:改为|改成|更正为|应为)\s*")
_LIKE = "家长申请 删除 三(2)中队 王小明"


@command(
    "家长申请", "request", who=request_cases.IN_CHARGE, group="孩子信息", rank=37, help="登记家长要查看、更正、删除",
    glued=ANYTHING, shows=guardian_requests.LETTER, waits=request_cases.in_inbox, looks="",
    examples=("家长申请", _LIKE, "家长申请 查看 三(2)中队 王小明", "家长申请 更正 三(2)中队 王小明 改为 王晓明"),
)  # fmt: skip
def receive(ask: Ask) -> Reply:
    """Register a request with its last day; without words, the open ones."""
    if not ask.args:
        return _open_ones(ask)
    if numbered.begins(ask.args):
        return _shown(ask, request_cases.named(ask, "家长申请")[0])
    word, _, rest = ask.args.partition(" ")
    kind = _KINDS.get(word)
    if kind is None:
        raise Refusal(f"请写明家长要查看、更正还是删除，像这样：{_LIKE}")
    who, *wish = _INTO.split(rest, maxsplit=1)
    if kind is guardian_requests.Wanted.CORRECT and not any(wish):
        raise Refusal("请写明改成什么，像这样：家长申请 更正 三(2)中队 王小明 改为 王晓明")
    squad, names = consents.child_words(ask, request_cases.IN_CHARGE, who, _LIKE)
    if len(names) != 1:
        raise Refusal("一次写一位孩子。")
    child_id = children.find(ask.db, ask.vault, squad.id, names[0])
    last = current.calendar_at(ask.db, [squad.path]).workdays.deadline(ask.today, request_cases.WORKING_DAYS)
    found = guardian_requests.receive(ask.db, ask.vault, squad, child_id, kind, "".join(wish), ask.me.id, last, ask.now)
    return Reply(
        "\n".join([f"已登记 {found.number}：{request_cases.about(ask, found)}", *_next(found)]), _buttons(found)
    )


def _next(found: guardian_requests.Request) -> list[str]:
    by = f"请先核对来人是监护人，在 {days.short(found.due)} 前（{request_cases.WORKING_DAYS} 个工作日）办完。"
    if found.child_id is None:
        return ["这里没有保存这位孩子的信息（请核对中队和姓名）。", f"{by}发「结案 {found.number} 没有保存」。"]
    return [f"{by}发「办理 {found.number}」。"]


def _buttons(found: guardian_requests.Request) -> tuple[Button, ...]:
    return (
        (Button("办理", "办理", found.number), request_cases.LIST)
        if found.child_id is not None
        else (request_cases.LIST,)
    )


def _shown(ask: Ask, found: guardian_requests.Request) -> Reply:
    how = f"发「办理 {found.number}」；办不了，发「结案 {found.number} 理由」。"
    return Reply(f"{found.number} {request_cases.about(ask, found)}，{days.short(found.due)}前\n{how}", _buttons(found))


def _open_ones(ask: Ask) -> Reply:
    found = guardian_requests.waiting(ask.db, ask.me.paths(request_cases.IN_CHARGE))
    if not found:
        return Reply(examples.of_theirs(ask, f"没有要办的家长申请。收到了就登记，像这样：{_LIKE}"))
    if not ask.message.private:
        return Reply(f"有 {len(found)} 件家长申请没办，请私聊我发「家长申请」看。")
    lines = [
        f"{each.number} {request_cases.about(ask, each)}，"
        f"{days.short(each.due)}前{'（已过期）' if each.due < ask.today else ''}"
        for each in found[:20]
    ]
    words = [f"家长申请 {len(found)} 件没办", *lines, "发「办理 编号」；办不了的发「结案 编号 理由」。"]
    return Reply("\n".join(words), tuple(Button(f"办理 {each.number}", "办理", each.number) for each in found[:3]))
