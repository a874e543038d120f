"""Reports and cases of the catalogue of three school years ago; the sums of reports stay."""

from datetime import datetime, time

from sqlalchemy import Connection, delete, select

from storage.programmes import cases
from storage.retention import rows, terms
from storage.tables import file, report, report_step


def old_reports(db: Connection, now: datetime, most: int) -> int:
    """Reports of three school years ago with their steps and files."""
    query = select(report.c.id).where(report.c.day < terms.oldest_checkin(now.date()))
    ids = rows.oldest(db, query, report.c.id, most)
    for table in (report_step, file):
        db.execute(delete(table).where(table.c.report_id.in_(ids)))
    db.execute(delete(report).where(report.c.id.in_(ids)))
    return len(ids)


def old_cases(db: Connection, now: datetime, most: int) -> int:
    """Cases in which nothing was done for three school years; of later ones the names of adults after a year."""
    before = datetime.combine(terms.oldest_checkin(now.date()), time(), now.tzinfo)
    return cases.forget(db, before, most) + cases.forget_names(db, now, most)
