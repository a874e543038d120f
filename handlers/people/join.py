"""加入 and 邀请: newcomers come in by a one-time code for a role at a unit."""

import unicodedata

from handlers import rights
from handlers.kit import Ask, Denied, Refusal, Reply, Role, Unit
from handlers.people import handover_work as duties
from handlers.registry import ANYONE, ANYTHING, command
from handlers.wording import places
from storage.organisation import units
from storage.people import invites, people


@command(
    "加入", "join", who=ANYONE, group="人员", rank=43, help="用邀请码加入", glued="[0-9A-Za-z]",
    examples=("加入 QH7K3-M9XTP",),
)  # fmt: skip
def join(ask: Ask) -> Reply | list[Reply]:
    """Give the code's role to the sender; five wrong tries an hour, then a pause."""
    sender = ask.message.channel, ask.message.sender
    if not ask.args:
        return Reply("请带上邀请码,像这样发:加入 QH7K3-M9XTP\n邀请码向大队辅导员或上级管理员要。")
    if invites.wrong_tries(ask.db, *sender, ask.now) >= invites.TRIES_AN_HOUR:
        return Reply("输错的次数太多,请一小时后再试,或向邀请您的老师核对邀请码。")
    found, name = _invite(ask)
    if found is None:
        invites.note_wrong(ask.db, *sender, ask.now)
        left = invites.TRIES_AN_HOUR - invites.wrong_tries(ask.db, *sender, ask.now)
        again = f"请核对后再发(还可以试 {left} 次)。" if left > 0 else "请一小时后再试,或向邀请您的老师核对。"
        return Reply(f"这个邀请码不对,或已用过、已过期。{again}")
    return _welcome(ask, found, name[:20])


def _invite(ask: Ask) -> tuple[invites.Invite | None, str]:
    """(what the code gives, the name after it); the code may have been typed in two parts."""
    words = unicodedata.normalize("NFKC", ask.args).split()
    for parts in range(1, min(len(words), 2) + 1):
        found = invites.find(ask.db, "".join(words[:parts]), ask.now)
        if found:
            return found, " ".join(words[parts:])
    return None, ""


def _welcome(ask: Ask, found: invites.Invite, name: str) -> Reply | list[Reply]:
    at = units.by_id(ask.db, found.unit_id)
    if found.person_id is not None:
        return _welcome_back(ask, found, found.person_id)
    person_id, holds = (ask.person.id, False) if ask.person else _person(ask, found, at, name)
    if not invites.use(ask.db, found, person_id, ask.now):
        return Reply("这个邀请码刚被别人用掉了。请再要一个。")
    where = units.full_name(ask.db, at)
    if found.from_id:
        told = duties.take_over(ask, found, person_id)
        taken = f"欢迎!您接过了工作,现在是{where}的{found.role.label}。\n发「帮助」看看能做什么。"
        return [Reply(taken if told else "这份工作已经交接过了。请联系给您邀请码的老师。"), *told]
    if not holds:
        people.give(ask.db, person_id, found.role, at, ask.now)
    todo = "发「帮助 签到」看看怎么报活动。" if found.role == Role.COUNSELOR else "发「帮助」看看能做什么。"
    welcome = Reply(f"欢迎!您现在是{where}的{found.role.label}。\n{todo}")
    if found.made_by in (None, person_id):
        return welcome
    who = people.by_id(ask.db, person_id, ask.now).name
    return [welcome, Reply(f"{who}用您的邀请码加入了:{where} · {found.role.label}。", to=found.made_by)]


