"""家长同意 and 撤回同意: what guardians agreed to is recorded before a child is named, and ends when they say so."""

from dataclasses import dataclass

from handlers.kit import Ask, Refusal, Reply
from handlers.registry import ANYTHING, command
from handlers.wording.children import consent_records, consents
from handlers.wording.questions import Question, answers
from storage.children import children, erasure
from storage.children.children import masked
from storage.organisation import units

_END_LIKE = "撤回同意 三(2)中队 王小明"


@dataclass(frozen=True, slots=True)
class _Child:
    """Whose guardian has withdrawn."""

    child: int


REVOKE = Question(
    "revoke", _Child, undone="孩子的信息还没有删。", dropped="好的，没有删。", yes="是，删除", no="不删", final=True
)


@command(
    "家长同意", "同意书", "consent", who=consents.RECORDERS, group="孩子信息", rank=20,
    help="记下家长的同意：方式和日期", glued=ANYTHING,
    examples=(consents.LIKE, consents.CLASS_LIKE),
)  # fmt: skip
def record(ask: Ask) -> Reply:
    """How and when the guardian of a child agreed; the paper stays with the school."""
    return consent_records.record(ask)


@command(
    "撤回同意", "家长撤回同意", "revoke", who=consents.RECORDERS, group="孩子信息", rank=36,
    help="家长撤回同意：撤回提名，删去孩子信息", glued=ANYTHING, examples=(_END_LIKE,),
)  # fmt: skip
def end(ask: Ask) -> Reply:
    """The guardian has withdrawn: asked once more, since what is erased does not come back."""
    squad, names = consents.child_words(ask, consents.RECORDERS, ask.args, _END_LIKE)
    found = children.find(ask.db, ask.vault, squad.id, names[0])
    if len(names) > 1 or found is None:
        raise Refusal("一次写一位。" if len(names) > 1 else f"{squad.name}没有记过「{names[0]}」，没有要删的。")
    return Reply(
        f"家长撤回了对{squad.name} {masked(names[0])}的同意吗？\n"
        "回「是」：待审的提名撤回，姓名和事迹删除，不能恢复；已经通过的只剩数字。",
        REVOKE.put(ask, _Child(found)),
    )


@answers(REVOKE)
def ended(ask: Ask, known: _Child) -> Reply:
    """Erases the child."""
    squad = units.by_id(ask.db, children.unit_of(ask.db, known.child))
    consents.check_scope(ask, consents.RECORDERS, squad, "撤回同意")
    count = erasure.erase(ask.db, ask.vault, known.child, ask.me.id, ask.now)
    return Reply(
        f"已撤回同意并删除：{squad.name}一位队员的姓名，{count} 件提名的事迹。聊天里写过姓名的消息，请您也删掉。"
    )
