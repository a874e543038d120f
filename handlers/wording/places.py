"""How a unit is written, and the unit that words or the reader's key mean."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from handlers.asker import other_schools
from handlers.asker.schools import meant_school, own_schools, school_ids, school_of
from handlers.kit import REPORTERS, Ask, Button, Denied, Person, Refusal, Role, Unit
from storage.messages import chats
from storage.organisation import history, unit_groups, units

_TWO = re.compile(r"(\S+)\s+(\S+)")
_SQUAD = re.compile(
    r"([一二三四五六七八九]|[1-9])(?:年级?|[-.]|0(?=[1-9]))?\(?(\d{1,2}|[一二三四五六七八九十])\)?(?:中队|班)?"
)
# 按片区: each group of a set.
_EACH = "按"
_ALL = frozenset({"全部", "所有", "全部的", "所有的", "全部单位", "所有单位"})
_PROGRAMS = re.compile(r" \S*\d{4}\S*")
_DIGITS = "零一二三四五六七八九十"
_SIDES = {"站": "辅导站", "社区": "社区"}
_GRADES = "零一二三四五六七八九"


def in_doubt(ask: Ask, keys: Iterable[str]) -> list[Unit]:
    """The schools that one of these units (`3-2`, `ALL`) may be of, when nobody can tell; empty when it is clear."""
    ids = school_ids(ask.person)
    if len(ids) < 2 or meant_school(ask, ids) is not None:
        return []
    found = next((several for key in keys if len(several := _candidates(ask, key)) > 1), [])
    return [units.by_id(ask.db, each.school_id) for each in found if each.school_id]


def _candidates(ask: Ask, key: str) -> list[Unit]:
    """What a key may mean in the asker's schools; where the asker reports goes first."""
    found = []
    for id in school_ids(ask.person):
        school = school_of(ask, id)
        one = school.units.get(key.partition("#")[0]) or school.grade_units.get(key)
        one = units.by_id(ask.db, id) if key == "ALL" else one
        found += [one] if one else []
    own = [one for one in found if any(one.path.startswith(path) for path in ask.me.paths(REPORTERS))]
    return own or found


def own_squad(person: Person) -> Unit | None:
    """The one squad that somebody reports for; None of none or several."""
    squads = [unit for unit in person.units(REPORTERS) if unit.key]
    return squads[0] if len(squads) == 1 else None


def by_key(ask: Ask, key: str) -> Unit | None:
    """The unit that the reader means by `3-2`, `G3`, `ALL`, `社区:瑞景` …, as the asker would; None if unknown.

    Raises Refusal when it may be of several schools and the asker has not said which, Denied when the message
    names another school.
    """
    other_schools.check(ask)
    found = _candidates(ask, key)
    if len(found) > 1:
        meant = meant_school(ask, school_ids(ask.person))
        of_meant = [one for one in found if one.school_id == meant]
        if not of_meant:
            buttons = [Button(each.name, "我的", f"学校 {each.name}") for each in own_schools(ask)]
            raise Refusal("您在几所学校任职，没有做。请先说是哪一所，再发一次：", *buttons)
        return of_meant[0]
    if found:
        return found[0]
    _, _, name = key.partition(":")
    return next((unit for unit in ask.me.units() if name and unit.name.startswith(name)), None)


def scope(person: Person, roles: Iterable[Role]) -> list[Unit]:
    """The units for which one of these roles is held, topmost first, without those inside another of them."""
    top: list[Unit] = []
    for each in person.units(roles):
        if not any(above.covers(each) for above in top):
            top.append(each)
    return top


def title(ask: Ask, at: Sequence[Unit]) -> str:
    """What they are called together: 实验小学等 3 个单位."""
    return units.full_name(ask.db, at[0]) + (f"等 {len(at)} 个单位" if len(at) > 1 else "")


def chosen(ask: Ask, roles: Iterable[Role], words: str, word: str, args: str = "{}") -> list[Unit]:
    """
    The asker's units, or the one below them that `words` name: 实验小学, 实验小学 三(2), 青禾区/实验小学/三(2)中队.

    全部 is all of the asker's where that may be said. Raises Refusal when there is none or more than one; its buttons
    call the command `word` with the unit where `args` has {}.
    """
    top = scope(ask.me, roles)
    open_ended = args.endswith("{}")
    if not words or (open_ended and words in _ALL):
        return _of_group(ask, top) or top
    found = named(ask, top, words)
    if not found and (two := _TWO.fullmatch(words)):
        # 三(2)中队 实验小学.
        found = named(ask, top, f"{two[2]} {two[1]}")
    if not found:
        all_of_it = Button("全部", word, args.replace("{}", "").strip() if open_ended else "")
        # What is left when the rest of the words is taken off may be a name: 催 小明月方案.
        ask.door.hear(words)
        # A period is on the button as programs write it; without it the words would ask for another one.
        typed = all_of_it.label if _PROGRAMS.search(all_of_it.typed) else all_of_it.typed
        none = f"您负责的范围里没有「{words}」。要全部的，直接发「{typed}」。"
        # Whether there is such a unit elsewhere is not looked up: asking for it counts as asking.
        raise Denied(none, all_of_it, what=word)
    if len(found) > 1:
        names = history.path_names(ask.db, found[:5])
        buttons = [
            Button(units.full_name(ask.db, each), word, args.replace("{}", names[each.id])) for each in found[:5]
        ]
        listed = "、".join(button.label for button in buttons)
        raise Refusal(f"有 {len(found)} 个单位叫「{words}」：{listed}。请点一个，或写上学校。", *buttons)
    return found


