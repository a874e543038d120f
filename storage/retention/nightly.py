"""What a night takes away, some rows at a time.

Each function takes up to `most` rows and returns how many it took: it is called again until that is none.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from storage.programmes import holdings
from storage.retention import checkins, messages, people, reports
from storage.retention.children import failed_nominations, names, old_records, undated_children

# What a night does, in this order: what refers to others goes before them.
NIGHTLY: dict[str, Callable[[Connection, datetime, int], int]] = {
    "failed_messages": messages.failed_messages,
    "failed_nominations": failed_nominations,
    "undated_children": undated_children,
    "names": names,
    "checkins": checkins.old_checkins,
    "events": checkins.old_events,
    "reports": reports.old_reports,
    "cases": reports.old_cases,
    "holdings": holdings.forget,
    "files": messages.stray_files,
    "letters": messages.old_letters,
    "reminders": people.old_reminders,
    "wishes": people.old_wishes,
    "messages": messages.old_messages,
    "invites": people.old_invites,
    "appointments": people.old_appointments,
    "people": people.former_people,
    "records": old_records,
}
