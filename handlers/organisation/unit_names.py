"""What a unit may be called: its name beside its neighbours', its other names."""

from handlers.asker import aliases
from handlers.kit import Ask, Refusal, Unit
from handlers.privacy import gate
from handlers.roster.units import grade_and_class
from storage.organisation import changes, units

_LONGEST, MOST_ALIASES = 80, 10


def check_alias(ask: Ask, one: Unit, name: str) -> None:
    """An alias that is another squad's name or class, or anybody's, would take check-ins that are not its own."""
    _check_words(name)
    if len(one.aliases) >= MOST_ALIASES or len(name) > _LONGEST:
        raise Refusal(f"别名最多 {MOST_ALIASES} 个，每个最多 {_LONGEST} 个字。")
    other = _owner(ask, one.parent_id, name, one)
    fault = f"是{other.name}的叫法" if other else aliases.fault(name, one.key, ask.today)
    if fault:
        raise Refusal(f"「{name}」{fault}，没有加。请换一个，像这样发：单位 别名 {one.name} 雷锋中队")


def _owner(ask: Ask, parent_id: int | None, name: str, one: Unit | None) -> Unit | None:
    """Who beside is called so already: in the same school, or where there is none below the same unit."""
    above = units.by_id(ask.db, parent_id) if parent_id else None
    school = above.school_id if above else None
    beside = (
        units.of_school(ask.db, school) if school else units.find(ask.db, name, [above.path if above else units.ALL])
    )
    grade, class_no = grade_and_class(name, ask.today)
    grade = grade or (above.grade if above else None)
    key = f"{grade}-{class_no}" if grade and class_no else ""
    return aliases.owner(name, key, (each for each in beside if one is None or each.id != one.id))


def _check_words(name: str) -> None:
    """Everybody reads what a unit is called."""
    if gate.is_private_unit(name):
        raise Refusal(f"「{gate.hidden(name)}」里好像有人的姓名或个人信息，没有改。{gate.HERO}")


def check_name(ask: Ask, parent_id: int | None, name: str, one: Unit | None = None) -> None:
    """Raises Refusal for a name that is too long, holds a person, or is a neighbour's."""
    if one is None or name != one.name:
        _check_words(name)
    if "/" in name or len(name) > _LONGEST:
        raise Refusal(f"单位的名字最多 {_LONGEST} 个字，里面不能有 /。")
    if changes.is_taken(ask.db, parent_id, name, one.id if one else 0):
        raise Refusal(f"那里已经有「{name}」了。")
    if other := _owner(ask, parent_id, name, one):
        raise Refusal(f"「{name}」是{other.name}的叫法，没有改。")
