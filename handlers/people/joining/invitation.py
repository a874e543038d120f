"""邀请: a one-time code for a role at a unit."""

import re

from handlers import rights
from handlers.asker import examples
from handlers.kit import Ask, Denied, NotMeant, Refusal, Reply, Role, Unit
from handlers.registry import ANYTHING, command
from handlers.wording import places
from storage.organisation import units
from storage.people import invites, people

# 邀请五老来校宣讲 tells of an event.
_COMES = re.compile(r"[来到做作].{0,8}(?:讲|报告|参加|指导|培训|活动|观摩)|\d\s?人")


@command(
    "邀请", "invite", who=rights.GIVERS, group="人员", rank=25, help="为新老师开一个邀请码", glued=ANYTHING,
    examples=("邀请 中队辅导员 三(2)中队", "邀请 大队辅导员 实验小学"),
)  # fmt: skip
def invite(ask: Ask) -> Reply:
    """A one-time code for a role at a unit of the asker's part of the tree."""
    role, words = role_in(ask.args)
    if role is None and _COMES.search(ask.args):
        raise NotMeant
    if not ask.message.private:
        raise Refusal("邀请码不能在群里开，请私聊我。")
    if role is None:
        rights.check_grown_up(ask.args)
        mine = appointable(ask)
        names = "、".join(each.label for each in mine)
        raise Refusal(f"请写明角色和单位，像这样：邀请 {like(ask, mine[0])}\n您可以邀请：{names}。")
    if role not in rights.appointed_by(ask.me):
        raise Denied(f"您不能邀请{role.label}，请找上级管理员。", what="邀请")
    at = _unit(ask, role, words.strip())
    if rights.needs_second(ask.me, role, at.path) and not rights.giving(ask.me.own, role, at.path):
        raise Denied(f"代理期间不能邀请{role.label}，请找原来的老师或上级管理员。", what="邀请")
    rights.spend(ask, "invitations")
    code = invites.make(ask.db, ask.vault, at.id, role, ask.me.id, ask.now)
    known = list(people.without_account(ask.db, role, at, ask.now).values())
    who, name = (known[0], f" {known[0]}") if len(known) == 1 else ("对方", "")
    return Reply(
        f"邀请码：{code}\n{units.full_name(ask.db, at)} · {role.label}，7 天内有效，只能用一次。\n"
        f"请{who}私聊我发：加入 {code}{name}"
    )


def role_in(words: str) -> tuple[Role | None, str]:
    """(the role with which the words begin or end, the rest); the unit may stand beside it without a space."""
    first, _, rest = words.partition(" ")
    if role := Role.named(first):
        return role, rest.strip()
    longest_first = sorted(Role, key=lambda each: len(each.label), reverse=True)
    for role in longest_first:
        if words.startswith(role.label):
            return role, words.removeprefix(role.label).strip()
        if words.endswith(role.label):
            return role, words.removesuffix(role.label).rstrip(" 的")
    return None, words


def _top(ask: Ask, role: Role) -> list[Unit]:
    return places.scope(ask.me, rights.givers_of(role))


def _unit(ask: Ask, role: Role, words: str) -> Unit:
    found = (
        [unit for unit in places.named(ask, _top(ask, role), words) if rights.fits(role, unit.kind)] if words else []
    )
    if not words:
        raise Refusal(f"请写明是哪个单位，像这样：邀请 {like(ask, role)}")
    if not found:
        raise Refusal(f"没有找到单位「{words}」。请写全名，像这样：邀请 {like(ask, role)}")
    if len(found) > 1:
        names = "、".join(units.full_name(ask.db, unit) for unit in found[:5])
        raise Refusal(f"有 {len(found)} 个单位叫这个名字：{names}。请把学校也写上。")
    return found[0]


def appointable(ask: Ask) -> list[Role]:
    """The roles that the asker may give and that somebody could have there: a kindergarten has no squad."""
    return [each for each in rights.appointed_by(ask.me) if _place(ask, each)] or [Role.COUNSELOR]


def like(ask: Ask, role: Role) -> str:
    """A role with a unit that it fits: `大队辅导员 实验小学`."""
    if role is Role.COUNSELOR:
        return f"{role.label} {examples.squad(ask, _top(ask, role))}"
    found = _place(ask, role)
    return f"{role.label} {found.name if found else '实验小学'}"


def _place(ask: Ask, role: Role) -> Unit | None:
    """A unit of the asker's part of the tree at which the role can be held."""
    paths = [top.path for top in _top(ask, role)]
    kinds = (kind for kind in units.Kind if rights.fits(role, kind))
    return next(filter(None, (units.usual(ask.db, paths, kind, "") for kind in kinds)), None)
