"""加入: newcomers come in by a one-time code for a role at a unit."""

import re
import unicodedata
from dataclasses import replace

from handlers import rights
from handlers.kit import Ask, Denied, Person, Reply, Role
from handlers.people import appointments
from handlers.people import handover_work as duties
from handlers.people.joining import identity, staff_room, strangers
from handlers.registry import ANYONE, command
from storage.organisation import units
from storage.people import invites, people
from storage.people.appointments import Wish

# 加入 李老师 has none in it, and is no try.
_CODE_LIKE = re.compile(r"[0-9A-Za-z](?:\W?[0-9A-Za-z]){3}")
_VOID = "这个邀请码作废了，不能再用：开码的老师换了手机、离开了，或者码被发在群里。请向大队辅导员或上级管理员再要一个。"
# What stands beside a code and is no part of a name: 邀请码：…，姓名：李老师.
_NO_NAME = re.compile(
    r"加入|(?:我的|您的)?(?:邀请码|验证码|加入码|码|姓名|名字|称呼)[是为]?|我[是叫]"
    r"|[,，、。:：;；()（）\[\]【】「」『』<>《》!！?？\"“”/|+=*#~～—_]|(?<!\w)[-.](?!\w)"
)


@command(
    "加入", "join", who=ANYONE, group="人员", rank=43, help="用邀请码加入", glued=invites.GLUED,
    examples=("加入 QH7K3-M9XTP",),
)  # fmt: skip
def join(ask: Ask) -> Reply | list[Reply]:
    """Give the code's role to the sender; five wrong tries an hour, then a pause."""
    sender = ask.message.channel, ask.message.sender
    if not _CODE_LIKE.search(unicodedata.normalize("NFKC", ask.args)):
        return Reply("请带上邀请码，像这样发：加入 QH7K3-M9XTP\n邀请码向大队辅导员或上级管理员要。")
    if invites.wrong_tries(ask.db, *sender, ask.now) >= invites.TRIES_AN_HOUR:
        return Reply("输错的次数太多，请一小时后再试，或向邀请您的老师核对邀请码。")
    found, name = _invite(ask)
    if found is None and (waits := strangers.waits(ask)):
        return Reply(waits)
    if found is None:
        invites.note_wrong(ask.db, *sender, ask.now)
        left = invites.TRIES_AN_HOUR - invites.wrong_tries(ask.db, *sender, ask.now)
        if invites.is_void(ask.db, ask.vault, ask.args):
            return Reply(_VOID)
        again = f"请核对后再发（还可以试 {left} 次）。" if left > 0 else "请一小时后再试，或向邀请您的老师核对。"
        return Reply(f"这个邀请码不对，或已用过、已过期。{again}")
    return _used(ask, found, name)


def _invite(ask: Ask) -> tuple[invites.Invite | None, str]:
    """(what the code gives, the name beside it): parted by whatever sign, in whatever order."""
    found, others = invites.find_in(ask.db, ask.vault, ask.args, ask.now)
    return found, " ".join(_NO_NAME.sub(" ", others).split())


def _used(ask: Ask, found: invites.Invite, name: str) -> Reply | list[Reply]:
    """The code is worth what its maker may give at this moment, and nothing to its maker."""
    maker = people.by_id(ask.db, found.made_by, ask.now) if found.made_by else None
    if maker and ask.person and maker.id == ask.person.id:
        raise Denied("这个邀请码是您自己开的，要由别的老师来用。请把它转给那位老师。", what="加入")
    stands = units.stands(ask.db, found.unit_id)
    if not stands or (maker and not _worth(ask, found, maker)):
        invites.void(ask.db, found, ask.now)
        why = f"开码的老师现在不能邀请{found.role.label}" if stands else "那个单位已经停用了"
        return Reply(f"这个邀请码作废了：{why}。请向大队辅导员或上级管理员再要一个。")
    if ask.person and found.person_id not in (None, ask.person.id):
        who = people.by_id(ask.db, found.person_id or 0, ask.now).name
        return Reply(f"这个邀请码是给{who}的，您已经用别的名字加入了。请换那位老师的手机来发。")
    if found.room:
        return staff_room.enter(ask, found, name)
    wish = identity.wish_of(ask, found, name)
    if not invites.use(ask.db, found, wish.person_id, ask.now):
        return Reply("这个邀请码刚被别人用掉了。请再要一个。")
    return _welcome(ask, found, maker, wish)


def _worth(ask: Ask, found: invites.Invite, maker: Person) -> bool:
    """Whether the maker may still give what the code gives."""
    if found.from_id is not None:
        return duties.to_pass(ask, maker, people.by_id(ask.db, found.from_id, ask.now)) is not None
    if found.person_id is not None:
        return rights.in_charge_of(maker, people.lasting(ask.db, found.person_id, ask.now))
    return rights.giving(maker, found.role, units.by_id(ask.db, found.unit_id).path) is not None


def _welcome(ask: Ask, found: invites.Invite, maker: Person | None, wish: Wish) -> list[Reply]:
    """What the sender gets or waits for; who made the code is told."""
    done = _given(ask, found, maker, wish)
    who = people.by_id(ask.db, wish.person_id, ask.now).name
    where = units.full_name(ask.db, units.by_id(ask.db, found.unit_id))
    if found.from_id is not None and not done.waits:
        said = f"欢迎，{who}！"
    elif done.waits:
        said = f"收到了，{who}：{where}的{found.role.label}。{done.waits}到时候我会告诉您。"
    elif _was_here(ask, wish):
        said = f"欢迎回来，{who}！报过的、提名过的都在。发「帮助」看看能做什么。"
    else:
        todo = "发「帮助 签到」看看怎么报活动。" if found.role == Role.COUNSELOR else "发「帮助」看看能做什么。"
        said = f"欢迎！您现在是{where}的{found.role.label}。\n{todo}"
    made = f"{who}用您的邀请码加入了：{where} · {found.role.label}。{done.waits}"
    notice = [Reply(made, to=maker.id)] if maker else []
    return [Reply(said), *notice, *done.told]


def _given(ask: Ask, found: invites.Invite, maker: Person | None, wish: Wish) -> appointments.Proposal:
    if wish.from_id is not None and maker is not None:
        leaver = people.by_id(ask.db, wish.from_id, ask.now)
        work = duties.to_pass(ask, maker, leaver)
        assert work is not None
        return appointments.hand_over(replace(ask, person=maker), maker, leaver, wish.person_id, work)
    if wish.role is None and wish.channel is None:
        # Somebody who is here already: they have what they have.
        return appointments.Proposal()
    return appointments.propose(ask, maker, wish, always=_was_here(ask, wish))


def _was_here(ask: Ask, wish: Wish) -> bool:
    """Whether it is another phone of somebody who was heard before, by whatever code: others must know it is them."""
    return wish.channel is not None and people.was_heard(ask.db, wish.person_id)
