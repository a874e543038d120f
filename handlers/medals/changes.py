"""Nominations that stand, taken back, exchanged or asked about by what they are about instead of by their number."""

from collections.abc import Mapping

from handlers import rights
from handlers.asker import context
from handlers.kit import Ask, Button, Denied, Refusal, Reply
from handlers.medals import announcements, decisions, intake, proposals
from handlers.medals.awards import eligibility
from handlers.medals.badges import taken_back
from handlers.registry import reads
from handlers.wording import medals, names, places
from scheduling.periods import term_of
from storage.base import numbered
from storage.medals import nominations, quotas
from storage.medals.states import STANDING, State

ABOUT_MINE = ("nomination_query", "nomination_cancel", "nomination_replace")
_LOOKED_AT = 60
_SHOWN = 6


@reads(*ABOUT_MINE)
def done(ask: Ask) -> list[Reply]:
    """What the message says of one's own nominations."""
    heard = ask.heard
    if heard.intent == "nomination_cancel":
        return _all_taken_back(ask, heard.cancel or {})
    if heard.intent == "nomination_replace":
        return _exchanged(ask, heard.replace or {})
    said = heard.query or {}
    return [_left(ask, said) if said.get("left") or "名额" in ask.message.text else _shown(ask, said)]


def take_back(ask: Ask) -> list[Reply]:
    """撤回提名 王小明 一星章."""
    heard = context.reading_of(ask, f"撤回提名 {ask.args}")
    return _all_taken_back(ask, heard.cancel or {"name": ask.args})


def _all_taken_back(ask: Ask, said: Mapping[str, object]) -> list[Reply]:
    """Of everybody named, or of none: the first that cannot be taken back undoes the others."""
    names = said.get("names")
    each_one = names if isinstance(names, list) else [said.get("name")]
    return [_taken_back(ask, {**said, "name": name}) for name in each_one]


def _mine(ask: Ask, said: Mapping[str, object], whom: str = "name") -> list[nominations.Case]:
    """One's own cases of this unit, medal and nominee, as far as they are named; nothing named: none."""
    unit, medal, name = (str(said.get(key) or "") for key in ("unit", "medal", whom))
    if not (medal or name):
        return []
    unit_id = found.id if unit and (found := places.by_key(ask, unit)) else None
    cases = [
        case
        for case in nominations.of_person(ask.db, ask.me.id, _LOOKED_AT)
        if unit_id in (None, case.unit.id) and medal in ("", case.medal)
    ]
    return medals.of_nominee(ask, cases, name) if name else cases


def _taken_back(ask: Ask, said: Mapping[str, object]) -> Reply:
    number, _ = numbered.anywhere(ask.args, nominations.LETTER)
    if number:
        return numbered_withdrawn(ask, number)
    cases = [case for case in _mine(ask, said) if case.state is State.SUBMITTED]
    if len(cases) == 1:
        return withdrawn(ask, cases[0])
    if not cases and (awarded := taken_back.answer(ask, said)):
        return awarded
    if not cases:
        mine = nominations.of_person(ask.db, ask.me.id, _LOOKED_AT)
        cases = [case for case in mine if case.state is State.SUBMITTED]
        if not cases:
            raise Refusal("您没有待审的提名，什么都没有撤回。都在「我的提名」里。", announcements.MINE)
        head = f"没有找到您说的这件，什么都没有撤回。您待审的有 {len(cases)} 件，要撤回就选一件："
    else:
        head = f"有 {len(cases)} 件，还没有撤回。请选一件："
    buttons = (Button(f"撤回 {case.number}", "撤回提名", case.number) for case in cases[:_SHOWN])
    return Reply(announcements.listed(ask, cases[:_SHOWN], head).text, tuple(buttons))


def numbered_withdrawn(ask: Ask, number: str) -> Reply:
    """Takes back the case with this number; raises Refusal, Denied for somebody else's."""
    case = nominations.by_number(ask.db, number)
    if case is not None and case.holder == ask.me.id:
        return withdrawn(ask, case)
    none = f"{decisions.NUMBERS.unknown(ask, number)}编号在「我的提名」里。"
    if case is None:
        raise Refusal(none, announcements.MINE)
    raise Denied(none, announcements.MINE, what="撤回提名", subject=f"nomination:{case.id}")


def withdrawn(ask: Ask, case: nominations.Case) -> Reply:
    """Takes back this case, which is the asker's; raises Refusal when somebody has decided."""
    waits = case.state is State.SUBMITTED
    if not waits or not nominations.move(ask.db, ask.vault, case, State.WITHDRAWN, ask.me.id, ask.now):
        step = nominations.last_steps(ask.db, [case.id])[case.id]
        no = f"{case.number} 不能撤回了：{decisions.decided(ask, step)}。有疑问请和审核人联系。"
        raise Refusal(no, announcements.MINE)
    about = f"：{medals.case_lines(ask, [case])[case.id]}" if ask.message.private else ""
    gone = f"已撤回提名 {case.number}{about}\n要改内容，请重新提名。"
    return Reply(gone, (announcements.MINE,), closes=((case.number, "提名人已撤回"),))


