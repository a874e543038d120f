"""Chats that are gone, back or new: a dead address gets nothing more, and whoever looks after it hears of it once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from secrets import token_hex

from bot.channels import Failure, SendError
from bot.pipeline.turn import Turn
from handlers import kit
from handlers.people import groups
from storage.messages import chats, inbox, outbox
from storage.organisation import units
from storage.people import accounts, people
from storage.reminders import deliveries

GONE = (
    "{who}收不到我的消息了：可能屏蔽了我，或停用了账号。提醒和结果都送不到。请告诉这位老师打开和我的聊天，发 /start。"
)
UNSEEN = "{who}在企业微信里看不到我了，提醒和结果都送不到。请管理员在企业微信后台把这位老师加回本应用的「可见范围」。"
OUT = "{unit}的群收不到我的消息了：我被移出了群，或不能在群里说话。请把我重新加进群、允许我说话，再在群里发「绑定」。"
OFF = "{unit}的群机器人发不出消息了：它被移出了群，或停用了。请信息技术老师在群里重新添加，把新的 key 写进设置。"
_IN_CHARGE = (kit.Role.BRIGADE, kit.Role.SCHOOL_ADMIN)
# So long after a group has moved, being brought into it is that move.
_MOVING = timedelta(hours=1)
# What was said so shortly before a chat is found to be dead has not come there.
_ON_ITS_WAY = timedelta(hours=1)
_ABOVE = (*_IN_CHARGE, kit.Role.COUNTY_ADMIN, kit.Role.CITY_ADMIN, kit.Role.PROVINCE_ADMIN)


def failed(turn: Turn, channel: str, chat: str, failure: SendError) -> None:
    """A letter there failed: what that says about the chat."""
    if failure.kind is Failure.UNREACHABLE:
        lost(turn, channel, chat)
    elif failure.moved_to:
        chats.move(turn.db, channel, chat, failure.moved_to, turn.now)


def lost(turn: Turn, channel: str, chat: str) -> None:
    """The chat is dead: what waits for it is given up. Said once, until it is back."""
    if people.mark_reachable(turn.db, channel, chat, False):
        _tell_about_person(turn, channel, chat)
    elif chats.mark_reachable(turn.db, channel, chat, False):
        _tell_about_group(turn, chats.bound(turn.db, channel, chat))
    outbox.give_up(turn.db, channel, chat)


def back(turn: Turn, channel: str, chat: str) -> None:
    """The chat can be written to again."""
    people.mark_reachable(turn.db, channel, chat, True)
    chats.mark_reachable(turn.db, channel, chat, True)


def brought(turn: Turn, channel: str, chat: str, known_as: str) -> None:
    """Somebody brought us into a group: it hears once what we can do there; `known_as` tells a repeat."""
    back(turn, channel, chat)
    row = {"channel": channel, "message_id": known_as, "chat": chat, "sender": "", "received_at": turn.now}
    arrival = inbox.arrive(turn.db, [row], token_hex(8))[channel, known_as]
    if arrival.fresh and not chats.moved_to(turn.db, channel, chat, turn.now - _MOVING):
        turn.letters.tell(groups.welcome(turn.db, channel, chat), channel, chat)


def _tell_about_person(turn: Turn, channel: str, chat: str) -> None:
    person = people.by_addresses(turn.db, channel, [chat], turn.now)[chat]
    if not accounts.best(turn.db, [person.id]):
        deliveries.not_reached(turn.db, [person.id], turn.now - _ON_ITS_WAY)
    to = _in_charge(turn, [grant.unit for grant in person.grants], person.id)
    if to is not None:
        words = UNSEEN if channel == "wecom" else GONE
        turn.letters.notify([kit.Reply(words.format(who=_who(turn, person)), to=to)])


def _in_charge(
    turn: Turn, at: Sequence[kit.Unit], but: int | None, roles: Sequence[kit.Role] = _IN_CHARGE
) -> int | None:
    """Who looks after these units and can be reached, but this person: the brigade counselor before the school."""
    for role in roles:
        found = {each.id for unit in at for each in people.above(turn.db, [role], unit, turn.now)}
        reached = accounts.best(turn.db, found - {but})
        if reached:
            return min(reached)
    return None


def _who(turn: Turn, person: kit.Person) -> str:
    at = person.grants[0]
    return f"{person.name}（{units.full_name(turn.db, at.unit)}{at.role.label}）"


def _tell_about_group(turn: Turn, bound: Sequence[chats.Group]) -> None:
    """Each of those who bound it, once for all its topics; who cannot be reached is stood in for."""
    for person_id in dict.fromkeys(each.bound_by for each in bound):
        at = [units.by_id(turn.db, each.unit_id) for each in bound if each.bound_by == person_id]
        names = "、".join(units.full_name(turn.db, each) for each in at)
        if person_id is None:
            turn.letters.notify([kit.Reply(OFF.format(unit=names), to=_in_charge(turn, at, None, _ABOVE))])
            continue
        said = kit.Reply(OUT.format(unit=names), to=person_id)
        if turn.letters.notify([said]):
            turn.letters.notify([replace(said, to=_in_charge(turn, at, person_id))])
