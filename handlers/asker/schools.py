"""The schools of the asker: their squads as the reader names them, and which one is meant."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from handlers.asker.aliases import fault
from handlers.kit import REPORTERS, Ask, Person, Unit
from storage.checkins import checkins
from storage.medals import special_badges
from storage.organisation import units
from storage.organisation.units import Kind

# A term: what was longer ago was another class.
_HISTORY = timedelta(weeks=20)
_NO_BRACKETS = dict.fromkeys(map(ord, "()（）"))
_KIND = re.compile(r"(?<=..)(?:小学|学校)$")


@dataclass(frozen=True, slots=True)
class School:
    """A school's active units as the reader names them; `names` are those of the school.

    `history`: how many were there each time in the weeks before this one, by squad, the latest last. `badges` are the
    special ones that its children can have.
    """

    units: dict[str, Unit]
    grade_units: dict[str, Unit]
    aliases: dict[str, str]
    sizes: dict[str, int]
    grades: tuple[int, int]
    classes: int
    names: tuple[str, ...] = ()
    keys: frozenset[str] = frozenset()
    history: Mapping[str, Sequence[int]] = field(default_factory=dict)
    badges: tuple[str, ...] = ()
    # The aliases, and its 大队 by each of its names.
    called: Mapping[str, str] = field(default_factory=dict)


def school_of(ask: Ask, school_id: int) -> School:
    """The school's squads by key (`3-2`); kept beside the connection until the tree changes or a week begins."""
    kept = ask.db.info.setdefault("schools", {})
    monday = ask.today - timedelta(days=ask.today.weekday())
    if kept.get("as of") != (ask.tree, monday):
        kept.clear()
        kept["as of"] = ask.tree, monday
    if school_id not in kept:
        school = _school(units.of_school(ask.db, school_id), ask.today)
        came = checkins.heads(ask.db, [unit.id for unit in school.units.values()], monday - _HISTORY, monday)
        history = {key: came[unit.id] for key, unit in school.units.items() if unit.id in came}
        badges = special_badges.usable(ask.db, units.by_id(ask.db, school_id).path)
        kept[school_id] = replace(school, history=history, badges=tuple(badges))
    found: School = kept[school_id]
    return found


def _school(found: Sequence[Unit], today: date) -> School:
    """Of two that claim one class or name the older is meant: nothing that is added later takes its reports."""
    oldest = sorted(found, key=lambda unit: unit.id)
    squads = {unit.key: unit for unit in reversed(oldest) if unit.key}
    grade_units = {f"G{unit.grade}": unit for unit in found if unit.kind == Kind.GRADE}
    grades = [unit.grade for unit in squads.values() if unit.grade] or [1, 6]
    classes = max((unit.class_no or 0 for unit in squads.values()), default=8)
    others = {alias: unit.key for unit in reversed(oldest) if unit.key for alias in unit.aliases}
    aliases = {alias: key for alias, key in others.items() if not fault(alias, key, today)}
    sizes = {key: unit.members for key, unit in squads.items() if unit.members}
    own = next((unit for unit in found if unit.id == unit.school_id), None)
    names = names_of(own) if own else ()
    whole = {f"{name}大队": "ALL" for each in names for name in (each, f"{each}少先队")}
    return School(
        squads, grade_units, aliases, sizes, (min(grades), max(grades)), classes, names, frozenset(squads),
        called=aliases | whole,
    )  # fmt: skip


def together(schools: Sequence[School]) -> School:
    """What several schools say, as one says it; what they say differently goes by the last."""
    aliases = {alias: key for each in schools for alias, key in each.aliases.items()}
    return School(
        {key: unit for each in schools for key, unit in each.units.items()},
        {key: unit for each in schools for key, unit in each.grade_units.items()},
        aliases,
        {key: size for each in schools for key, size in each.sizes.items()},
        (min(each.grades[0] for each in schools), max(each.grades[1] for each in schools)),
        max(each.classes for each in schools),
        keys=frozenset(key for each in schools for key in each.units),
        history={key: came for each in schools for key, came in each.history.items()},
        called=aliases,
    )


def school_ids(person: Person | None) -> list[int]:
    """The schools for which somebody reports."""
    at = person.units(REPORTERS) if person else []
    return list(dict.fromkeys(unit.school_id for unit in at if unit.school_id))


def meant_school(ask: Ask, ids: list[int]) -> int | None:
    """The only one, the one that the message names, or the one that was chosen; None when nobody can tell."""
    if len(ids) == 1:
        return ids[0]
    text = without_brackets(ask.message.text)
    said = [(len(name), id) for id in ids for name in map(without_brackets, school_of(ask, id).names) if name in text]
    chosen = ask.person.school_id if ask.person and ask.person.school_id in ids else None
    return max(said)[1] if said else chosen


def chosen_school(ask: Ask, words: str) -> Unit | None:
    """The one of the asker's schools that these words name."""
    names = {id: school_of(ask, id).names for id in school_ids(ask.person)}
    exact = [id for id in names if words in names[id]]
    fitting = exact or [id for id in names if words and any(words in name for name in names[id])]
    return units.by_id(ask.db, fitting[0]) if len(fitting) == 1 else None


def has_several_schools(ask: Ask) -> bool:
    """Whether the asker reports for more than one school, so that a squad is not clear without it."""
    return len(school_ids(ask.person)) > 1


def own_schools(ask: Ask) -> list[Unit]:
    """The schools for which the asker reports."""
    return [units.by_id(ask.db, id) for id in school_ids(ask.person)]


def names_of(school: Unit) -> tuple[str, ...]:
    """What a school is called: its name, the same without what stands in brackets or without them, its aliases."""
    return (school.name, school.name.partition("(")[0], without_brackets(school.name), *school.aliases)


def without_brackets(words: str) -> str:
    """实验小学(白云校区) -> 实验小学白云校区."""
    return words.translate(_NO_BRACKETS)


def is_called(school: Unit, said: str) -> bool:
    """Whether these words are its name, with its kind (育红小学) or without."""
    return not {said, f"{said}小学", f"{said}学校"}.isdisjoint(names_of(school))


def school_called(ask: Ask, said: str) -> Unit | None:
    """The school, anywhere, that these words are the name of; all names are kept until the tree changes."""
    kept = ask.db.info.get("called")
    if kept is None or kept[0] != ask.tree:
        found = units.schools(ask.db, [units.ALL])
        kept = ask.db.info["called"] = ask.tree, {name: one for one in reversed(found) for name in _said_of(one)}
    names: Mapping[str, Unit] = kept[1]
    return names.get(said)


def _said_of(school: Unit) -> Iterator[str]:
    """Its names, and the same without the kind: 育红小学, 育红."""
    for name in names_of(school):
        yield name
        if (short := _KIND.sub("", name)) != name:
            yield short
