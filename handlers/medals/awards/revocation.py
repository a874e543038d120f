"""撤销奖章: an awarded medal is taken away again, for a reason of a list and by two persons (domain §4.2: [D])."""

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from handlers.asker import levels
from handlers.kit import Ask, Button, Denied, Refusal, Reply, Role
from handlers.medals import decisions, review_queue
from handlers.medals.badges import award_names
from handlers.registry import command
from handlers.wording import medals, questions
from storage.base.numbered import GLUED
from storage.medals import nominations, revocations
from storage.medals.states import State

# Kept openly for years: so it is chosen, and says nothing of the child.
REASONS = ("材料不实", "评选有误", "重复授予", "本人放弃")
_LIKE = "撤销奖章 N20260403-07 评选有误"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The case whose medal is to be taken away."""

    number: str


WHY = questions.Question(
    "revocation", _Wanted, undone="{number} 没有撤销。", dropped="好的，没有撤销。",
    asks=f"为什么撤销？请选一个：{'、'.join(REASONS)}。选的会记下来。",
)  # fmt: skip


@command(
    "撤销奖章", "revoke-medal", who=levels.DECIDERS, group="奖章", rank=46,
    help="撤销通过的奖章，要两个人", examples=(_LIKE,), glued=GLUED,
)  # fmt: skip
def revoke(ask: Ask) -> list[Reply]:
    """With a reason of the list a second person is asked; 同意 or 不同意 behind the number is that person's word."""
    number, word = decisions.NUMBERS.first(ask, ask.args)
    if not number and ask.args:
        number, word = award_names.in_words(ask, REASONS)
    second = word in ("同意", "不同意")
    case = _mine(ask, number, second)
    if second:
        return _settled(ask, case, word == "同意")
    if not word and (asked := _asked(ask, case)):
        return [asked]
    if case.state is not State.APPROVED:
        raise Refusal(f"{number} {medals.state_of(case)}，没有奖章可以撤销。")
    return _ask_second(ask, case, word) if word in REASONS else [_ask(ask, case)]


def _mine(ask: Ask, number: str, second: bool = False) -> nominations.Case:
    if not number:
        raise Refusal(f"请写上编号和理由，像这样：{_LIKE}")
    case = nominations.by_number(ask.db, number)
    none = decisions.NUMBERS.unknown(ask, number)
    if case is None:
        raise Refusal(none)
    able = frozenset[Role]().union(*_able(ask, case)[: 2 if second else 1])
    if not any(grant.role in able and grant.unit.covers(case.unit) for grant in ask.me.grants):
        raise Denied(none, what="撤销奖章", subject=f"nomination:{case.id}")
    return case


def _able(ask: Ask, case: nominations.Case) -> list[frozenset[Role]]:
    """Who may take it away: the level that awarded it; where it has no second person, the office above."""
    ladder = levels.Ladders(ask.db).of(case.medal, case.unit)
    level = ladder.deciding(case.level)
    return [levels.OFFICES[each][1] for each in (level, ladder.above(level)) if each]


def _ask(ask: Ask, case: nominations.Case) -> Reply:
    WHY.put(ask, _Wanted(case.number))
    return Reply(f"{case.number}：{WHY.asks}", tuple(Button(each, answer=each) for each in REASONS))


@questions.answers(WHY)
def because(ask: Ask, known: _Wanted) -> list[Reply] | None:
    """The reason that was asked for; anything else is no answer."""
    return _ask_second(ask, _mine(ask, known.number), ask.args) if ask.args in REASONS else None


def _ask_second(ask: Ask, case: nominations.Case, reason: str) -> list[Reply]:
    others = award_names.second_persons(ask, case, _able(ask, case))
    if not others:
        raise Refusal("撤销要另一位审核人同意，本校还没有登记，请联系管理员。")
    try:
        with ask.db.begin_nested():
            revocations.ask(ask.db, case.id, reason, ask.me.id, ask.now)
    except IntegrityError:
        raise Refusal(f"{case.number} 已经有人请求撤销，在等另一位同意。") from None
    about = f"：{medals.case_lines(ask, [case])[case.id]}" if ask.message.private else ""
    who = "、".join(each.name for each in others)
    mine = Reply(f"已请{who}同意撤销 {case.number}{about}（{reason}）。另一位同意以后才撤销。")
    return [mine, *(_card(ask, case, reason, each.id) for each in others)]


def _card(ask: Ask, case: nominations.Case, reason: str, to: int) -> Reply:
    about = medals.case_lines(ask, [case], to)[case.id]
    words = f"{ask.me.name}请求撤销 {case.number}：{about}\n理由：{reason}"
    return Reply(words, review_queue.revoking(case.number), to=to, about=f"revoke:{case.number}")


def _asked(ask: Ask, case: nominations.Case) -> Reply | None:
    """What somebody else has asked for, for the asker to decide on."""
    waiting = revocations.waiting(ask.db, [case.unit.path])
    found = [one for one in waiting if one.number == case.number and one.asked_by != ask.me.id]
    about = medals.case_lines(ask, [case])[case.id]
    words = f"{found[0].asked_name}请求撤销 {case.number}：{about}\n理由：{found[0].reason}" if found else ""
    return Reply(words, review_queue.revoking(case.number)) if found else None


def _settled(ask: Ask, case: nominations.Case, agreed: bool) -> list[Reply]:
    found = [one for one in revocations.waiting(ask.db, [case.unit.path]) if one.number == case.number]
    if not found:
        raise Refusal(f"{case.number} 没有等您同意的撤销。")
    one = found[0]
    if one.asked_by == ask.me.id:
        raise Denied("撤销要另一位审核人同意，不能自己同意。", what="撤销奖章", subject=f"nomination:{case.id}")
    if not revocations.settle(ask.db, one, "done" if agreed else "declined", ask.me.id, ask.now):
        raise Refusal(f"{case.number} 已经有人答过了。")
    closes = ((f"revoke:{case.number}", f"{ask.me.name}{'已同意撤销' if agreed else '没有同意撤销'}"),)
    if not agreed:
        no = Reply(f"{ask.me.name}没有同意撤销 {case.number}。", to=one.asked_by)
        return [Reply(f"好的，{case.number} 没有撤销。", closes=closes), no]
    if not nominations.move(ask.db, ask.vault, case, State.REVOKED, ask.me.id, ask.now):
        raise Refusal(f"{case.number} {medals.state_of(case)}，没有奖章可以撤销。")
    return [Reply(f"已撤销 {case.number}（{one.reason}）。", closes=closes), *_news(ask, case, one)]


def _news(ask: Ask, case: nominations.Case, one: revocations.Revocation) -> list[Reply]:
    """What whoever nominated hears, and whoever asked for it."""
    why = f"理由：{one.reason}（{one.asked_name}提出，{ask.me.name}同意）"
    told = [person for person in dict.fromkeys((case.holder, one.asked_by)) if person != ask.me.id]
    return [
        Reply(f"奖章已撤销 {case.number}：{medals.case_lines(ask, [case], person)[case.id]}\n{why}", to=person)
        for person in told
    ]
