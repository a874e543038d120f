"""待审: the nominations that wait for the asker, and which one a number or place means."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from handlers.asker import inbox, levels
from handlers.kit import Ask, Button, Denied, Refusal, Reply, Role, Waiting
from handlers.medals import decisions
from handlers.registry import command
from handlers.wording import medals
from storage.base.numbered import GLUED
from storage.medals import nominations, revocations
from storage.medals.states import WAITING

# WeCom shows at most six buttons on a card: two a case, or of a longer list one for the next page.
_BUTTONS = 6
_LISTED = 5
# As far down as places can be named: 同意 1-60.
_PLACES = 200
LIST = Button("待审", "待审")
# 待审 从6: the next five.
_FROM = re.compile(r"\s*从\s*(\d{1,3})\s*")


def _in_inbox(ask: Ask) -> list[Waiting]:
    cases = levels.waiting(ask.db, ask.me, ask.now)
    words = medals.case_lines(ask, cases)
    asked = [one for one in revocations.waiting(ask.db, ask.me.paths(levels.DECIDERS)) if one.asked_by != ask.me.id]
    return [
        *(Waiting(case.number, f"提名 {words[case.id]}", case.since, Button("看", LIST.word, case.number))
          for case in cases),
        *(Waiting(one.number, f"撤销奖章，{one.reason}（{one.asked_name}请的）", one.asked_at,
                  Button("看", "撤销奖章", one.number))
          for one in asked),
    ]  # fmt: skip


@command(
    "待审", "pending", who=levels.DECIDERS, group="奖章", rank=5, help="看等您审核的提名", glued=GLUED,
    looks=".*", examples=("待审",), shows=nominations.LETTER, waits=_in_inbox,
)  # fmt: skip
def show_all(ask: Ask) -> list[Reply]:
    """What waits for the asker: nominations, and medals that are to be taken away; how much else does."""
    others = [] if ask.args else inbox.gathered(ask, LIST.word)
    if others and not levels.waiting(ask.db, ask.me, ask.now):
        return [inbox.page(ask, 0)]
    shown = show_pending(ask)
    if others:
        shown = replace(shown, text=f"{shown.text}\n另有 {len(others)} 件不是提名的，发「待办」一起看。")
    return [shown, *(each for each in _revocations(ask) if ask.message.private and each.text != shown.text)]


def show_pending(ask: Ask) -> Reply:
    """The oldest cases that wait for the asker, the first ones with buttons; with a number that one, whole."""
    number, _ = decisions.NUMBERS.first(ask, with_numbers(ask))
    if number and ask.message.private:
        return _one(ask, mine_to_decide(ask, number, "待审"))
    cases = levels.waiting(ask.db, ask.me, ask.now)
    taken_away = _revocations(ask)
    if not cases and not taken_away:
        return Reply("没有等您审核的提名。有新提名时会马上告诉您。")
    if not cases:
        return taken_away[0]
    if not ask.message.private:
        return Reply(f"有 {len(cases)} 件提名待审，请私聊我发「待审」看详情。")
    inbox.show(ask, [case.number for case in cases[:_PLACES]])
    begun = _FROM.fullmatch(ask.args)
    first = min(max(int(begun[1]) - 1, 0), len(cases) - 1) if begun else 0
    page = cases[first : first + _LISTED]
    left = len(cases) - first - len(page)
    more = (Button(f"后面 {min(_LISTED, left)} 件", LIST.word, f"从{first + _LISTED + 1}"),) if left else ()
    open_ones = (_BUTTONS - len(more)) // 2
    lines = [f"待审 {len(cases)} 件" + (f"，第 {first + 1}–{first + len(page)} 件" if len(cases) > len(page) else "")]
    lines += _lines(ask, page, first, open_ones)
    if len(page) > open_ones:
        lines.append(f"看后面的理由，发「待审 {first + open_ones + 1}」这样的序号。")
    many = f"；一次同意几件，发「同意 1-{len(cases)}」。" if len(cases) > 1 else "。"
    lines.append(f"请发「同意 序号」或「退回 序号 理由」，也可以写编号{many}")
    return Reply("\n".join(lines), (*_buttons(page[:open_ones], first), *more))


def revoking(number: str) -> tuple[Button, Button]:
    """What the second person may say to a medal that is to be taken away."""
    return Button("同意撤销", "撤销奖章", f"{number} 同意"), Button("不撤销", "撤销奖章", f"{number} 不同意")


def _revocations(ask: Ask) -> list[Reply]:
    """The medals that are to be taken away and wait for the asker's word as the second one."""
    found = [one for one in revocations.waiting(ask.db, ask.me.paths(levels.DECIDERS)) if one.asked_by != ask.me.id]
    lines = [
        f"{one.number} {one.asked_name}请求撤销（{one.reason}），等了 {_days(ask, one.asked_at)} 天" for one in found
    ]
    return [Reply("\n".join(["等您同意的撤销", *lines]), revoking(found[0].number))] if found else []