def _welcome_back(ask: Ask, found: invites.Invite, person_id: int) -> Reply | list[Reply]:
    """Another phone of somebody known; who is known as somebody else does not become them."""
    who = people.by_id(ask.db, person_id, ask.now).name
    if ask.person is not None and ask.person.id != person_id:
        return Reply(f"这个邀请码是给{who}的新手机用的,您已经用别的名字加入了。请换那位老师的手机来发。")
    if not invites.use(ask.db, found, person_id, ask.now):
        return Reply("这个邀请码刚被别人用掉了。请再要一个。")
    if ask.person is None:
        people.link(ask.db, person_id, ask.message.channel, ask.message.sender)
    welcome = Reply(f"欢迎回来,{who}!报过的、提名过的都在。发「帮助」看看能做什么。")
    return [welcome, *([Reply(f"{who}换好手机了。", to=found.made_by)] if found.made_by else [])]


def _person(ask: Ask, found: invites.Invite, at: Unit, name: str) -> tuple[int, bool]:
    """Who holds this role here already, for good or for a term, and nobody is yet, if just one; else somebody new."""
    waiting = people.without_account(ask.db, found.role, at, ask.now)
    named = [person_id for person_id, known in waiting.items() if not name or known == name]
    name = name or ask.message.name or ask.message.sender
    person_id = named[0] if len(named) == 1 else people.add(ask.db, name[:20], ask.now)
    people.link(ask.db, person_id, ask.message.channel, ask.message.sender)
    return person_id, len(named) == 1


@command(
    "邀请", "invite", who=rights.GIVERS, group="人员", rank=25, help="为新老师开一个邀请码", glued=ANYTHING,
    examples=("邀请 中队辅导员 三(2)中队", "邀请 大队辅导员 实验小学"),
)  # fmt: skip
def invite(ask: Ask) -> Reply:
    """A one-time code for a role at a unit of the asker's part of the tree."""
    if not ask.message.private:
        raise Refusal("邀请码不能在群里开,请私聊我。")
    role, words = _role(ask.args)
    if role is None:
        names, like = "、".join(each.label for each in rights.appointed_by(ask.me)), _example(ask, Role.COUNSELOR)
        raise Refusal(f"请写明角色和单位,像这样:{like}\n您可以邀请:{names}。")
    if role not in rights.appointed_by(ask.me):
        raise Denied(f"您不能邀请{role.label},请找上级管理员。", what="邀请")
    at = _unit(ask, role, words.strip())
    code = invites.make(ask.db, at.id, role, ask.me.id, ask.now)
    return Reply(
        f"邀请码:{code}\n{units.full_name(ask.db, at)} · {role.label},7 天内有效,只能用一次。\n"
        f"请对方私聊我发:加入 {code}"
    )


def _role(args: str) -> tuple[Role | None, str]:
    """(the role that begins the words, the rest); the unit may follow without a space."""
    first, _, rest = args.partition(" ")
    role = Role.named(first)
    if role is None:
        role = max(
            (each for each in Role if args.startswith(each.label)), key=lambda each: len(each.label), default=None
        )
        rest = args[len(role.label) :] if role else ""
    return role, rest.strip()


def _top(ask: Ask, role: Role) -> list[Unit]:
    return places.scope(ask.me, rights.givers_of(role))


def _unit(ask: Ask, role: Role, words: str) -> Unit:
    found = (
        [unit for unit in places.named(ask, _top(ask, role), words) if rights.fits(role, unit.kind)] if words else []
    )
    if not words:
        raise Refusal(f"请写明是哪个单位,像这样:{_example(ask, role)}")
    if not found:
        raise Refusal(f"没有找到单位「{words}」。请写全名,像这样:{_example(ask, role)}")
    if len(found) > 1:
        names = "、".join(units.full_name(ask.db, unit) for unit in found[:5])
        raise Refusal(f"有 {len(found)} 个单位叫这个名字:{names}。请把学校也写上。")
    return found[0]


def _example(ask: Ask, role: Role) -> str:
    """An invitation that fits the role: `邀请 大队辅导员 实验小学`."""
    if role is Role.COUNSELOR:
        return f"邀请 {role.label} 三(2)中队"
    fitting = [unit.name for unit in _top(ask, role) if rights.fits(role, unit.kind)]
    return f"邀请 {role.label} {fitting[0] if fitting else '实验小学'}"
