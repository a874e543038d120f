"""Before a year of which the make-up days are not known: whoever stands highest is asked to note them."""

from collections.abc import Iterator
from datetime import date

from handlers import rights
from handlers.catalogue.current import calendar_at
from handlers.kit import Button, Due, Reply
from handlers.registry import due
from handlers.wording import days
from scheduling.calendar import DAY
from scheduling.occasions import Row, Span

# The notice of the State Council comes each November; without it the days are asked for on these.
_ASKED = ((11, 20), (12, 10), (12, 24))


def _not_known(span: Span) -> Iterator[Row]:
    """In the last weeks before a year of which nobody knows the make-up days: whoever stands highest."""
    for year in range(span.first.year, span.last.year + 1):
        # On a free day the morning of the working day before.
        coming = [(day, span.calendar.send_at(day + DAY, 1)) for day in (date(year, *on) for on in _ASKED)]
        due_days = [(day, at) for day, at in coming if span.holds(at)]
        if not due_days:
            continue
        for person in rights.highest(span.db, span.now):
            at = span.at(person.paths())
            if not at.calendar.workdays.knows(year + 1):
                for day, then in due_days:
                    row = {"occurrence": f"year-unknown:{year + 1}", "lead": (date(year + 1, 1, 1) - day).days}
                    yield {**row, "day": date(year + 1, 1, 1), "due_at": then, "person_id": person.id}


@due("year-unknown", rank=4, found=_not_known)
def ask_for_year(said: Due) -> Reply | None:
    """The days off of the year to come are asked for; None when they were noted meanwhile."""
    if calendar_at(said.db, said.person.paths()).workdays.knows(said.day.year):
        return None
    year = said.day.year
    return Reply(
        f"{year} 年的放假调休还没有记，{days.short(said.day)}起的提醒会按周末和法定节日算。国务院的通知出来后，"
        f"像这样发：校历 {year} 放假 2-5至2-12，校历 {year} 补班 2-20",
        (Button("校历", "校历", str(year)),),
    )