def _one(ask: Ask, case: nominations.Case) -> Reply:
    lines = [f"{case.number} {medals.case_lines(ask, [case])[case.id]}", f"提名人：{case.nominator}"]
    lines.append(f"理由：{medals.reason_of(ask, case.reason) or '未写'}")
    buttons = [Button(word, word, case.number, reply=word == "退回") for word in ("同意", "退回")]
    return Reply("\n".join(lines), (*buttons, LIST))


def several(ask: Ask) -> list[str]:
    """The case numbers that 1-20 or 全部 mean; empty for other words. The places are those of the list shown last."""
    if inbox.ALL.fullmatch(ask.args):
        return _all(ask)
    match = inbox.RANGE.fullmatch(ask.args)
    if match is None:
        return _mixed(ask)
    listed, first, last = _listed(ask), int(match[1]), int(match[2])
    # 1-20 of seven is all seven: how many they are is asked before anything is done.
    last = min(last, len(listed))
    if not 0 < first <= last:
        raise Refusal(f"待审里没有第 {first} 到 {match[2]} 件。发「待审」看现在的序号。", LIST)
    return listed[first - 1 : last]


def _all(ask: Ask) -> list[str]:
    """Everything that waits now: nominations, where the list that was shown last had nothing else."""
    cases = [case.number for case in levels.waiting(ask.db, ask.me, ask.now)[:_PLACES]]
    if cases and all(map(_is_nomination, inbox.shown(ask) or ())):
        return cases
    return [one.number for one in inbox.gathered(ask)][:_PLACES]


def _mixed(ask: Ask) -> list[str]:
    """The numbers of 1 3 4 where not all of them are nominations; empty for other words."""
    places, rest = inbox.places(ask.args, 0)
    listed = _listed(ask) if len(places) > 1 and not rest else []
    found = [listed[place - 1] for place in places if 0 < place <= len(listed)]
    return found if len(found) == len(places) and not all(map(_is_nomination, found)) else []


def _is_nomination(number: str) -> bool:
    return number.startswith(nominations.LETTER)


def of_another_kind(ask: Ask, word: str) -> Sequence[Reply] | None:
    """What the decision does where its place means no nomination but a report or case; None where it means one."""
    match = inbox.PLACE.match(ask.args)
    listed = _listed(ask) if match else []
    if match is None or not 0 < (place := int(match[1])) <= len(listed):
        return None
    number = listed[place - 1]
    if _is_nomination(number):
        return None
    return inbox.decided(ask, word, number, ask.args[match.end() :])


def _nomination(listed: list[str], place: int) -> str:
    """The number at this place of the list; raises Refusal when something else stands there."""
    number = listed[place - 1]
    if not _is_nomination(number):
        raise Refusal(f"第 {place} 件是 {number}，不是提名，什么都没有做。发「待办」，按「看 {place}」。", inbox.LIST)
    return number


def _listed(ask: Ask) -> list[str]:
    shown = inbox.shown(ask)
    waiting = levels.waiting(ask.db, ask.me, ask.now)[:_PLACES] if shown is None else []
    return shown or [case.number for case in waiting]


