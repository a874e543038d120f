"""Lays out the reminders of guardians' requests that are nearly due: to whoever is in charge on that day."""

from datetime import datetime, time

from sqlalchemy import Connection

from scheduling.calendar import DAY, Calendar
from storage.children import guardian_requests
from storage.people import people
from storage.people.people import Role
from storage.reminders import deliveries

KIND = "guardian"
IN_CHARGE = (Role.SCHOOL_ADMIN, Role.DATA_OFFICER)
WORKING_DAYS = 15
# So many working days before the last one; after it every working day.
_LEADS = (5, 2, 0)
_AT = time(8, 30)


def lay_out(db: Connection, now: datetime, calendar: Calendar) -> int:
    """Today's reminders, one a request and person; done twice it makes them once. Returns how many are new."""
    local = now.astimezone(calendar.zone)
    today = local.date()
    if not calendar.workdays.worked(today):
        return 0
    rows = []
    for one in guardian_requests.waiting(db, until=calendar.workdays.deadline(today, max(_LEADS))):
        left = (one.due - today).days
        working = sum(calendar.workdays.worked(today + n * DAY) for n in range(1, left + 1))
        if left < 0 or working in _LEADS:
            common = {"occurrence": f"guardian:{one.id}", "lead": left, "kind": KIND, "day": one.due}
            due_at = calendar.instant(today, _AT)
            for person in people.above(db, IN_CHARGE, one.unit, now):
                if person.grants:
                    payload = {"number": one.number}
                    rows.append({**common, "person_id": person.id, "due_at": due_at, "payload": payload})
    return deliveries.put(db, rows)
