"""1 September: every class goes up a grade, those of the last one leave; a pure function of what is stored."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from handlers.roster import years
from scheduling.periods import school_year
from storage.organisation.units import Kind
from storage.roster.promotion import Class, School, Step

# A primary school may have five years or six.
_PERHAPS_LAST, _USUAL_LAST = 5, 6
_FIRST_LOOK = (7, 1)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Promotion:
    """What becomes of a school's classes. `undecided`: somebody must say first after which grade they leave."""

    school: School
    year: int
    up: tuple[Step, ...] = ()
    leaving: tuple[Step, ...] = ()
    # Classes of which nobody knows the grade; names that two would have.
    unknown: tuple[Class, ...] = ()
    clashes: tuple[str, ...] = ()
    undecided: bool = False

    @property
    def squads_up(self) -> int:
        """How many squads go up a grade."""
        return sum(step.of.kind == Kind.SQUAD for step in self.up)

    @property
    def graduates(self) -> tuple[Class, ...]:
        """The squads that leave the school."""
        return tuple(step.of for step in self.leaving if step.of.kind == Kind.SQUAD)

    @property
    def possible(self) -> bool:
        """Whether it can be done as it is."""
        return not self.undecided and not self.clashes


def counted(planned: Iterable[Promotion]) -> str:
    """How many go up and how many leave, in words."""
    planned = list(planned)
    up, leaving = sum(each.squads_up for each in planned), sum(len(each.graduates) for each in planned)
    return f"{up} 个中队升一个年级，{leaving} 个毕业"


def year_to_come(today: date) -> int:
    """The school year to go up to: from July on the one that begins in September."""
    return today.year if (today.month, today.day) >= _FIRST_LOOK else school_year(today)


def begins(year: int) -> date:
    """The first day of a school year."""
    return date(year, 9, 1)


def promote(schools: Iterable[School], classes: Iterable[Class], year: int) -> list[Promotion]:
    """What is to be done so that each school's classes are those of the school year; without those that are."""
    of: dict[int, list[Class]] = {}
    for each in classes:
        of.setdefault(each.school_id, []).append(each)
    waiting = [school for school in schools if school.id in of and (school.school_year or year - 1) < year]
    return [_promotion(school, of[school.id], year) for school in waiting]


def _promotion(school: School, classes: Sequence[Class], year: int) -> Promotion:
    grades = {each.grade for each in classes if each.grade and each.kind == Kind.SQUAD}
    last = school.last_grade or years.last_grade(grades)
    steps = [_step(each, each.grade, grades, year) for each in classes if each.grade]
    up = tuple(step for step in steps if step.grade <= (last or _USUAL_LAST))
    staying = [each for each in classes if not each.grade]
    names = Counter([(step.of.parent_id, step.name) for step in up] + [(one.parent_id, one.name) for one in staying])
    return Promotion(
        school,
        year,
        up,
        tuple(step for step in steps if step not in up),
        tuple(each for each in staying if each.kind == Kind.SQUAD),
        tuple(name for (_, name), count in names.items() if count > 1),
        last is None and _PERHAPS_LAST in grades,
    )


def _step(of: Class, grade: int, grades: Collection[int], year: int) -> Step:
    came = of.entry_year or years.entry_year(year - 1, grade, grades)
    name = years.name_in(of.name, grade, grade + 1) if grade < years.LAST_OF_JUNIOR else of.name
    return Step(of, name, grade + 1, came)


def counts_from(today: date) -> date:
    """From when on a school year counts that is begun on this day: the week that ends belongs to the old one."""
    return today if today.weekday() < _SATURDAY else today + timedelta(days=7 - today.weekday())