def with_numbers(ask: Ask, most: int = _LISTED) -> str:
    """
    The words with the places (`most` of them) that they begin with written as case numbers.

    The places of the list that was shown last: of the present one every decision would move those after it.
    """
    words = ask.args
    numbers: list[str] = []
    listed = _listed(ask) if inbox.PLACE.match(words) else []
    while len(numbers) < most and (match := inbox.PLACE.match(words)):
        place = int(match[1])
        if not 0 < place <= len(listed):
            raise Refusal(f"待审里没有第 {place} 件。发「待审」看现在的序号。", LIST)
        numbers.append(_nomination(listed, place))
        words = words[match.end() :]
    return " ".join([*numbers, words])


def _days(ask: Ask, since: datetime) -> int:
    """For how many days something has waited."""
    return inbox.days(ask, since)


def _lines(ask: Ask, cases: list[nominations.Case], before: int, open_ones: int) -> list[str]:
    words = medals.case_lines(ask, cases)
    lines = []
    for place, case in enumerate(cases, before + 1):
        days = _days(ask, case.since)
        waited = f"，等了 {days} 天" if days else ""
        lines.append(f"{place}. {case.number} {words[case.id]}（提名人 {case.nominator}{waited}）")
        if place <= before + open_ones:
            lines.append(f"   理由：{medals.reason_of(ask, case.reason) or '未写'}")
    return lines


def _buttons(cases: list[nominations.Case], before: int) -> tuple[Button, ...]:
    return tuple(
        Button(f"{place} {word}", word, case.number)
        for place, case in enumerate(cases, before + 1)
        for word in ("同意", "退回")
    )


def mine_to_decide(ask: Ask, number: str, word: str, ladders: levels.Ladders | None = None) -> nominations.Case:
    """The case, if the asker may decide on it now; another school's is answered like none."""
    if not number:
        raise Refusal(f"请写上编号，如「{word} {decisions.NUMBERS.like(ask)}」。编号在「待审」里。", LIST)
    case = nominations.by_number(ask.db, number)
    if case is None or not levels.held(ask.me, case):
        # Looked for only now: of two hundred numbers that are known nothing is to be guessed.
        none = f"{decisions.NUMBERS.unknown(ask, number)}发「待审」看等您审核的。"
        if case is None:
            raise Refusal(none, LIST)
        raise Denied(none, LIST, what=word, subject=f"nomination:{case.id}")
    subject = f"nomination:{case.id}"
    if case.state not in WAITING:
        raise Refusal(already(ask, case), LIST)
    if ask.me.id in (case.nominator_id, case.holder):
        own = f"{number} 是您自己提名的，不能自己审。{_who_decides(ask, case)}"
        raise Denied(own, what=word, subject=subject)
    if not levels.held(ask.me, case) & levels.roles_of(ask.db, [case], ask.now, ladders)[case.id]:
        raise Denied(f"{number} {_not_yours(ask, case)}{_who_decides(ask, case)}", what=word, subject=subject)
    return case


def _not_yours(ask: Ask, case: nominations.Case) -> str:
    if case.level == levels.SCHOOL and Role.BRIGADE in ask.me.roles:
        return "由大队辅导员提名，大队辅导员不审。"
    return f"在{medals.OFFICES[case.level]}审，现在不归您审。"


def _who_decides(ask: Ask, case: nominations.Case) -> str:
    names = "、".join(person.name for person in decisions.reviewers(ask, case))
    return f"由{names}审核。" if names else "还没有别的审核人，请联系管理员登记。"


def already(ask: Ask, case: nominations.Case) -> str:
    """Who decided on it, in private with the reason."""
    step = nominations.last_steps(ask.db, [case.id])[case.id]
    why = medals.reason_of(ask, step.reason) if ask.message.private else ""
    return f"{case.number} {decisions.decided(ask, step)}，不用再审。" + (f"\n理由：{why}" if why else "")
