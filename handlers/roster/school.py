"""A school's own table, with columns for school, grade and class and for who does what -> the rows of a roster."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from handlers.reading.text.numbers import value_of
from handlers.roster.head import BRIGADE, CLASS, COUNSELOR, GRADE, SCHOOL, plain
from handlers.roster.notes import place
from storage.organisation.units import Kind
from storage.people.people import Role

Cells = Mapping[str, str]
# How a table says its school that has no column for it.
OWN = "本校"
_MOST_SHOWN = 10
_PLACES, _PERSONS = {SCHOOL, GRADE, CLASS}, {COUNSELOR: Role.COUNSELOR, BRIGADE: Role.BRIGADE}
_DIGITS = "零一二三四五六七八九"
_NUMBER = r"(\d{1,2}|[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九])"
# 2, (2)班, 二班: which class of a grade; 三(2)班, 三年级2班, 302, 3.2 say the grade themselves.
_PART = re.compile(rf"\(?第?{_NUMBER}\)?(?:班级?|中队)?")
_WHOLE = re.compile(rf"(?:小学?)?([1-9]|[一二三四五六七八九])(?:年级?)?[(.-]?{_NUMBER}\)?(?:班级?|中队)?")
_YEARS, _GRADE = re.compile(r"年级?$"), re.compile(r"(?:小学?)?([1-9]|[一二三四五六七八九])")


_TITLE_OF_GRADE = re.compile(
    r"(?:小学?)?(?:[1-9]|[一二三四五六七八九])年级|小[一二三四五六]|(?:20)?\d\d级|[初七八九][一二三]?(?:年级)?"
)
_TITLE_OF_SCHOOL = re.compile(r".*(?:小学|中学|学校|校区|分校|幼儿园|[一二三四五六七八九十实]小)")

# What Excel makes of 3-2, and how it is kept from that.
DAY = re.compile(r"\d{4}-\d\d-\d\d|\d{4}/\d+/\d+|\d+月\d+日")
AS_TEXT = "请把这一列设成文本，写成 三(2)班 这样"
# 三(1)、三(2)班, and with a grade 1-3班.
_CLASSES, _SPAN = re.compile(r"[\d)班][、,;~至到]\(?[\d一二三四五六七八九十]"), re.compile(r"\d-\d")
# 三(2)中队(雷锋中队), 雷锋中队(三2班): the other name of a squad beside its own.
_BOTH = re.compile(r"(?P<own>.+?)\((?P<other>\D{1,10}中队)\)|(?P<first>\D{1,10}中队)\((?P<last>.*\d.*)\)")


@dataclass(slots=True)
class Rows:
    """What each row of the table says in our columns; a cell that is left empty is the one above it."""

    _left_out: list[int] = field(default_factory=list)
    # Whether rows say the same school again.
    _repeats: bool = False
    _before: str = ""
    _above: dict[str, str] = field(default_factory=dict)
    _said: set[tuple[str, ...]] = field(default_factory=set)

    def of(self, cells: Cells) -> Iterator[Cells]:
        """The same row where units stand in one column; else the school, the class, and whoever is named."""
        if not (_PLACES | _PERSONS.keys()) & cells.keys():
            yield cells
            return
        if both := _BOTH.fullmatch(cells.get(CLASS, "")):
            names = filter(None, (both["other"] or both["first"], cells.get("别名", "")))
            cells = {**cells, CLASS: both["own"] or both["last"], "别名": "、".join(names)}
        school, squad = self._places(cells)
        at = "/".join(filter(None, (school, squad)))
        if school and SCHOOL in cells:
            yield from self._new({"组织": school, "类型": _school_kind(school)})
        kind = cells.get("类型", "") or (
            _class_kind(cells) if squad else _school_kind(school) if SCHOOL in cells else ""
        )
        said = {**cells, "组织": at or OWN, "类型": kind}
        persons = [
            {"组织": at if role == Role.COUNSELOR else school or OWN, "姓名": name, "角色": role.label}
            for column, role in _PERSONS.items()
            if (name := cells.get(column, ""))
        ]
        if persons and not cells.get("姓名") and persons[0]["组织"] == said["组织"]:
            # The accounts of the row are theirs.
            said |= persons.pop(0)
        yield said
        for person in persons:
            yield from self._new(person)

    def faults(self, number: int, cells: Cells) -> Iterator[str]:
        """What is wrong with where a row says that it is; to be asked before what the row says."""
        school, grade, squad = (cells.get(column, "") for column in (SCHOOL, GRADE, CLASS))
        if SCHOOL in cells and (school or squad):
            self._repeats = self._repeats or school == self._before != ""
            self._before = school
            if not school and self._above.get(SCHOOL):
                self._left_out.append(number)
            elif not (school or cells.get("组织")):
                yield f"「{SCHOOL}」空着，请写上这一行的学校"
        if DAY.fullmatch(squad):
            yield f"「{CLASS}」是日期 {squad}，大概是表格软件改的。{AS_TEXT}"
        elif _CLASSES.search(squad) or (grade and _SPAN.search(squad)):
            yield f"「{CLASS}」一行只写一个班，几个班请分成几行"

    def forgotten(self) -> list[int]:
        """Rows that left their school to the one above, where others repeat it."""
        return self._left_out if self._repeats else []

    def taken(self) -> list[str]:
        """That such rows were taken to be of the school above, where each school is named once."""
        shown = place(*self._left_out[:_MOST_SHOWN]) + ("等" if self._left_out[_MOST_SHOWN:] else "")
        return [f"{shown}没写「{SCHOOL}」，算作和上一行同一所"] if shown and not self._repeats else []

    def _places(self, cells: Cells) -> tuple[str, str]:
        """The school and the class; a class without its school or grade has those of the row above it."""
        school = cells.get(SCHOOL, "") or cells.get("组织", "")
        grade, squad = cells.get(GRADE, ""), cells.get(CLASS, "")
        if school and school != self._above.get(SCHOOL):
            self._above.clear()
        if squad or grade:
            school = school or self._above.get(SCHOOL, "")
        if squad:
            grade = grade or self._above.get(GRADE, "")
        self._above |= {SCHOOL: school, GRADE: grade}
        return school, _class_name(grade, squad) if squad else _grade_name(grade)

    def _new(self, cells: Cells) -> Iterator[Cells]:
        """What stands in every row of a school is said once."""
        key = tuple(cells.values())
        if key not in self._said:
            self._said.add(key)
            yield cells


def _class_name(grade: str, squad: str) -> str:
    """三年级 and 2班, 三(2)班 and 302 → 三(2)中队; what says no grade stays as it is written."""
    short, part, whole = _short(grade), _PART.fullmatch(squad), _WHOLE.fullmatch(squad)
    if part:
        return f"{short}({value_of(part[1])})中队" if grade else squad
    if whole and short in ("", _short(whole[1])):
        return f"{_short(whole[1])}({value_of(whole[2])})中队"
    return squad if short in squad else f"{grade}{squad}"


def is_grade(title: str) -> bool:
    """Whether a sheet is called after a grade: 三年级, 小三, 初一, 2023级."""
    return _TITLE_OF_GRADE.fullmatch(plain(title)) is not None


def is_school(title: str) -> bool:
    """Whether it is called after a school: 实验小学, 城东校区."""
    return _TITLE_OF_SCHOOL.fullmatch(plain(title)) is not None


def _grade_name(grade: str) -> str:
    return f"{_short(grade)}年级" if _GRADE.fullmatch(_YEARS.sub("", grade)) else grade


def _short(grade: str) -> str:
    """3年级, 三年级, 小三 → 三; 初一, 2023级 stay."""
    bare = _YEARS.sub("", grade)
    found = _GRADE.fullmatch(bare)
    return _DIGITS[value_of(found[1]) or 0] if found else bare


def _class_kind(cells: Cells) -> str:
    return Kind.SQUAD if cells.get(CLASS) else Kind.GRADE


def _school_kind(name: str) -> str:
    return Kind.KINDERGARTEN if name.endswith("幼儿园") else Kind.SCHOOL
