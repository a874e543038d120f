"""The calendar of one part of the tree: what it has noted of its year goes before what is known to all; pure."""

from dataclasses import replace
from datetime import date
from functools import lru_cache

from scheduling.calendar import DAY, Calendar, Workdays, Year
from storage.organisation.school_days import OFF, TERM, VACATION, WORK, SchoolDays


@lru_cache(maxsize=512)
def with_days(calendar: Calendar, noted: tuple[SchoolDays, ...]) -> Calendar:
    """The same with these days, of which a later one goes before an earlier one."""
    if all(one.kind == TERM for one in noted):
        return calendar
    kinds: dict[date, str] = {}
    for one in noted:
        last = one.last or one.first
        if one.kind != TERM:
            kinds |= {one.first + n * DAY: one.kind for n in range((last - one.first).days + 1)}
    years = dict(calendar.workdays.years)
    for year in sorted({day.year for day in kinds}):
        years[year] = _year(years.get(year, Year()), {day: kind for day, kind in kinds.items() if day.year == year})
    return replace(calendar, workdays=Workdays(years))


def _year(before: Year, kinds: dict[date, str]) -> Year:
    of = {kind: frozenset(day for day, each in kinds.items() if each == kind) for kind in (OFF, VACATION, WORK)}
    # Whoever has noted make-up days has read the notice of the State Council.
    return Year(
        (before.off - kinds.keys()) | of[OFF],
        (before.work - kinds.keys()) | of[WORK],
        (before.vacation - kinds.keys()) | of[VACATION],
        before.complete or bool(of[WORK]),
    )
