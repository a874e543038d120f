"""What the reader is told about the asker's place: squads, aliases, own squad."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from handlers.kit import REPORTERS, Ask, Person, Unit
from handlers.reading import Context
from storage import units
from storage.units import Kind

# How the reader marks them, and the ending that it leaves out.
_SIDE = {Kind.COMMUNITY: ("社区", "社区"), Kind.STATION: ("站", "辅导站"), Kind.BAND: ("团", "")}


@dataclass(frozen=True, slots=True)
class School:
    """A school's active units as the reader names them."""

    units: dict[str, Unit]
    grade_units: dict[str, Unit]
    aliases: dict[str, str]
    sizes: dict[str, int]
    grades: tuple[int, int]
    classes: int


def school_of(ask: Ask, school_id: int) -> School:
    """The school's squads by key (`3-2`); kept beside the connection until the tree changes."""
    kept = ask.db.info.setdefault("schools", {})
    if kept.get("tree") != ask.tree:
        kept.clear()
        kept["tree"] = ask.tree
    if school_id not in kept:
        kept[school_id] = _school(units.of_school(ask.db, school_id))
    found: School = kept[school_id]
    return found


def _school(found: Sequence[Unit]) -> School:
    squads = {unit.key: unit for unit in found if unit.key}
    grade_units = {f"G{unit.grade}": unit for unit in found if unit.kind == Kind.GRADE}
    grades = [unit.grade for unit in squads.values() if unit.grade] or [1, 6]
    classes = max((unit.class_no or 0 for unit in squads.values()), default=8)
    aliases = {alias: key for key, unit in squads.items() for alias in unit.aliases}
    sizes = {key: unit.members for key, unit in squads.items() if unit.members}
    return School(squads, grade_units, aliases, sizes, (min(grades), max(grades)), classes)


def context_of(ask: Ask) -> Context:
    """The reader's context for this asker; of somebody without a school it knows only the day."""
    person = ask.person
    school_id = _school_id(person)
    if person is None or school_id is None:
        return _with_side_units(Context(received=ask.today), person)
    school = school_of(ask, school_id)
    context = Context(
        received=ask.today,
        grades=school.grades,
        classes=school.classes,
        aliases=school.aliases,
        units=frozenset(school.units),
        roster_size=school.sizes,
        bound_unit=own.key if (own := own_squad(person)) else None,
    )
    return _with_side_units(context, person)


def _school_id(person: Person | None) -> int | None:
    at = person.units(REPORTERS) if person else []
    return next((unit.school_id for unit in at if unit.school_id), None)


def own_squad(person: Person) -> Unit | None:
    """The one squad that somebody reports for; None of none or several."""
    squads = [unit for unit in person.units(REPORTERS) if unit.key]
    return squads[0] if len(squads) == 1 else None


def _with_side_units(context: Context, person: Person | None) -> Context:
    at = [unit for unit in (person.units() if person else []) if unit.kind in _SIDE]
    if not at:
        return context
    return replace(
        context,
        bound_unit=context.bound_unit or _own_side_unit(at),
        communities=tuple(unit.name.removesuffix("社区") for unit in at if unit.kind == Kind.COMMUNITY),
        stations=tuple(unit.name.removesuffix("辅导站") for unit in at if unit.kind == Kind.STATION),
        teams=tuple(unit.name for unit in at if unit.kind == Kind.BAND),
    )


def _own_side_unit(at: list[Unit]) -> str | None:
    if len(at) != 1:
        return None
    mark, ending = _SIDE[Kind(at[0].kind)]
    return f"{mark}:{at[0].name.removesuffix(ending)}"


def unit_named(ask: Ask, key: str) -> Unit | None:
    """The unit that the reader means by `3-2`, `G3`, `ALL`, `社区:瑞景` …, as the asker would; None if unknown."""
    school_id = _school_id(ask.person)
    if school_id is not None:
        if key == "ALL":
            return units.by_id(ask.db, school_id)
        school = school_of(ask, school_id)
        found = school.units.get(key.partition("#")[0]) or school.grade_units.get(key)
        if found:
            return found
    _, _, name = key.partition(":")
    return next((unit for unit in ask.me.units() if name and unit.name.startswith(name)), None)
