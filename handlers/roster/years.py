"""School years and classes: in which year a class came, when it leaves, what it is called a year later; pure."""

import re
from collections.abc import Collection

FIRST_OF_JUNIOR, LAST_OF_JUNIOR = 7, 9
_DIGITS = "一二三四五六七八九"
# 三(2)中队 302班 三年级2班 初一(3)班 3.2中队: what comes before the number of the class is the grade.
_GRADE = re.compile(r"^(初)?([一二三四五六七八九1-9])(?=[(年级.·-]|0?\d|[一二三四五六七八九十]|班|中队)")


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


def name_in(name: str, grade: int) -> str:
    """What a class is called in this grade: 三(2)中队 → 四(2)中队; a name without a grade, like 雷锋中队, stays."""
    found = _GRADE.match(name)
    if found is None:
        return name
    digits = "1234567890" if found[2].isascii() else _DIGITS
    number = grade - (FIRST_OF_JUNIOR - 1) if found[1] else grade
    return name[: found.start(2)] + digits[number - 1] + name[found.end(2) :]
