"""What the reader is told about the asker's place: squads, aliases, own squad."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from handlers.kit import REPORTERS, Ask, Button, Denied, Person, Refusal, Unit
from handlers.reading import Context
from storage.organisation import units
from storage.organisation.units import Kind

# How the reader marks them, and the ending that it leaves out.
_SIDE = {
    Kind.COMMUNITY: ("社区", "社区"), Kind.STATION: ("站", "辅导站"),
    **dict.fromkeys((Kind.BAND, Kind.BASE, Kind.STUDIO, Kind.OTHER), ("团", "")),
}  # fmt: skip
# 育红小学三(2)中队, at the start of a message or after its command.
_SCHOOL_AHEAD = re.compile(
    r"(?:^|[\s:：])(?:签到|提名|更正|撤回)?([\u4e00-\u9fff]{2,20}(?:小学|中学|学校))(?:\(演示\))?\s?"
    r"(?=[一二三四五六七八九\d]{1,4}\s?(?:[((年.-]|中队|班))"
)
_HELD_TOGETHER = ("联合", "共同", "一起", "结对", "手拉手")


@dataclass(frozen=True, slots=True)
class School:
    """A school's active units as the reader names them; `names` are those of the school."""

    units: dict[str, Unit]
    grade_units: dict[str, Unit]
    aliases: dict[str, str]
    sizes: dict[str, int]
    grades: tuple[int, int]
    classes: int
    names: tuple[str, ...] = ()


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
    own = next((unit for unit in found if unit.id == unit.school_id), None)
    return School(squads, grade_units, aliases, sizes, (min(grades), max(grades)), classes, _names(own) if own else ())


def context_of(ask: Ask) -> Context:
    """The reader's context for this asker; of somebody without a school it knows only the day."""
    person = ask.person
    ids = _school_ids(person)
    if person is None or not ids:
        return _with_side_units(Context(received=ask.today), person)
    meant = _meant_school(ask, ids)
    # What the schools say differently goes by the one that is meant, which comes last.
    schools = [school_of(ask, id) for id in sorted(ids, key=lambda id: id == meant)]
    context = Context(
        received=ask.today,
        grades=(min(each.grades[0] for each in schools), max(each.grades[1] for each in schools)),
        classes=max(each.classes for each in schools),
        aliases={alias: key for each in schools for alias, key in each.aliases.items()},
        units=frozenset(key for each in schools for key in each.units),
        roster_size={key: size for each in schools for key, size in each.sizes.items()},
        bound_unit=_own_key(person),
    )
    return _with_side_units(context, person)


def _school_ids(person: Person | None) -> list[int]:
    """The schools for which somebody reports."""
    at = person.units(REPORTERS) if person else []
    return list(dict.fromkeys(unit.school_id for unit in at if unit.school_id))


def _meant_school(ask: Ask, ids: list[int]) -> int | None:
    """The only one, the one that the message names, or the one that was chosen; None when nobody can tell."""
    if len(ids) == 1:
        return ids[0]
    said = [(len(name), id) for id in ids for name in school_of(ask, id).names if name in ask.message.text]
    chosen = ask.person.school_id if ask.person and ask.person.school_id in ids else None
    return max(said)[1] if said else chosen


def in_doubt(ask: Ask, keys: Iterable[str]) -> list[Unit]:
    """The schools that one of these units (`3-2`, `ALL`) may be of, when nobody can tell; empty when it is clear."""
    ids = _school_ids(ask.person)
    if len(ids) < 2 or _meant_school(ask, ids) is not None:
        return []
    found = next((several for key in keys if len(several := _candidates(ask, key)) > 1), [])
    return [units.by_id(ask.db, each.school_id) for each in found if each.school_id]


def chosen_school(ask: Ask, words: str) -> Unit | None:
    """The one of the asker's schools that these words name."""
    names = {id: school_of(ask, id).names for id in _school_ids(ask.person)}
    exact = [id for id in names if words in names[id]]
    fitting = exact or [id for id in names if words and any(words in name for name in names[id])]
    return units.by_id(ask.db, fitting[0]) if len(fitting) == 1 else None


def has_several_schools(ask: Ask) -> bool:
    """Whether the asker reports for more than one school, so that a squad is not clear without it."""
    return len(_school_ids(ask.person)) > 1


def own_schools(ask: Ask) -> list[Unit]:
    """The schools for which the asker reports."""
    return [units.by_id(ask.db, id) for id in _school_ids(ask.person)]


def _candidates(ask: Ask, key: str) -> list[Unit]:
    """What a key may mean in the asker's schools; where the asker reports goes first."""
    found = []
    for id in _school_ids(ask.person):
        school = school_of(ask, id)
        one = school.units.get(key.partition("#")[0]) or school.grade_units.get(key)
        one = units.by_id(ask.db, id) if key == "ALL" else one
        found += [one] if one else []
    own = [one for one in found if any(one.path.startswith(path) for path in ask.me.paths(REPORTERS))]
    return own or found


def _own_key(person: Person) -> str | None:
    """What the reader calls the squad when none is named: 3-2, even of two schools."""
    keys = {unit.key for unit in person.units(REPORTERS) if unit.key}
    return keys.pop() if len(keys) == 1 else None


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
        teams=tuple(unit.name for unit in at if _SIDE[Kind(unit.kind)][0] == "团"),
    )


def _own_side_unit(at: list[Unit]) -> str | None:
    if len(at) != 1:
        return None
    mark, ending = _SIDE[Kind(at[0].kind)]
    return f"{mark}:{at[0].name.removesuffix(ending)}"


def unit_named(ask: Ask, key: str) -> Unit | None:
    """The unit that the reader means by `3-2`, `G3`, `ALL`, `社区:瑞景` …, as the asker would; None if unknown.

    Raises Refusal when it may be of several schools and the asker has not said which, Denied when the message
    names another school.
    """
    _check_school(ask)
    found = _candidates(ask, key)
    if len(found) > 1:
        meant = _meant_school(ask, _school_ids(ask.person))
        of_meant = [one for one in found if one.school_id == meant]
        if not of_meant:
            buttons = [Button(each.name, f"我的 学校 {each.name}") for each in own_schools(ask)]
            raise Refusal("您在几所学校任职,没有做。请先说是哪一所,再发一次:", *buttons)
        return of_meant[0]
    if found:
        return found[0]
    _, _, name = key.partition(":")
    return next((unit for unit in ask.me.units() if name and unit.name.startswith(name)), None)


def _check_school(ask: Ask) -> None:
    """育红小学三(2)中队 is not one's own 三(2)中队; only the schools beside one's own are looked up."""
    text = ask.message.text
    found = _SCHOOL_AHEAD.search(text)
    own = own_schools(ask) if found else []
    if not found or not own or any(word in text for word in _HELD_TOGETHER):
        return
    said = found[1]
    beside = [units.by_id(ask.db, one.parent_id).path for one in own if one.parent_id]
    named = [one for one in units.find(ask.db, said, beside) if one.kind == Kind.SCHOOL and said in _names(one)]
    if named and not any(said in _names(one) for one in own):
        words = f"{named[0].name}不在您负责的范围,没有记录。请核对学校和中队,或请那里的老师来报。"
        raise Denied(words, what="签到", subject=f"unit:{named[0].id}")


def _names(school: Unit) -> tuple[str, ...]:
    return (school.name, school.name.partition("(")[0], *school.aliases)
