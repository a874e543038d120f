"""Reports of the catalogue of three school years ago; their sums stay."""

from datetime import datetime

from sqlalchemy import Connection, delete, select

from storage.retention import rows, terms
from storage.tables import report, report_step


def old_reports(db: Connection, now: datetime, most: int) -> int:
    """Reports of three school years ago with their steps."""
    query = select(report.c.id).where(report.c.day < terms.oldest_checkin(now.date()))
    ids = rows.oldest(db, query, report.c.id, most)
    db.execute(delete(report_step).where(report_step.c.report_id.in_(ids)))
    db.execute(delete(report).where(report.c.id.in_(ids)))
    return len(ids)
