"""Who hears of the duties of the catalogue, and when: by the roles that they hold."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from handlers.catalogue import current
from handlers.catalogue.model import Row
from handlers.kit import Role
from handlers.wording import programmes
from scheduling import occasions, spans
from scheduling.calendar import Ladder
from storage.organisation.units import Kind

# The duties of classes have a step at their school.
IN_SCHOOLS = frozenset({Kind.SQUAD, Kind.GRADE})
# The levels that hear of what is missing below them.
ABOVE = programmes.READERS - {Role.BRIGADE, Role.SCHOOL_ADMIN, Role.INSPECTOR}
_LEVEL = {Role.CITY_ADMIN: 1, Role.PROVINCE_ADMIN: 2}
# A reminder is moved forward over a summer at most, and reaches so far ahead.
_FAR = timedelta(days=170)


def occurrence(row: Row, period: str) -> str:
    """The period of a row, as an occasion."""
    return f"duty:{row.key}:{period}"


def owed(span: occasions.Span, hats: frozenset[occasions.Hat]) -> Iterator[occasions.Row]:
    """Before its day whoever reports a row; after it they, then the school, then the levels above, each later."""
    roles = {role for role, _ in hats}
    for row in current.catalogue_of(span.db).rows:
        if row.shape != "report" or not row.due or row.period == "day":
            continue
        leads = _leads(row, span.calendar.duty, roles)
        for period in _periods(row.period, span.first - _FAR, span.last + _FAR) if leads else ():
            day = spans.due_day(row.due, period)
            for lead, at in occasions.leading(span, day, leads):
                made = {"occurrence": occurrence(row, period), "lead": lead, "day": day, "due_at": at}
                yield {**made, "payload": {"row": row.key, "period": period}}


@lru_cache(maxsize=64)
def _periods(kind: str, first: date, last: date) -> list[str]:
    step = timedelta(days=7)
    days_of = (first + n * step for n in range((last - first) // step + 1))
    return list(dict.fromkeys(spans.label_of(kind, day) for day in days_of))


def _leads(row: Row, duty: Ladder, roles: set[str]) -> list[int]:
    """When somebody with these roles hears of the row, 0 and below: on the day and after it."""
    reporters = {role for kind in row.at for role in (row.who or programmes.REPORT_FOR.get(kind, programmes.SIDE))}
    found = [*(row.remind or duty.before), -duty.reporter] if roles & reporters else []
    if Role.BRIGADE in roles and not IN_SCHOOLS.isdisjoint(row.at):
        found.append(-duty.brigade)
    return [*found, *sorted({-days_after(duty, Role(role)) for role in roles & ABOVE})]


def days_after(duty: Ladder, role: Role) -> int:
    """How long after its day the holder of a role in ABOVE hears of what is missing: each level later."""
    return duty.above[_LEVEL.get(role, 0)]
