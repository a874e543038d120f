"""我是谁: who the asker is to the bot, and how to begin; what a newcomer is told first."""

from handlers.asker import examples
from handlers.kit import Ask, Button, Reply
from handlers.registry import ANYONE, command
from storage.organisation import units

_NOBODY = (
    "您好,我是少先队辅导员助手。请向学校大队辅导员要一个邀请码,再发给我:加入 邀请码\n"
    "您在这里的账号是 {},也可以请管理员照它把您写进名册。"
)


@command("我是谁", "whoami", who=ANYONE, group="人员", rank=12, help="看我认得您是谁", examples=("我是谁",))
def show(ask: Ask) -> Reply:
    """The asker's name and roles; a stranger's account, by which the roster can name them."""
    if ask.person is None or not ask.person.grants:
        return Reply(_NOBODY.format(ask.message.sender))
    roles = "\n".join(f"· {units.full_name(ask.db, each.unit)}的{each.role.label}" for each in ask.person.grants)
    words = f"{ask.me.name},您好!我是少先队辅导员助手。您在这里是:\n{roles}\n{examples.nearest(ask)}"
    return Reply(words, (Button("帮助", "帮助"),), spoken="看全部用法,发「帮助」。")
