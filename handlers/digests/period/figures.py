"""The figures of a unit for a period longer than a week, and of the period before."""

from datetime import date, datetime

from sqlalchemy import Connection

from handlers.kit import Unit
from handlers.wording.periods import Span, before
from scheduling import closed_periods
from storage.digests import archive, periods


def of_days(db: Connection, of: Unit, span: Span, now: datetime) -> periods.Period:
    """The figures of a unit for a period, of one that still runs up to today; of a closed one those of then."""
    then = archive.period(db, of, span.label) if closed(span, now) else None
    return then or periods.between(db, of, span.first, min(span.last, now.date()))


def closed(span: Span, now: datetime) -> datetime | None:
    """When it was frozen; None: not yet. Other days than those of a month, term or year are told as of now."""
    at = closed_periods.closed_at(span.label, now) if span.label else None
    return at if at and at <= now else None


def recounted(db: Connection, of: Unit, span: Span, now: datetime) -> periods.Period | None:
    """What a closed period comes to now; None: nothing has changed since, or it is not closed."""
    if not closed(span, now) or archive.period(db, of, span.label) is None:
        return None
    return periods.between(db, of, span.first, span.last)


def earlier(db: Connection, of: Unit, span: Span, today: date) -> tuple[str, periods.Period]:
    """The period before, and how it is called; of one that still runs the same number of its days."""
    then, running = before(span, today), span.last >= today
    last = min(then.last, then.first + (today - span.first)) if running else then.last
    return f"{then.name}{'同期' if running else ''}", periods.between(db, of, then.first, last)