@dataclass(frozen=True, slots=True)
class Group:
    """A group with the units of it that the asker may see."""

    name: str
    units: Sequence[Unit]

    @property
    def paths(self) -> list[str]:
        """The subtrees that it adds up."""
        return [unit.path for unit in self.units]


def is_each(words: str) -> bool:
    """Whether the words ask for each group of a set: 按片区."""
    return words.startswith(_EACH)


def groups_in(ask: Ask, roles: Iterable[Role], words: str) -> list[Group]:
    """The group that the words name, or all groups of a set; empty when they name none."""
    if not words:
        return []
    top = [unit.path for unit in scope(ask.me, roles)]
    found = unit_groups.below(ask.db, top)
    wanted: Mapping[str, Sequence[int]]
    if is_each(words):
        wanted = found.get(words.removeprefix(_EACH).strip(), {})
    else:
        wanted = next(({words: found[of][words]} for of in found if words in found[of]), {})
    return [Group(name, [units.by_id(ask.db, id) for id in ids]) for name, ids in wanted.items()]


def chosen_or_group(ask: Ask, roles: frozenset[Role], words: str, word: str, args: str = "{}") -> list[Unit]:
    """The units of the one group that the words name, else as `chosen`; raises Refusal."""
    found = groups_in(ask, roles, words)
    if len(found) == 1:
        return list(found[0].units)
    at = chosen(ask, roles, words, word, args)
    # A 协作组 is its own people and the schools that are put together under its name.
    more = (each for group in at if group.kind == units.Kind.GROUP for each in unit_groups.members(ask.db, group))
    return [*at, *(each for each in more if not any(one.covers(each) for one in at))]


def _of_group(ask: Ask, top: list[Unit]) -> list[Unit]:
    """In a group it is about the unit of the group or topic, as far as that is the asker's."""
    message = ask.message
    group = None if message.private else chats.group(ask.db, message.channel, message.chat, message.topic)
    unit = units.by_id(ask.db, group.unit_id) if group else None
    return [unit] if unit and any(each.covers(unit) for each in top) else []


def named(ask: Ask, top: list[Unit], words: str) -> list[Unit]:
    """The units at or below `top` that these words may mean."""
    words = unicodedata.normalize("NFKC", words)
    found = _named(ask, top, [part for part in re.split(r"[/ ]+", words) if part])
    # 三 (2) 中队 is one name, not three.
    return found or (_named(ask, top, ["".join(words.split())]) if " " in words.strip() else [])


def _named(ask: Ask, top: list[Unit], parts: list[str]) -> list[Unit]:
    """Narrow down by one part of the name after the other; the names above a unit of the asker may lead to that one."""
    above = {id: path.split("/") for id, path in history.path_names(ask.db, top).items()}
    found = top
    for place, part in enumerate(parts):
        inside = _find(ask, part, [each.path for each in found])
        own = [each for each in inside if each in top and each.name == part]
        led = [] if place == len(parts) - 1 else [each for each in found if part in above.get(each.id, ())]
        found = own or inside or led or _joined(ask, found, part)
    return found


def _joined(ask: Ask, inside: list[Unit], word: str) -> list[Unit]:
    """A school and its squad written without a space, as the lists of missing squads do."""
    begun = units.beginning(ask.db, word, [each.path for each in inside])
    for cut in range(len(word) - 1, 1, -1):
        schools = [each for each in begun if each.name == word[:cut]] or [
            each for each in begun if _is_school(each) and each.name.startswith(word[:cut])
        ]
        if schools:
            return _find(ask, word[cut:], [each.path for each in schools])
    return []


def _is_school(unit: Unit) -> bool:
    return unit.school_id == unit.id


def _find(ask: Ask, word: str, paths: list[str]) -> list[Unit]:
    """By name, else a squad as people write it: 三2, 301班, 三年级(2)班."""
    found = units.find(ask.db, word, paths)
    match = None if found else _SQUAD.fullmatch(word)
    if match is None:
        return found
    grade, class_no = (int(each) if each.isdigit() else _DIGITS.index(each) for each in match.groups())
    return [
        each for each in units.find(ask.db, squad_name(grade, class_no), paths) if each.key == f"{grade}-{class_no}"
    ]


def squad_name(grade: int, class_no: int) -> str:
    """三(2)中队."""
    return f"{_GRADES[grade]}({class_no})中队" if grade < len(_GRADES) else f"{grade}({class_no})中队"


def key_name(key: str) -> str:
    """The reader's unit as people write it: `3-2` → 三(2)中队, `G3` → 三年级, `ALL` → 全校."""
    if key == "ALL":
        return "全校"
    if key.startswith("G") and key[1:].isdigit():
        return f"{_GRADES[int(key[1:])]}年级"
    grade, dash, class_no = key.partition("#")[0].partition("-")
    if dash and grade.isdigit() and class_no.isdigit():
        return squad_name(int(grade), int(class_no))
    side, _, name = key.partition(":")
    return name + _SIDES.get(side, "") if name else key
