"""绑定 and 解绑: a group gets the digest of a unit every Monday."""

from handlers import accounts, reports
from handlers.kit import ADMINS, ANYTHING, Answer, Ask, Refusal, Reply, command
from scheduling.periods import week_before, week_of
from storage import chats, units

_IN_GROUP = "请在要绑定的群里发。先把我加进群,再在群里发:/bind 单位"


@command(
    "绑定", "bind", who=ADMINS, help="把群绑定到一个单位", examples=("绑定 实验小学",), glued=ANYTHING, in_groups=True
)
def bind(ask: Ask) -> Reply:
    """Bind this group to the unit that is named, or to the asker's own when that is one."""
    if ask.message.private:
        raise Refusal(_IN_GROUP)
    found = reports.chosen(ask, ADMINS, ask.args, "绑定")
    if len(found) > 1:
        names = "、".join(unit.name for unit in found[:5])
        raise Refusal(f"请写明绑定到哪个单位,如「/bind {found[0].name}」。您负责的有:{names}。")
    # Last week's digest is no news: the next one is the first.
    week = week_before(week_of(ask.today))
    chats.bind(ask.db, ask.message.channel, ask.message.chat, found[0].id, ask.me.id, week, ask.now)
    name = units.full_name(ask.db, found[0])
    return Reply(
        f"本群已绑定{name}。每周一 8:00 发周报,不含孩子的姓名。\n"
        "群里可以发 /checkin 报活动、/digest 看周报、/missing 看名单;提名请私聊我。要解除,发 /unbind。"
    )


@command(
    "解绑", "unbind", who=ADMINS, help="解绑老师的旧手机;在群里:不再收周报", examples=("解绑 张老师",), in_groups=True
)
def unbind(ask: Ask) -> Answer:
    """Forget the binding; only somebody who is in charge of the unit may. In private it is about a lost phone."""
    if ask.message.private:
        return accounts.unlink(ask)
    group = chats.group(ask.db, ask.message.channel, ask.message.chat)
    if group is None:
        return Reply("本群没有绑定单位。")
    unit = units.by_id(ask.db, group.unit_id)
    if not any(each.covers(unit) for each in reports.scope(ask.me, ADMINS)):
        raise Refusal(f"本群绑定的是{unit.name},请由它的管理员来解绑。")
    chats.unbind(ask.db, ask.message.channel, ask.message.chat)
    return Reply("已解绑。本群不再收周报。")
