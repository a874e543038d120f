"""办理, 结案: a guardian's request is carried out, or declined with a reason."""

from dataclasses import dataclass

from handlers.children import record, request_cases
from handlers.kit import Ask, Refusal, Reply
from handlers.registry import ANYTHING, command
from handlers.wording import questions
from handlers.wording.children import consents
from handlers.wording.names import REASON_LIMIT
from storage.audit.audit import Action
from storage.children import children, erasure, guardian_requests


@dataclass(frozen=True, slots=True)
class _Erasing:
    """The number of the request."""

    number: str


ERASE = questions.Question(
    "erase", _Erasing, undone="{number} 的孩子信息还没有删。", dropped="好的，没有删。{number} 还没办。",
    then=(request_cases.LIST,), yes="是，删除", no="不删", final=True,
)  # fmt: skip


@command(
    "办理", "settle", who=request_cases.IN_CHARGE, group="孩子信息", rank=38, help="办理一件家长申请", glued=ANYTHING,
    examples=("办理 G20260403-01",),
)  # fmt: skip
def carry_out(ask: Ask) -> Reply:
    """Show what is kept, put the name right, or ask once more before deleting."""
    found, _ = request_cases.named(ask, "办理")
    if found.child_id is None:
        raise Refusal(f"{found.number} 的孩子这里没有信息。请答复家长，再发「结案 {found.number} 没有保存」。")
    if found.kind is guardian_requests.Wanted.ERASE:
        return Reply(
            f"{found.number}：要删除{found.unit.name}这位孩子的姓名和事迹吗？不能恢复；"
            "待审的提名会撤回，已经通过的只剩数字。\n回「是」删除。",
            ERASE.put(ask, _Erasing(found.number)),
        )
    if found.kind is guardian_requests.Wanted.CORRECT:
        return _put_right(ask, found, found.child_id)
    words = record.record_of(ask, found.child_id)
    ask.note(Action.REVEALED, found.unit, f"child:{found.child_id}", what="家长申请")
    request_cases.settle(ask, found, "done")
    return Reply(f"{found.number} 已办结。请把下面这些交给家长：\n{words}")


def _put_right(ask: Ask, found: guardian_requests.Request, child_id: int) -> Reply:
    name = children.plain(str(ask.vault.open(found.wish)) if found.wish else "")
    if not consents.is_name(name) or not children.rename(ask.db, ask.vault, child_id, name):
        raise Refusal(
            f"改不了：新的姓名不像姓名，或者这个中队已经有同名的记录。请核对后发「结案 {found.number} 理由」。"
        )
    ask.note(Action.RENAMED, found.unit, f"child:{child_id}")
    request_cases.settle(ask, found, "done")
    return Reply(
        f"{found.number} 已办结：{found.unit.name}这位孩子的姓名已更正为 {children.masked(name)}。请答复家长。"
    )


@questions.answers(ERASE)
def erased(ask: Ask, known: _Erasing) -> Reply:
    """Deletes what is kept of the child."""
    found = request_cases.by_number(ask, known.number, "办理")
    if found.child_id is None:
        raise Refusal(f"{found.number} 的孩子这里没有信息。")
    count = erasure.erase(ask.db, ask.vault, found.child_id, ask.me.id, ask.now)
    request_cases.settle(ask, found, "done")
    return Reply(f"{found.number} 已办结：姓名和 {count} 件提名的事迹已删除，周报的数字不变。请答复家长。")


@command(
    "结案", "close", who=request_cases.IN_CHARGE, group="孩子信息", rank=39, help="不办的家长申请，写明理由",
    glued=ANYTHING, examples=("结案 G20260403-01 没有保存",),
)  # fmt: skip
def decline(ask: Ask) -> Reply:
    """Close a request that cannot be met, with the reason that the guardian is told."""
    found, reason = request_cases.named(ask, "结案")
    if not 2 <= len(reason) <= REASON_LIMIT:
        raise Refusal(f"请写上答复家长的理由（{REASON_LIMIT} 字以内），如：结案 {found.number} 没有保存")
    request_cases.settle(ask, found, "declined", reason)
    return Reply(f"{found.number} 已结案。请把理由答复家长；家长不同意，可以向教育局或网信部门反映。")
