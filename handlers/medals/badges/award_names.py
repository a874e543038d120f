"""Medals that were awarded, named by squad, medal and child instead of by the number of the case."""

import re
from collections.abc import Mapping, Sequence

from handlers.asker import context, levels
from handlers.kit import Ask, Person, Role, Unit
from handlers.wording import medals, places
from storage.medals import nominations
from storage.medals.states import DECIDED
from storage.organisation import units
from storage.people import people

_CLASS = re.compile(r"\d{1,2}-\d{1,2}")


def squad_and_medal(ask: Ask, said: Mapping[str, object]) -> tuple[Unit | None, str, str]:
    """(the squad, the medal, the child) of a message that takes a nomination back."""
    unit, medal, name = (str(said.get(key) or "") for key in ("unit", "medal", "name"))
    return _unit(ask, unit) if unit and medal else None, medal, name


def _unit(ask: Ask, key: str) -> Unit | None:
    """As whoever reports for it would mean it; else the one squad of whoever decides on medals there."""
    if (own := places.by_key(ask, key)) or not _CLASS.fullmatch(key):
        return own
    found = places.named(ask, places.scope(ask.me, levels.DECIDERS), places.squad_name(*map(int, key.split("-"))))
    if len(found) > 1:
        # 实验小学 三(2): of a district every school has one.
        schools = units.by_ids(ask.db, {each.school_id for each in found if each.school_id})
        called = {key for key, school in schools.items() if re.split("[(（]", school.name)[0] in ask.message.text}
        found = [each for each in found if each.school_id in called]
    return found[0] if len(found) == 1 else None


def case_of(ask: Ask, said: Mapping[str, object]) -> nominations.Case | None:
    """The one that the words name, awarded or on notice; None where it is none or several."""
    at, medal, name = squad_and_medal(ask, said)
    stand = nominations.of_unit(ask.db, at.id) if at else []
    stand = [case for case in stand if case.state in DECIDED and case.medal == medal]
    found = medals.of_nominee(ask, stand, name) if name else [case for case in stand if case.child_id is None]
    return found[0] if len(found) == 1 else None


def second_persons(ask: Ask, case: nominations.Case, able: Sequence[frozenset[Role]]) -> list[Person]:
    """Who else may agree to take it away: of those who are able, the first of whom there is somebody but the asker."""
    others: list[Person] = []
    for roles in able:
        found = people.above(ask.db, roles, case.unit, ask.now)
        others = others or [each for each in found if each.grants and each.id != ask.me.id]
    return others


def in_words(ask: Ask, reasons: Sequence[str]) -> tuple[str, str]:
    """(number, reason) of 三(2) 10号 立志章 评选有误; ("", "") where that is no one medal."""
    reason = next((each for each in reasons if each in ask.args), "")
    words = ask.args.replace(reason, " ") if reason else ask.args
    case = case_of(ask, context.reading_of(ask, f"撤回提名 {words}").cancel or {})
    return (case.number, reason) if case else ("", "")
