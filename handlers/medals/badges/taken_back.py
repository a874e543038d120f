"""把10号的立志章收回来: what was awarded is taken away by two persons, what a class was given is taken back."""

from collections.abc import Mapping
from dataclasses import replace

from handlers.asker import levels
from handlers.kit import Ask, Button, Reply
from handlers.medals.awards import revoking
from handlers.medals.badges import awarded
from handlers.wording import medals
from scheduling.periods import term_of
from storage.medals import badges


def answer(ask: Ask, said: Mapping[str, object]) -> Reply | None:
    """What is to be done to take it away; None where the words name no such medal, or not one alone."""
    case = awarded.case_of(ask, said)
    if case is None:
        return _of_class(ask, said)
    if not ask.me.roles.isdisjoint(levels.DECIDERS):
        return revoking.revoke(replace(ask, args=case.number))[0]
    about = f"{case.number} {medals.state_of(case)}：{medals.case_lines(ask, [case])[case.id]}"
    return Reply(f"{about}\n没有收回。要撤销，请审核人发「撤销奖章 {case.number}」，要两个人。")


def _of_class(ask: Ask, said: Mapping[str, object]) -> Reply | None:
    squad, medal, name = awarded.squad_and_medal(ask, said)
    numbered = badges.of_squad(ask.db, squad.id) if squad else {}
    child = next((each for each, number in numbered.items() if f"{number}号" == name), None)
    if squad is None or child is None or medal not in badges.basics(ask.db, [child], [term_of(ask.today)])[child]:
        return None
    order = f"{medals.label(medal)} {squad.name} {name}"
    return Reply(f"{order}：是按班级记的，还没有收回。记错了，请发「收章 {order}」。", (Button("收章", "收章", order),))
