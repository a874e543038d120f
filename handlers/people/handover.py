"""交接: somebody leaves; what waits for them is listed and goes to a successor, what they did stays theirs."""

import re
from dataclasses import dataclass

from handlers import rights
from handlers.kit import Answer, Ask, Denied, Person, Refusal, Reply, Role
from handlers.people import accounts, appointments
from handlers.people import handover_work as duties
from handlers.registry import ANYTHING, command
from handlers.wording import places
from handlers.wording.questions import Question, answers
from storage.organisation import units
from storage.people import invites, people

_OTHERS = "替别人交接，发：交接 张老师 王老师（张老师交给王老师）"
_HOW = f"您自己要走，发：交接 王老师\n{_OTHERS}"

# 交接 给 范老师, 交接 张老师的工作给王老师
_JOINS = re.compile(r"[\s：:，,、]+|[交转移]?给")
_WORK = re.compile(r"^(?:我|自己)?的?工作$|^(?:我|自己)的?$|的工作$")


@dataclass(frozen=True, slots=True)
class _Handover:
    """Whose work goes to whom; `to` None: to somebody new, called `name`."""

    leaver: int
    to: int | None
    name: str


AGREED = Question(
    "handover",
    _Handover,
    undone="还没有交接给{name}。",
    dropped="好的，没有交接。",
    yes="确定",
    no="不交接",
    final=True,
)


@command(
    "交接", "handover", who=rights.GIVERS | {Role.COUNSELOR}, group="人员", rank=33, help="离任：把工作交给接手的老师",
    glued=ANYTHING, examples=("交接", "交接 王老师"),
)  # fmt: skip
def hand_over(ask: Ask) -> Reply:
    """`交接 王老师`: one's own work; `交接 张老师 王老师`: somebody else's; numbers (#12) tell homonyms apart."""
    if not ask.message.private:
        raise Refusal("交接请私聊我来办。")
    words = [said for part in _JOINS.split(ask.args) if (said := _WORK.sub("", part))]
    if not words:
        return _own(ask)
    *first, last = words[:2]
    if first and not _is_admin(ask):
        raise Denied("别人的工作由学校的管理员来交接。要交接自己的，发：交接 王老师", what="交接")
    leavers = accounts.found(ask, first[0], _paths(ask)) if first else [ask.me]
    if not leavers:
        ask.door.hear_name(first[0])
        raise Denied(f"没有找到「{first[0]}」。请写名册里的姓名。\n{_HOW}", what="交接")
    if len(leavers) > 1:
        return accounts.which(ask, leavers, first[0], "交接", f"{{}} {last}")
    return _to(ask, leavers[0], last)


def _own(ask: Ask) -> Reply:
    work = duties.to_pass(ask, ask.me, ask.me)
    return Reply(f"您现在的工作：\n{duties.listed(ask, ask.me, work)}\n{_HOW}" if work else _by_others(ask))


def _by_others(ask: Ask) -> str:
    """Whoever leads a school passes on what is below, not the lead itself."""
    return f"您自己的工作由上级管理员来交接，请他发：交接 {ask.me.name} 接手的老师\n{_OTHERS}"


def _is_admin(ask: Ask) -> bool:
    return not ask.me.roles.isdisjoint(rights.GIVERS)


def _paths(ask: Ask) -> list[str]:
    """An admin in their units, a counselor in her school."""
    own = [each.path for each in places.scope(ask.me, rights.GIVERS)]
    schools = {each.school_id for each in ask.me.units({Role.COUNSELOR}) if each.school_id}
    return own or [units.by_id(ask.db, id).path for id in schools]


def _to(ask: Ask, leaver: Person, name: str) -> Reply:
    """The work and to whom it goes, for agreement; somebody unknown will join by a code."""
    work = duties.to_pass(ask, ask.me, leaver)
    if work is None:
        own = leaver.id == ask.me.id
        words = _by_others(ask) if own else f"{leaver.name}没有您能交接的工作。\n{_HOW}"
        raise Denied(words, what="交接", subject=f"person:{leaver.id}")
    found = [each for each in accounts.found(ask, name, _paths(ask)) if each.id != leaver.id]
    if len(found) > 1:
        whose = "" if leaver.id == ask.me.id and not _is_admin(ask) else f"#{leaver.id} "
        return accounts.which(ask, found, name, "交接", f"{whose}{{}}")
    if found and found[0].id == ask.me.id:
        words = "不能把别人的工作交接给自己，请上级管理员来办。"
        raise Denied(words, what="交接", subject=f"person:{leaver.id}")
    if not found and name.startswith("#"):
        raise Refusal("没有找到这位老师。请再发一次「交接」。")
    for wish in work.wishes(leaver.id, found[0].id) if found else ():
        rights.check_taker(ask.db, ask.me, wish, ask.now)
    buttons = AGREED.put(ask, _Handover(leaver.id, found[0].id if found else None, found[0].name if found else name))
    who = accounts.who(ask, found[0]) if found else f"新老师 {name}"
    text = f"{leaver.name} 交接给 {who}：\n{duties.listed(ask, leaver, work)}\n报过的仍记在{leaver.name}名下。"
    joins = "" if found else "\n名册里没有这位老师：您确定以后我给一个邀请码，对方用它加入的时候交接。"
    return Reply(f"{text}{joins}\n确定吗？", buttons)


@answers(AGREED)
def agreed(ask: Ask, known: _Handover) -> Answer:
    """Hands over, or makes the code by which somebody new takes over."""
    leaver = people.by_id(ask.db, known.leaver, ask.now)
    work = duties.to_pass(ask, ask.me, leaver)
    if work is None:
        return Reply("这些工作刚刚变动过，没有交接。请再发一次「交接」看看。")
    if known.to is None:
        return _code(ask, leaver, work, known.name)
    successor = people.by_id(ask.db, known.to, ask.now)
    done = appointments.hand_over(ask, ask.me, leaver, successor.id, work)
    what = f"{leaver.name} → {successor.name}。{duties.roles(ask, work)}。"
    return [Reply(f"交接：{what}{done.waits}" if done.waits else f"已交接：{what}"), *done.told]


def _code(ask: Ask, leaver: Person, work: duties.Work, name: str) -> Reply:
    rights.spend(ask, "invitations")
    first = work.held[0]
    code = invites.make(ask.db, ask.vault, first.unit.id, first.role, ask.me.id, ask.now, from_id=leaver.id)
    valid = f"{invites.LIFETIME.days} 天内有效，只能用一次。"
    return Reply(f"请{name}私聊我发：加入 {code} {name}\n{valid}对方一加入，{leaver.name}的工作就交接过去。")
