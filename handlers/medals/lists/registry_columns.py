"""上传名单 列: the columns of the official registry as an admin sets them; they hold for all below."""

from handlers.kit import Ask, Denied, Refusal, Reply
from handlers.medals.awards.approval import MAY_EXCEPT
from handlers.medals.lists import columns, readers
from handlers.privacy import gate
from handlers.registry import command
from handlers.wording import places
from storage.audit.audit import Action
from storage.organisation.units import Unit

SETTERS = MAY_EXCEPT
_BACK = ("恢复", "默认", "还原")
_LIKE = "上传名单 列 队员姓名=姓名、学校、中队、奖章、备注=「」"


@command(
    "上传名单 列", "上传名单列", "上传名单的列", who=readers.READERS, group="奖章", help="看、改上传名单的列", looks="",
    examples=("上传名单 列 队员姓名=姓名、学校、中队、奖章",), listed=False,
)  # fmt: skip
def shown_or_set(ask: Ask) -> Reply:
    """The columns as they are; or other ones, for the asker's unit and all below it."""
    words = ask.args.strip()
    at = places.scope(ask.me, SETTERS)
    if words and not at:
        raise Denied("上传名单的列由学校管理员和上级少工委来定。", what="上传名单")
    if len(at) > 1:
        raise Refusal("您负责几个单位，请由其中一个单位的管理员来定。")
    if not words:
        mine = at or [grant.unit for grant in ask.me.grants]
        return Reply(f"{_said(columns.chosen(ask.db, mine[0]))}\n{_how()}")
    return _reset(ask, at[0]) if words in _BACK else _set(ask, at[0], words)


def _set(ask: Ask, at: Unit, words: str) -> Reply:
    found, wrong = columns.read(words)
    if wrong or not 0 < len(found) <= columns.MOST:
        raise Refusal(f"没有改：{'、'.join(wrong) or '列太多了'} 不能用。\n{_how()}")
    if any(gate.is_private_label(part) for column in found for part in column):
        raise Refusal("列名里像有人名或个人信息，没有改。请换一个。")
    columns.choose(ask.db, at, found, ask.now)
    ask.note(Action.CATALOGUE_CHANGED, at, what="上传名单", columns=len(found))
    return Reply(f"已定（{at.name}）。{_said(found)}\n要名单，发「上传名单」。")


def _reset(ask: Ask, at: Unit) -> Reply:
    columns.choose(ask.db, at, [], ask.now)
    ask.note(Action.CATALOGUE_CHANGED, at, what="上传名单", columns=0)
    return Reply(f"已恢复。{_said(columns.chosen(ask.db, at))}")


def _said(found: list[columns.Column]) -> str:
    shown = (head if head == of else f"{head}={f'「{of[1:]}」' if of.startswith('=') else of}" for head, of in found)
    return f"上传名单的列：{'、'.join(shown)}"


def _how() -> str:
    return f"可以用：{'、'.join(columns.FIELDS)}；固定的字写「」里。像这样改：{_LIKE}；恢复：上传名单 列 恢复"
