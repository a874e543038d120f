"""收章, 把10号的立志章收回来: what was awarded is taken away by two persons, what a class was given is taken back."""

from collections.abc import Mapping
from dataclasses import replace

from handlers.asker import levels
from handlers.kit import Ask, Button, Refusal, Reply
from handlers.medals.awards import basics, revocation
from handlers.medals.badges import award_names
from handlers.registry import command
from handlers.wording import medals
from handlers.wording.children import class_lists
from scheduling.periods import term_of
from storage.base import numbered
from storage.medals import badges, nominations

_LIKE = "收章 向阳章 三(2)中队 7号"


@command("收章", who=basics.GIVERS, group="奖章", rank=43, help="收回记错的基础章", examples=(_LIKE,))
def take_back(ask: Ask) -> Reply | list[Reply]:
    """Takes back what was given by mistake this term; a star or an honour is revoked, for a reason."""
    codes, rest = basics.badges_in(ask, ask.args)
    if not codes and (medals.found_in(ask, ask.args)[0] or numbered.anywhere(ask.args, nominations.LETTER)[0]):
        if ask.me.roles.isdisjoint(levels.DECIDERS):
            raise Refusal("星级章和荣誉要审核人撤销，要两个人同意。请告诉大队辅导员或学校管理员，没有收回。")
        return revocation.revoke(ask)
    if not codes:
        raise Refusal(f"请写明是哪些基础章，像这样：{_LIKE}")
    whom = class_lists.of_class(ask, basics.GIVERS, rest, _LIKE)
    children = badges.of_squad(ask.db, whom.squad.id)
    ids = [child for child, number in children.items() if number in whom.numbers]
    gone = badges.take_back(ask.db, whom.squad, ids, codes, term_of(ask.today), ask.now)
    return Reply(f"{whom.squad.name} {basics.names_of(codes)}：收回 {gone} 枚。")


def answer(ask: Ask, said: Mapping[str, object]) -> Reply | None:
    """What is to be done to take it away; None where the words name no such medal, or not one alone."""
    case = award_names.case_of(ask, said)
    if case is None:
        return _of_class(ask, said)
    if not ask.me.roles.isdisjoint(levels.DECIDERS):
        return revocation.revoke(replace(ask, args=case.number))[0]
    about = f"{case.number} {medals.state_of(case)}：{medals.case_lines(ask, [case])[case.id]}"
    return Reply(f"{about}\n没有收回。要撤销，请审核人发「撤销奖章 {case.number}」，要两个人。")


def _of_class(ask: Ask, said: Mapping[str, object]) -> Reply | None:
    squad, medal, name = award_names.squad_and_medal(ask, said)
    numbered = badges.of_squad(ask.db, squad.id) if squad else {}
    child = next((each for each, number in numbered.items() if f"{number}号" == name), None)
    if squad is None or child is None or medal not in badges.basics(ask.db, [child], [term_of(ask.today)])[child]:
        return None
    order = f"{medals.label(medal)} {squad.name} {name}"
    return Reply(f"{order}：是按班级记的，还没有收回。记错了，请发「收章 {order}」。", (Button("收章", "收章", order),))
