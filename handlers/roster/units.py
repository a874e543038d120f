"""Which units of a roster file are new, and which change."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import lru_cache

from handlers import rights
from handlers.asker import aliases
from handlers.kit import Person
from handlers.privacy import gate
from handlers.reading import Context
from handlers.reading.text.units import find_units
from handlers.roster import years
from handlers.roster.kinds import may_stand_below
from handlers.roster.sheet import Sheet
from scheduling.periods import school_year
from storage.organisation.units import Kind
from storage.roster import roster

_WITHIN_A_SCHOOL, _EXAMPLE = {Kind.GRADE, Kind.SQUAD, Kind.TEAM}, ("青禾区少工委", "实验小学")
_GRADES, _CLASSES = (1, 9), 20
_WORDS = {
    "kind": "类型",
    "grade": "年级",
    "class_no": "班级",
    "members": "应到人数",
    "aliases": "别名",
    "active": "启用",
    "entry_year": "入学年",
}
# What a digest shows: after a change earlier weeks keep it as it was.
_KEPT = ("kind", "grade", "class_no", "active")
_Numbers = tuple[int | None, int | None]


@lru_cache(maxsize=4096)
def grade_and_class(name: str, today: date) -> _Numbers:
    """What a name says, read as check-ins are: 三(2)班 and 302班 are (3, 2), 三年级 is (3, None), 2班 is (None, 2)."""
    hits, _ = find_units(name, Context(today, grades=_GRADES, classes=_CLASSES))
    if len(hits) != 1 or (hits[0].start, hits[0].end) != (0, len(name)) or hits[0].issue or not hits[0].unit:
        return None, None
    kind, key = hits[0].kind, hits[0].unit
    if kind == "class" and "#" not in key:
        grade, _, number = key.partition("-")
        return int(grade), int(number)
    if kind == "grade":
        return int(key[1:]), None
    return (None, int(key)) if kind == "part" else (None, None)


@dataclass(slots=True)
class _Entry:
    """All rows of one unit together; `number` is that of the first."""

    number: int
    kind: Kind | None = None
    members: int | None = None
    aliases: tuple[str, ...] = ()


class Units:
    """
    The units as they will be; `refs` leads from names to ids, negative ones for new units.

    `paths` are those of the stored units, of a new one that of the unit above it.
    """

    def __init__(self, sheet: Sheet, state: roster.State, today: date, importer: Person | None = None) -> None:
        """`importer`: who may change nothing outside their own units; None: the operator."""
        self.refs: dict[roster.Names, int] = {path: stored.id for path, stored in state.units.items()}
        self.facts: dict[int, roster.Facts] = {stored.id: stored.facts for stored in state.units.values()}
        self.paths: dict[int, str] = {stored.id: stored.path for stored in state.units.values()}
        self._scope = None if importer is None else tuple(importer.paths(rights.GIVERS))
        self._schools = {stored.id: stored.school_id for stored in state.units.values()}
        self._new: dict[int, tuple[int | None, roster.Names]] = {}
        self._notes, self._today, self._state = sheet.notes, today, state
        self._grades: dict[int | None, set[int]] = {}
        # 三(2)班 is 三(2)中队: beside each other a grade and class are there only once.
        self._squads: dict[tuple[int | None, int, int], roster.Names] = {}
        for path, stored in state.units.items():
            self._note_squad(stored.id, path, stored.parent_id)
        self._entries = _gather(sheet)
        for path in sorted(self._entries, key=len):
            self._place(path, self._entries[path])
        self._check_aliases()
        self._date_classes()
        self._warn_of_old_names()

    @property
    def new(self) -> Iterable[roster.NewUnit]:
        """The units to add, parents first."""
        return (roster.NewUnit(ref, up, path[-1], self.facts[ref], len(path)) for ref, (up, path) in self._new.items())

    @property
    def changed(self) -> Iterable[tuple[int, roster.Facts, bool, str]]:
        """Of stored units that change: id, the new facts, whether what was is to be kept, and the change in words."""
        for stored in self._state.units.values():
            was, now = stored.facts, self.facts[stored.id]
            if now != was:
                kept = any(getattr(was, name) != getattr(now, name) for name in _KEPT)
                yield stored.id, now, kept, f"{stored.name} {_difference(was, now)}"

    def covers(self, ref: int) -> bool:
        """Whether the importer may change this unit."""
        return self._scope is None or self.paths[ref].startswith(self._scope)

    def _note_squad(self, ref: int, path: roster.Names, parent: int | None) -> None:
        facts = self.facts[ref]
        if facts.kind == Kind.SQUAD and facts.grade:
            self._grades.setdefault(self._schools[ref], set()).add(facts.grade)
        if facts.kind == Kind.SQUAD and facts.grade and facts.class_no and facts.active:
            self._squads.setdefault((parent, facts.grade, facts.class_no), path)

    def _place(self, path: roster.Names, entry: _Entry) -> None:
        parent = self.refs.get(path[:-1])
        if len(path) > 1 and parent is None:
            # A parent with a row of its own has been complained of there.
            if path[:-1] not in self._entries and path[:-1] not in self._notes.broken:
                self._notes.problem(entry.number, f"没有上级单位「{'/'.join(path[:-1])}」，{self._cure(path[:-1])}")
            return
        ref = self.refs.get(path)
        kind = entry.kind or (Kind(self.facts[ref].kind) if ref else None)
        numbers = self._numbers(path[-1], kind, parent)
        if ref is not None and self._is_another(ref, numbers[0]):
            ref = None
        if ref is None and kind in (Kind.SQUAD, None):
            ref = self._twin(path, entry, parent, numbers)
        if ref is None:
            self._add(path, entry, parent, kind, numbers)
        else:
            self._change(ref, path, entry, _merged(self.facts[ref], entry, numbers))

    def _cure(self, above: roster.Names) -> str:
        """What to write for a unit that is not there under this name: its whole path, where one alone ends so."""
        every = {*self.refs, *self._entries}
        ends = [path for path in every if path != above and path[-len(above) :] == above]
        return f"要写全：{'/'.join(ends[0])}/…" if len(ends) == 1 else "请给它加一行"

    def _change(self, ref: int, path: roster.Names, entry: _Entry, facts: roster.Facts) -> None:
        if facts != self.facts[ref] and not self.covers(ref):
            self._outside(path, entry)
            return
        self.facts[ref] = facts

    def _outside(self, path: roster.Names, entry: _Entry) -> None:
        self._notes.problem(entry.number, f"「{'/'.join(path)}」不在您负责的范围")
        self._notes.broken.add(path)

    def _numbers(self, name: str, kind: Kind | None, parent: int | None) -> _Numbers:
        if kind not in (Kind.SQUAD, Kind.GRADE, None):
            return None, None
        grade, class_no = grade_and_class(name, self._today)
        if class_no and grade is None and parent:
            # 2班 of 三年级.
            grade = self.facts[parent].grade
        return grade, class_no if kind != Kind.GRADE else None

    def _is_another(self, ref: int, grade: int | None) -> bool:
        """Whether the class that had this name was closed and is not the one that has it this year."""
        facts = self.facts[ref]
        if facts.active or facts.kind != Kind.SQUAD or not facts.entry_year or not grade:
            return False
        return facts.entry_year != self._entry_year(self._schools[ref], grade)

    def _entry_year(self, school: int | None, grade: int) -> int:
        return years.entry_year(school_year(self._today), grade, self._grades.get(school, ()))

    def _twin(self, path: roster.Names, entry: _Entry, parent: int | None, numbers: _Numbers) -> int | None:
        same = self._squads.get((parent, numbers[0] or 0, numbers[1] or 0))
        if same is None:
            return None
        self._notes.warn(entry.number, f"「{path[-1]}」就是「{same[-1]}」，按同一个中队处理")
        self.refs[path] = self.refs[same]
        return self.refs[path]

    def _add(self, path: roster.Names, entry: _Entry, parent: int | None, kind: Kind | None, numbers: _Numbers) -> None:
        if kind is None:
            self._notes.problem(entry.number, f"「{path[-1]}」是新单位，请写上「类型」")
            return
        if len(path) == 1 and kind in _WITHIN_A_SCHOOL:
            schools = [each for each, ref in self.refs.items() if self.facts[ref].kind == Kind.SCHOOL]
            above = "/".join(schools[0] if schools else _EXAMPLE)
            self._notes.problem(
                entry.number, f"「{path[0]}」前面要写它的学校，用 / 连接，如 {above}/{path[0]}，或加一列「学校」"
            )
            self._notes.broken.add(path)
            return
        if gate.is_private_unit(path[-1]):
            self._notes.problem(entry.number, f"「{path[-1]}」里好像有人的姓名，不能作单位的名字。{gate.HERO}")
            self._notes.broken.add(path)
            return
        ref = -len(self._new) - 1
        self.paths[ref] = "/" if parent is None else self.paths[parent]
        if not self.covers(ref):
            self._outside(path, entry)
            return
        if kind == Kind.SQUAD and None in numbers:
            advice = "签到时会认不出；请在「组织」里写 三(2)中队 这样的名字，原来的名字写在「别名」里"
            self._notes.warn(entry.number, f"「{path[-1]}」看不出年级和班级，{advice}")
        if parent and not may_stand_below(kind, self.facts[parent].kind):
            self._notes.warn(entry.number, f"「{path[-1]}」是{kind}，上级却是{self.facts[parent].kind}，请核对")
        self._new[ref] = parent, path
        self._schools[ref] = ref if kind == Kind.SCHOOL else parent and self._schools[parent]
        self.refs[path], self.facts[ref] = ref, roster.Facts(kind, *numbers, entry.members, entry.aliases)
        self._note_squad(ref, path, parent)

    def _check_aliases(self) -> None:
        """What a unit is called in the file leads to it alone."""
        called: dict[tuple[object, str], set[int]] = {}
        for path, ref in self.refs.items():
            facts = self.facts[ref]
            for name in (path[-1], aliases.short(facts.kind, path[-1]), *facts.aliases):
                called.setdefault((self._beside(path), aliases.core(name)), set()).add(ref)
        for path, entry in self._entries.items():
            for alias in entry.aliases if path in self.refs else ():
                facts = self.facts[self.refs[path]]
                key = f"{facts.grade}-{facts.class_no}" if facts.kind == Kind.SQUAD else ""
                several = len(called[self._beside(path), aliases.core(alias)]) > 1
                if fault := "是别的单位的叫法" if several else aliases.fault(alias, key, self._today):
                    self._notes.problem(entry.number, f"别名「{alias}」{fault}，请换一个")

    def _beside(self, path: roster.Names) -> object:
        """Within what a name has to be clear: the school, else the unit above."""
        school = self._schools[self.refs[path]]
        return path[:-1] if school in (None, self.refs[path]) else school

    def _date_classes(self) -> None:
        """New classes get the year in which they came, which only the whole school tells."""
        for ref in self._new:
            facts = self.facts[ref]
            if facts.kind == Kind.SQUAD and facts.grade:
                self.facts[ref] = replace(facts, entry_year=self._entry_year(self._schools[ref], facts.grade))

    def _warn_of_old_names(self) -> None:
        """In September a file has this year's names: a school that has not gone up would mix them with last year's."""
        year = school_year(self._today)
        old = {each.id: names[-1] for names, each in self._state.units.items() if (each.school_year or year) < year}
        meant = {self._schools[ref] for path in self._entries if (ref := self.refs.get(path)) and self._is_class(ref)}
        for name in sorted(old[id] for id in meant & old.keys() if id is not None):
            words = f"「{name}」的中队还没有升到 {year} 学年。名册里写的是新班名的话，请先升级（发「升级」），再导入"
            self._notes.warnings.append(words)

    def _is_class(self, ref: int) -> bool:
        return self.facts[ref].kind == Kind.SQUAD


def _gather(sheet: Sheet) -> dict[roster.Names, _Entry]:
    entries: dict[roster.Names, _Entry] = {}
    for line in sheet.lines:
        entry = entries.setdefault(line.path, _Entry(line.number))
        for word, said, before in (("类型", line.kind, entry.kind), ("应到人数", line.members, entry.members)):
            if said and before and said != before:
                sheet.notes.problem(line.number, f"「{line.path[-1]}」的{word}前面写的是 {before}，这里是 {said}")
        entry.kind, entry.members = entry.kind or line.kind, entry.members or line.members
        if line.aliases:
            entry.aliases = tuple(dict.fromkeys((*entry.aliases, *line.aliases)))
    return entries


def _merged(was: roster.Facts, entry: _Entry, numbers: _Numbers) -> roster.Facts:
    """An empty cell says nothing; a unit that is in the file is active."""
    return replace(
        was,
        kind=entry.kind or was.kind,
        grade=numbers[0] or was.grade,
        class_no=numbers[1] or was.class_no,
        members=entry.members or was.members,
        aliases=entry.aliases or was.aliases,
        active=True,
    )


def _difference(was: roster.Facts, now: roster.Facts) -> str:
    both = ((each.name, getattr(was, each.name), getattr(now, each.name)) for each in fields(roster.Facts))
    return "，".join(f"{_WORDS[name]} {_shown(old)} → {_shown(new)}" for name, old, new in both if old != new)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return "、".join(value) if isinstance(value, tuple) else str(value or "无")
