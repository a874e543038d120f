"""撤回提名: the nominator takes back what nobody has decided on, by its number or by what it is about."""

from collections.abc import Mapping

from handlers.asker import context
from handlers.kit import Ask, Button, Denied, Refusal, Reply
from handlers.medals import decisions, proposals
from handlers.medals.badges import withdrawal
from handlers.medals.own import cases as own
from handlers.registry import ANYTHING, command, reads
from handlers.wording import medals
from storage.base import numbered
from storage.medals import nominations
from storage.medals.states import State

_SHOWN = 6


@reads("nomination_cancel")
def withdraw_by_words(ask: Ask) -> list[Reply]:
    """李小红的一星章不报了."""
    return _all_taken_back(ask, ask.heard.cancel or {})


def _all_taken_back(ask: Ask, said: Mapping[str, object]) -> list[Reply]:
    """Of everybody named, or of none: the first that cannot be taken back undoes the others."""
    names = said.get("names")
    each_one = names if isinstance(names, list) else [said.get("name")]
    waiting = [bool(_waiting(ask, {**said, "name": name})) for name in each_one]
    if any(waiting) and not all(waiting):
        raise Refusal("这几位里有的没有待审的提名，什么都没有撤回。都在「我的提名」里，请一位一位撤。", own.MINE)
    return [_taken_back(ask, {**said, "name": name}) for name in each_one]


def _waiting(ask: Ask, said: Mapping[str, object]) -> list[nominations.Case]:
    return [case for case in own.meant(ask, said) if case.state is State.SUBMITTED]


def _taken_back(ask: Ask, said: Mapping[str, object]) -> Reply:
    number, _ = numbered.anywhere(ask.args, nominations.LETTER)
    if number:
        return numbered_withdrawn(ask, number)
    cases = _waiting(ask, said) or own.by_short(ask, own.waiting(ask), ask.args)
    if len(cases) == 1:
        return withdrawn(ask, cases[0])
    if not cases and (awarded := withdrawal.answer(ask, said)):
        return awarded
    if not cases:
        cases = own.waiting(ask)
        if not cases:
            raise Refusal("您没有待审的提名，什么都没有撤回。都在「我的提名」里。", own.MINE)
        lost = "没有找到您说的这件，" if any(said.values()) else ""
        head = f"{lost}什么都没有撤回。您待审的有 {len(cases)} 件，要撤回就选一件："
    else:
        head = f"有 {len(cases)} 件，还没有撤回。请选一件："
    buttons = (Button(f"撤回 {case.number}", "撤回提名", case.number) for case in cases[:_SHOWN])
    return Reply(own.listed(ask, cases[:_SHOWN], head).text, tuple(buttons))


def numbered_withdrawn(ask: Ask, number: str) -> Reply:
    """Takes back the case with this number; raises Refusal, Denied for somebody else's."""
    case = nominations.by_number(ask.db, number)
    if case is not None and case.holder == ask.me.id:
        return withdrawn(ask, case)
    none = f"{decisions.NUMBERS.unknown(ask, number)}编号在「我的提名」里。"
    if case is None:
        raise Refusal(none, own.MINE)
    raise Denied(none, own.MINE, what="撤回提名", subject=f"nomination:{case.id}")


def withdrawn(ask: Ask, case: nominations.Case) -> Reply:
    """Takes back this case, which is the asker's; raises Refusal when somebody has decided."""
    waits = case.state is State.SUBMITTED
    if not waits or not nominations.move(ask.db, ask.vault, case, State.WITHDRAWN, ask.me.id, ask.now):
        step = nominations.last_steps(ask.db, [case.id])[case.id]
        no = f"{case.number} 不能撤回了：{decisions.decided(ask, step)}。有疑问请和审核人联系。"
        raise Refusal(no, own.MINE)
    about = f"：{medals.case_lines(ask, [case])[case.id]}" if ask.message.private else ""
    gone = f"已撤回提名 {case.number}{about}\n要改内容，请重新提名。"
    return Reply(gone, (own.MINE,), closes=((case.number, "提名人已撤回"),))


@command(
    "撤回提名", "withdraw", who=proposals.NOMINATORS, group="奖章", rank=27, help="撤回一件还没审的提名",
    glued=ANYTHING, examples=("撤回提名 N20260403-07",),
)  # fmt: skip
def withdraw(ask: Ask) -> list[Reply]:
    """The nominator takes a case back while nobody has decided; a new one may follow."""
    number, _ = decisions.NUMBERS.first(ask, ask.args)
    if not number and ask.args:
        # 撤回提名 王小明 一星章
        heard = context.reading_of(ask, f"撤回提名 {ask.args}")
        return _all_taken_back(ask, heard.cancel or {"name": ask.args})
    if not number:
        raise Refusal(f"请写上编号，如「撤回提名 {decisions.NUMBERS.like(ask)}」。编号在「我的提名」里。", own.MINE)
    return [numbered_withdrawn(ask, number)]


@command("撤回", who=proposals.NOMINATORS, group="奖章", help="撤回一件还没审的提名",
         examples=("撤回 N20260403-07",), letter=nominations.LETTER)  # fmt: skip
def withdraw_numbered(ask: Ask) -> list[Reply]:
    """The same by the shorter word that check-ins and reports are withdrawn with."""
    return withdraw(ask)
