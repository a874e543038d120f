"""三(2)中队报了谁: who stands there this term, whoever nominated them."""

from collections.abc import Mapping

from handlers import rights
from handlers.kit import Ask, Refusal, Reply
from handlers.medals.own import cases as own
from handlers.wording import places
from scheduling.periods import term_of
from storage.medals import nominations
from storage.medals.states import STANDING


def shown(ask: Ask, said: Mapping[str, object]) -> Reply:
    """The nominations of a squad; raises Refusal for a committee above, which has counts."""
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
    more = f"，最近的 {own.LISTED} 件" if len(standing) > own.LISTED else ""
    head = f"{unit.name}本学期提名的 {len(standing)} 件{more}"
    return own.listed(ask, standing[-own.LISTED :], head)
