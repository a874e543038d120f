"""Chats that are gone or back: a dead address gets nothing more, and whoever looks after it hears of it once."""

from bot.transaction import Turn
from handlers.kit import Person, Reply, Role
from storage import chats, outbox, people, units

GONE = "{who}收不到我的消息了:可能屏蔽了我,或停用了账号。提醒和结果都送不到。请告诉这位老师打开和我的聊天,发 /start。"
UNSEEN = "{who}在企业微信里看不到我了,提醒和结果都送不到。请管理员在企业微信后台把这位老师加回本应用的「可见范围」。"
OUT = "{unit}的群收不到我的消息了:我被移出了群,或不能在群里说话。请把我重新加进群;换了群就在新的群里发「绑定」。"
_IN_CHARGE = (Role.BRIGADE, Role.SCHOOL_ADMIN)


def lost(turn: Turn, channel: str, chat: str) -> None:
    """The chat is dead: what waits for it is given up. Said once, until it is back."""
    if people.mark_reachable(turn.db, channel, chat, False):
        _tell_about_person(turn, channel, chat)
    elif chats.mark_reachable(turn.db, channel, chat, False):
        _tell_about_group(turn, channel, chat)
    outbox.give_up(turn.db, channel, chat)


def back(turn: Turn, channel: str, chat: str) -> None:
    """The chat can be written to again."""
    people.mark_reachable(turn.db, channel, chat, True)
    chats.mark_reachable(turn.db, channel, chat, True)


def _tell_about_person(turn: Turn, channel: str, chat: str) -> None:
    person = people.by_addresses(turn.db, channel, [chat], turn.now)[chat]
    for role in _IN_CHARGE:
        found = [each.id for grant in person.grants for each in people.above(turn.db, [role], grant.unit, turn.now)]
        reached = people.addresses(turn.db, (each for each in found if each != person.id))
        if reached:
            words = UNSEEN if channel == "wecom" else GONE
            turn.letters.notify([Reply(words.format(who=_who(turn, person)), to=min(reached))])
            return


def _who(turn: Turn, person: Person) -> str:
    at = person.grants[0]
    return f"{person.name}({units.full_name(turn.db, at.unit)}{at.role.label})"


def _tell_about_group(turn: Turn, channel: str, chat: str) -> None:
    group = chats.group(turn.db, channel, chat)
    if group is not None:
        unit = units.by_id(turn.db, group.unit_id)
        turn.letters.notify([Reply(OUT.format(unit=units.full_name(turn.db, unit)), to=group.bound_by)])
