"""The numbers of a year for the audit of minors' data (未成年人网络保护条例 37): counts, never names."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from storage.organisation.units import within
from storage.tables import audit, checkin, child, consent, file, grant, guardian_request, incident, nomination, unit

# The path that covers every unit.
EVERYWHERE = "/"


@dataclass(frozen=True, slots=True)
class Year:
    """What happened in a year in some subtrees; `actions` are counts of the audit log."""

    people: int
    checkins: int
    photos: int
    children_named: int
    children_without_consent: int
    nominations: dict[str, int]
    consents: dict[str, int]
    requests: dict[str, int]
    requests_late: int
    incidents: int
    incidents_open: int
    actions: dict[str, int]
    log_rows: int


def year(db: Connection, first: datetime, end: datetime, paths: Sequence[str]) -> Year:
    """Everything from `first` up to `end`; what is kept now is counted as it is now."""
    here = select(unit.c.id).where(within(paths))
    logged = _between(audit.c.at, first, end)
    # What the bot does at night is nobody's unit.
    logged = logged if EVERYWHERE in paths else logged & audit.c.unit_id.in_(here)
    child_here = child.c.unit_id.in_(here)
    of_child = select(child.c.id).where(child_here)
    asked = _between(guardian_request.c.received_at, first, end) & guardian_request.c.unit_id.in_(here)
    leaks = _between(incident.c.opened_at, first, end) & incident.c.unit_id.in_(here)
    named = child_here & child.c.erased_at.is_(None)
    agreed = select(consent.c.child_id).where(consent.c.ended_at.is_(None))
    settled = db.execute(select(guardian_request.c.settled_at, guardian_request.c.due).where(asked)).all()
    return Year(
        people=_count(db, func.count(grant.c.person_id.distinct()), _held(first, end) & grant.c.unit_id.in_(here)),
        checkins=_count(db, func.count(), _between(checkin.c.made_at, first, end) & checkin.c.unit_id.in_(here)),
        photos=_photos(db, first, end, here),
        children_named=_count(db, func.count(), named),
        children_without_consent=_count(db, func.count(), named & child.c.id.not_in(agreed)),
        nominations=_by(
            db, nomination.c.state, _between(nomination.c.made_at, first, end) & nomination.c.unit_id.in_(here)
        ),
        consents=_by(
            db, consent.c.method, _between(consent.c.recorded_at, first, end) & consent.c.child_id.in_(of_child)
        ),
        requests=_by(db, guardian_request.c.state, asked),
        requests_late=sum(bool(at) and at.astimezone(first.tzinfo).date() > due for at, due in settled),
        incidents=_count(db, func.count(), leaks),
        incidents_open=_count(db, func.count(), leaks & incident.c.closed_at.is_(None)),
        actions=_by(db, audit.c.deed, logged),
        log_rows=_count(db, func.count(), audit.c.id > 0),
    )


def _between(column: Any, first: datetime, end: datetime) -> ColumnElement[bool]:
    found: ColumnElement[bool] = (column >= first) & (column < end)
    return found


def _held(first: datetime, end: datetime) -> ColumnElement[bool]:
    return (grant.c.since < end) & (grant.c.until.is_(None) | (grant.c.until > first))


def _count(db: Connection, what: Any, condition: ColumnElement[bool]) -> int:
    return db.scalar(select(what).where(condition)) or 0


def _photos(db: Connection, first: datetime, end: datetime, here: Any) -> int:
    stored = file.join(checkin, checkin.c.id == file.c.checkin_id)
    of_year = _between(checkin.c.made_at, first, end) & checkin.c.unit_id.in_(here) & (file.c.state == "stored")
    return db.scalar(select(func.count()).select_from(stored).where(of_year)) or 0


def _by(db: Connection, column: Any, condition: ColumnElement[bool]) -> dict[str, int]:
    rows = db.execute(select(column, func.count()).where(condition).group_by(column))
    return dict(sorted(Counter({str(key): count for key, count in rows}).items()))
