"""A guardian's request that is over is said on each of the next working days, then once a week, as long as it waits."""

from datetime import date, timedelta

import pytest

from handlers.catalogue.loader import calendar_of
from handlers.children.request_cases import remind
from scheduling.occasions import Span
from storage.children import guardian_requests
from storage.people.people import Role
from tests.support.county import FRIDAY, County

pytestmark = pytest.mark.both


def test_what_is_over_is_said_less_often_and_never_no_more(county: County) -> None:
    liu = county.person("刘校长", Role.SCHOOL_ADMIN, county.first)
    due, kind = date(2026, 4, 27), guardian_requests.Wanted.ERASE
    guardian_requests.receive(county.db, county.vault, county.squads[1], None, kind, "", liu, due, FRIDAY)
    calendar = calendar_of(county.db)
    span = Span(county.db, FRIDAY, calendar, date(2026, 4, 4), date(2026, 6, 30))
    found = [row for row in remind._due.found(span) if row["person_id"] == liu]
    days = [row["due_at"].astimezone(calendar.zone).date() for row in found]
    worked = [day for n in range(1, 70) if calendar.workdays.worked(day := due + timedelta(days=n))]
    assert [day for day in days if day > due] == [*worked[:5], *(day for day in worked[9::5] if day <= span.last)]
    assert [day for day in days if day <= due] == [date(2026, 4, 20), date(2026, 4, 23), date(2026, 4, 27)]