def _exchanged(ask: Ask, said: Mapping[str, object]) -> list[Reply]:
    """The old case is withdrawn and one for the new nominee, or for another medal, opened; both or none."""
    new = str(said.get("new") or "")
    if not ask.message.private:
        raise Refusal("请私聊我发，群里不能写孩子的姓名。")
    if ask.message.channel in ask.nameless and not names.is_place(new):
        raise Refusal(
            "为保护队员，这里不接收队员的姓名，没有换。请删掉刚才那条消息，用名单上的序号，如：7号 换成 9号。"
        )
    # 名字打错了,是王小敏: the one that waits, when it is one.
    stand = _mine(ask, said, "old") if said.get("old") else nominations.of_person(ask.db, ask.me.id, _LOOKED_AT)
    cases = [case for case in stand if case.state is State.SUBMITTED and case.child_id]
    if len(cases) != 1:
        what = "有几件都像" if cases else "没有找到"
        raise Refusal(f"{what}您说的这件待审的提名，没有换。请先看「我的提名」，撤回后重新提名。", announcements.MINE)
    case = cases[0]
    proposals.check_unit(ask, case.unit)
    wish = proposals.Proposal(case.unit, str(said.get("new_medal") or case.medal), new, "")
    if not intake.may_be_kept(ask, wish):
        how = f"提名 {case.unit.name} 〈姓名〉 {medals.label(case.medal)}"
        raise Refusal(f"新的这位还没有记家长同意，没有换。请先发「{how}」，记好同意以后再撤回 {case.number}。")
    gone = withdrawn(ask, case)
    return [Reply(gone.text.partition("\n")[0], closes=gone.closes), *intake.take(ask, [wish], [])]


def _left(ask: Ask, said: Mapping[str, object]) -> Reply:
    """一星章还剩几个名额: the quotas in which one's own nominees count, with their arithmetic."""
    named = places.by_key(ask, str(said.get("unit") or ""))
    mine = [grant.unit for grant in ask.me.grants if grant.role in proposals.NOMINATORS]
    at = [unit for unit in mine if named is None or named.covers(unit) or unit.covers(named)]
    found = [each for each in quotas.over(ask.db, at, term_of(ask.today)) if said.get("medal") in (None, each.medal)]
    if not found:
        return Reply("这里本学期还没有定名额，定了才有数。名额由评定那一级定。")
    return Reply("\n".join(eligibility.arithmetic(each, quotas.used(ask.db, each)) for each in found))


def _none_such(number: str) -> Reply:
    return Reply(f"{number} 不在您提名的里面。您的提名都在「我的提名」里。", (announcements.MINE,))


def _reason_stays(ask: Ask, case: nominations.Case) -> Reply:
    about = f"：提名 {medals.case_lines(ask, [case])[case.id]} 〈新的理由〉" if ask.message.private else "。"
    how = f"{case.number} 的理由没有改，审核的老师看到的还是原来的。要改，先撤回，再重新提名{about}"
    return Reply(how, (Button("撤回提名", "撤回提名", case.number),))


def _of_squad(ask: Ask, said: Mapping[str, object]) -> Reply:
    """三(2)中队报了谁: who stands there this term, whoever nominated them; a committee above has counts."""
    unit = places.by_key(ask, str(said.get("unit") or ""))
    if unit is None or not rights.sees_names(ask.me, unit):
        raise Refusal("提名了谁，由本校的老师看。您自己的都在「我的提名」里；各校各有多少，发「奖章进度」。")
    standing = [
        case
        for case in nominations.of_unit(ask.db, unit.id)
        if case.state in STANDING and case.term == term_of(ask.today) and said.get("medal") in (None, case.medal)
    ]
    if not standing:
        return Reply(f"{unit.name}本学期还没有提名。")
    more = f"，最近的 {announcements.LISTED} 件" if len(standing) > announcements.LISTED else ""
    head = f"{unit.name}本学期提名的 {len(standing)} 件{more}"
    return announcements.listed(ask, standing[-announcements.LISTED :], head)


def _shown(ask: Ask, said: Mapping[str, object]) -> Reply:
    """How far one's own nominations are; nothing named: the latest ones."""
    number, _ = numbered.anywhere(ask.args, nominations.LETTER)
    if number:
        mine = [case for case in nominations.of_person(ask.db, ask.me.id, _LOOKED_AT) if case.number == number]
        return announcements.listed(ask, mine, "您提名的这一件") if mine else _none_such(number)
    if said.get("who"):
        return _of_squad(ask, said)
    named = any(said.get(key) for key in ("medal", "name"))
    cases = _mine(ask, said)
    if said.get("reason") and (waiting := [case for case in cases if case.state is State.SUBMITTED]):
        return _reason_stays(ask, waiting[-1])
    if not named:
        return announcements.latest(ask)
    if not cases:
        return Reply("没有找到您说的提名。您的提名都在「我的提名」里。", (announcements.MINE,))
    return announcements.listed(ask, cases[: announcements.LISTED], f"您提名的有 {len(cases)} 件")
