"""How new nominations are said: to whoever nominated, and to the reviewers."""

from handlers.asker import levels
from handlers.kit import Ask, Button, Reply
from handlers.medals import decisions
from handlers.medals.awards import eligibility
from handlers.medals.chain import reminders
from handlers.medals.own import cases as own
from handlers.wording import days, medals
from storage.medals import nominations
from storage.medals.states import State

# More at once come as one list, so that a whole 接龙 does not ring twenty times.
_CARDS = 3


def receipt(ask: Ask, fresh: list[nominations.Case], old: list[nominations.Case], notes: list[str]) -> Reply:
    """What the asker hears of new cases, of those that were there, and of what else there is to say."""
    if not ask.message.private:
        return Reply("\n".join([*_in_group(fresh, old), *notes]))
    words = medals.case_lines(ask, [*fresh, *old])
    lines = [f"已收到提名 {case.number}：{words[case.id]}" for case in fresh]
    lines += [
        f"已有提名 {case.number}，{medals.state_of(case)}：{words[case.id]}"
        f"（{case.nominator} {days.moment(case.made_at, ask.now.tzinfo)} 提名）"
        for case in old
    ]
    if len(fresh) == 1:
        lines.append(f"理由：{medals.reason_of(ask, fresh[0].reason) or '未写'}")
    against = eligibility.problems(ask, fresh[:_CARDS])
    lines += [f"请注意：{case.number} {words}" for case in fresh[:_CARDS] for words in against[case.id]]
    if fresh:
        lines.append(_next(ask, fresh))
    withdraw = (Button("撤回提名", "撤回提名", f"{fresh[0].number}"),) if len(fresh) == 1 else ()
    return Reply("\n".join([*lines, *notes]), (*withdraw, own.MINE))


def _in_group(fresh: list[nominations.Case], old: list[nominations.Case]) -> list[str]:
    got = [f"已收到提名 {'、'.join(case.number for case in fresh)}，详情请私聊"] if fresh else []
    return got + [f"已有提名 {case.number}，{medals.state_of(case)}，详情请私聊" for case in old]


def _next(ask: Ask, fresh: list[nominations.Case]) -> str:
    ladders = levels.Ladders(ask.db)
    who = {person.name: None for case in fresh for person in decisions.reviewers(ask, case)}
    above: dict[str, None] = {}
    for case in fresh:
        ladder = ladders.of(case.medal, case.unit)
        if ladder.after(case.level):
            above[f"{medals.label(case.medal)}由{medals.OFFICES[ladder.top]}决定"] = None
    first = f"学校先做大队审核，{'、'.join(above)}。" if above else ""
    if not who:
        return f"{first}本校还没有登记可以审的人（大队辅导员提名的由学校管理员审），请联系管理员登记。"
    return f"{first}已请{'、'.join(who)}审核，有结果马上告诉您。"


def cards(ask: Ask, fresh: list[nominations.Case]) -> list[Reply]:
    """What each reviewer gets, in private: a card a case, or one list of many."""
    reminders.lay_out(ask, fresh)
    by_person: dict[int, list[nominations.Case]] = {}
    for case in fresh:
        for person in decisions.reviewers(ask, case):
            by_person.setdefault(person.id, []).append(case)
    return [
        card for to, cases in by_person.items() for card in _cards_of(ask, to, cases, medals.case_lines(ask, cases, to))
    ]


def _cards_of(ask: Ask, to: int, cases: list[nominations.Case], words: dict[int, str]) -> list[Reply]:
    if len(cases) > _CARDS:
        lines = [
            f"{_brought(ask, cases[0])} {len(cases)} 件，请审核",
            *(f"{case.number} {words[case.id]}" for case in cases),
        ]
        lines += [f"请核对：{words}" for words in eligibility.unchecked(cases, eligibility.with_basics(ask, cases))]
        return [Reply("\n".join([*lines, "发「待审」一件一件看。"]), (Button("待审", "待审"),), to=to)]
    return [_card(ask, to, case, words[case.id]) for case in cases]


def _brought(ask: Ask, case: nominations.Case) -> str:
    """Who brings it to the reviewer: the nominator, or the level below."""
    return f"{ask.me.name}{'提名' if case.state is State.SUBMITTED else '同意上报'}"


def _card(ask: Ask, to: int, case: nominations.Case, about: str) -> Reply:
    lines = [f"请审核提名 {case.number}：{about}", f"提名人：{case.nominator}"]
    lines += [f"{ask.me.name}已同意上报"] if case.state is State.PASSED else []
    lines.append(f"理由：{medals.reason_of(ask, case.reason) or '未写'}")
    lines += [f"请核对：{words}" for words in eligibility.notes(ask, case)]
    before = nominations.returned(ask.db, case)
    if before:
        step = nominations.last_steps(ask.db, [before.id])[before.id]
        lines.append(f"上次 {before.number} 退回：{medals.reason_of(ask, step.reason)}")
    lines.append(f"请发「同意 {case.number}」或「退回 {case.number} 理由」。")
    buttons = [Button(word, word, case.number, reply=word == "退回") for word in ("同意", "退回")]
    return Reply("\n".join(lines), (*buttons, Button("待审", "待审")), to=to, about=case.number)
