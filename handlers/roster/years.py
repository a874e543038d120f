"""School years and classes: in which year a class came, when it leaves, what it is called a year later; pure."""

import re
from collections.abc import Collection

FIRST_OF_JUNIOR, LAST_OF_JUNIOR = 7, 9
_DIGITS = "零一二三四五六七八九"
# 三(2)中队 302班 三年级2班 初一(3)班 3.2中队: what the number of the class follows is the grade; 2203班 has no grade.
_GRADE = re.compile(
    r"(初)?(?:([一二三四五六七八九])(?=[(年.·-]|\d|[一二三四五六七八九十])|([1-9])(?=[(年.·-]|\d{1,2}(?!\d)))"
)


def first_grade(grades: Collection[int]) -> int:
    """In which grade children come to a school that has these: 1, of a junior school 7, with 预初 (五四制) 6."""
    lowest = min(grades, default=1)
    if lowest == FIRST_OF_JUNIOR - 1 and max(grades) > lowest:
        return lowest
    return FIRST_OF_JUNIOR if lowest >= FIRST_OF_JUNIOR else 1


def last_grade(grades: Collection[int]) -> int | None:
    """After which grade they leave: 9 or 6; None where five years (五四制) and a young school look alike."""
    highest = max(grades, default=0)
    if highest >= FIRST_OF_JUNIOR:
        return LAST_OF_JUNIOR
    return highest if highest == FIRST_OF_JUNIOR - 1 else None


def entry_year(year: int, grade: int, grades: Collection[int]) -> int:
    """The year in which a class that is in `grade` in the school year `year` came to the school."""
    return year - (grade - first_grade(grades))


def name_in(name: str, was: int, grade: int) -> str:
    """
    What a class of grade `was` is called in another: 三(2)中队 → 四(2)中队, 初一(3)班 → 初二(3)班.

    A name without the grade, like 雷锋中队 or 2203班, stays.
    """
    found = _GRADE.match(name)
    if found is None:
        return name
    place, junior = (2 if found[2] else 3), FIRST_OF_JUNIOR - 1 if found[1] else 0
    number = _DIGITS.index(found[place]) if found[2] else int(found[place])
    if number + junior != was:
        return name
    new = _DIGITS[grade - junior] if found[2] else str(grade - junior)
    return name[: found.start(place)] + new + name[found.end(place) :]
