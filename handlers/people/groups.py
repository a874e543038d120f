"""绑定 and 解绑: a group gets the digest of a unit every Monday; what a group hears that we were brought into."""

from sqlalchemy import Connection

from handlers.kit import ADMINS, Answer, Ask, Denied, Refusal, Reply
from handlers.people import accounts
from handlers.registry import ANYTHING, command
from handlers.wording import places
from scheduling.periods import week_before, week_of
from storage.audit.audit import Action
from storage.messages import chats
from storage.organisation import units

# Where a command is given by naming the bot, else by a slash.
_BY_NAME = frozenset({"wecom_robot"})
_WELCOME = (
    "大家好，我是少先队辅导员助手。老师们在群里可以发：\n"
    "/checkin 三(2)中队 主题队日 38人（报活动）\n"
    "/digest（看周报）、/missing（看谁还没报）\n"
    "想每周一在群里收到周报，请管理员绑定单位，像这样发：/bind 实验小学\n"
    "还没有加入的老师，请先私聊我。群里请不要写孩子的姓名。"
)
_BACK = "我回来了。本群绑定的是{}：每周一 8:00 照常发周报。要解除，请管理员发 /unbind。"
_IN_GROUP = {
    "wecom": "企业微信的应用进不了群。群里要收周报，请信息技术老师加一个群机器人（管理员手册第 4 章）。",
    "wecom_robot": "请在要绑定的群里发。先把我加进群，再在群里 @我，写：绑定 {unit}",
}
_BY_SLASH = "请在要绑定的群里发。先把我加进群，再在群里发：/bind {unit}"


@command(
    "绑定", "bind", who=ADMINS, group="周报", rank=34, help="把群绑定到一个单位", glued=ANYTHING, in_groups=True,
    examples=("绑定 实验小学",),
)  # fmt: skip
def bind(ask: Ask) -> Reply:
    """Bind this group or topic to the unit that is named, or to the asker's own when that is one."""
    if ask.message.private:
        unit = ask.args or places.scope(ask.me, ADMINS)[0].name
        raise Refusal(_IN_GROUP.get(ask.message.channel, _BY_SLASH).format(unit=unit))
    found = places.chosen(ask, ADMINS, ask.args, "绑定")
    if len(found) > 1:
        names = "、".join(unit.name for unit in found[:5])
        raise Refusal(f"请写明绑定到哪个单位，如「/bind {found[0].name}」。您负责的有：{names}。")
    # Last week's digest is no news: the next one is the first.
    week = week_before(week_of(ask.today))
    message = ask.message
    here = chats.Group(message.channel, message.chat, message.topic, found[0].id, ask.me.id, True, week)
    chats.bind(ask.db, here, ask.now)
    ask.note(Action.GROUP_BOUND, found[0], channel=message.channel)
    name, where = units.full_name(ask.db, found[0]), "这个话题" if message.topic else "本群"
    how = "群里可以发 /checkin 报活动、/digest 看周报、/missing 看名单；提名请私聊我。要解除，发 /unbind。"
    if message.channel in _BY_NAME:
        how = "群里 @我，再写活动、「周报」或「未签到」；提名请私聊我。要解除，@我 发「解绑」。"
    return Reply(f"{where}已绑定{name}。每周一 8:00 在这里发周报，不含孩子的姓名。\n{how}")


@command(
    "解绑", "unbind", who=ADMINS, group="周报", rank=35, help="解绑老师的旧手机；在群里：不再收周报", in_groups=True,
    examples=("解绑 张老师",),
)  # fmt: skip
def unbind(ask: Ask) -> Answer:
    """Forget the binding; only somebody who is in charge of the unit may. In private it is about a lost phone."""
    if ask.message.private:
        return accounts.unlink(ask)
    group = chats.group(ask.db, ask.message.channel, ask.message.chat, ask.message.topic)
    if group is None:
        return Reply("本群没有绑定单位。")
    unit = units.by_id(ask.db, group.unit_id)
    if not any(each.covers(unit) for each in places.scope(ask.me, ADMINS)):
        raise Denied(f"本群绑定的是{unit.name}，请由它的管理员来解绑。", what="解绑", subject=f"unit:{unit.id}")
    chats.unbind(ask.db, group)
    ask.note(Action.GROUP_UNBOUND, unit, channel=ask.message.channel)
    return Reply("已解绑。本群不再收周报。")


def welcome(db: Connection, channel: str, chat: str) -> Reply:
    """What can be done here and how it is bound; of a group that is bound already, to what."""
    bound = [units.by_id(db, each.unit_id) for each in chats.bound(db, channel, chat)]
    return Reply(_BACK.format("、".join(units.full_name(db, unit) for unit in bound)) if bound else _WELCOME)
