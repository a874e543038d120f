"""What a unit may be called: its name beside its neighbours', its other names."""

from handlers.kit import Ask, Refusal, Unit
from handlers.privacy import gate
from handlers.roster.units import grade_and_class
from storage.organisation import changes, units

_LONGEST, MOST_ALIASES = 80, 10


def check_alias(ask: Ask, one: Unit, name: str) -> None:
    """An alias that is another squad's name or class would take its check-ins."""
    grade, class_no = grade_and_class(name, ask.today)
    for each in units.of_school(ask.db, one.school_id) if one.school_id else []:
        same_class = grade and class_no and (each.grade, each.class_no) == (grade, class_no)
        if each.id != one.id and (same_class or name in (each.name, *each.aliases)):
            raise Refusal(f"「{name}」是{each.name}的叫法,没有加。请换一个,像这样发:单位 别名 {one.name} 雷锋中队")


def check_words(name: str) -> None:
    """Everybody reads what a unit is called."""
    if gate.found_in(name):
        raise Refusal(f"「{gate.hidden(name)}」里好像有人的姓名或个人信息,没有改。{gate.HERO}")


def check_name(ask: Ask, parent_id: int | None, name: str, one: Unit | None = None) -> None:
    """Raises Refusal for a name that is too long, holds a person, or is a neighbour's."""
    if one is None or name != one.name:
        check_words(name)
    if "/" in name or len(name) > _LONGEST:
        raise Refusal(f"单位的名字最多 {_LONGEST} 个字,里面不能有 /。")
    if changes.is_taken(ask.db, parent_id, name, one.id if one else 0):
        raise Refusal(f"那里已经有「{name}」了。")
