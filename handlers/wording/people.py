"""How a channel is written, and whether nobody else has a name."""

from handlers import rights
from handlers.asker.own_names import TITLE, alike, core
from handlers.kit import Ask, Refusal, Role, Unit
from storage.children import children
from storage.organisation import units
from storage.people import people

_CHANNELS = {
    "wecom": "企业微信",
    "wecom_robot": "企业微信机器人",
    "wecom_group": "企业微信群",
    "telegram": "Telegram",
    "practice": "演练页面",
}
# Said after a name that somebody here has already.
SAME = "同名"


def channel_name(name: str) -> str:
    """A channel as people call it: `wecom` → 企业微信."""
    return _CHANNELS.get(name, name)


def check_free(ask: Ask, name: str, at: Unit, again: str) -> str:
    """
    The name without 同名; raises Refusal when somebody else of the school, or above it, has it and nothing was said.

    `again` is what to send then, with the name where it has {}.
    """
    bare = name.removesuffix(SAME).strip()
    top = units.by_id(ask.db, at.school_id) if at.school_id else at
    there = people.called(ask.db, core(bare), [top.path], ask.now, longer=True)
    there += people.above(ask.db, Role, top, ask.now)
    there = [each for each in there if each.grants and alike(each.name, bare)]
    others = [each for each in there if ask.person is None or each.id != ask.person.id]
    # Nobody is mistaken for whoever gives rights here.
    leads = any(not each.roles.isdisjoint(rights.GIVERS) for each in others)
    if others and (bare == name or leads):
        words = f"这里已经有一位「{others[0].name}」了。请写全名再发，像这样：{again.format('李静老师')}"
        homonym = "" if leads else f"\n真的同名，在后面写上「{SAME}」：{again.format(f'{bare} {SAME}')}"
        raise Refusal(words + homonym)
    if bare == name and children.any_of(ask.db, ask.vault, {bare, TITLE.sub("", bare)}, [top.path]):
        # 我是 王小明老师: whose teacher they are. The answer repeats no child's name.
        words = f"这是一位队员的姓名，没有记。请写您自己的，像这样：{again.format('李静老师')}"
        raise Refusal(f"{words}\n您正好也叫这个姓名，把刚才那句再发一次，最后写上「{SAME}」。")
    return bare
