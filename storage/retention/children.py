"""Children's names go with what they were kept for; so do the words of requests and leaks that are settled."""

from datetime import datetime

from sqlalchemy import Connection, exists, or_, select, update

from storage.base.upsert import add_one
from storage.children import children
from storage.medals import nominations
from storage.retention import terms
from storage.retention.rows import oldest
from storage.tables import child, child_badge, consent, guardian_request, incident, nomination


def failed_nominations(db: Connection, now: datetime, most: int) -> int:
    """Returned, withdrawn, rejected or revoked half a year ago: reasons go, and nobody's name hangs on them."""
    found = nominations.failed(db, now - terms.FAILED_NOMINATIONS_KEPT, most)
    nominations.forget(db, [case for case, _, _ in found], now)
    for case, unit_id, child_id in found:
        if child_id is not None:
            values = {"child_id": _nobody(db, unit_id, now)}
            db.execute(update(nomination).where(nomination.c.id == case).values(values))
    return len(found)


def _nobody(db: Connection, unit_id: int, now: datetime) -> int:
    """The row that stands for all children of a squad who are forgotten."""
    is_it = (child.c.unit_id == unit_id) & (child.c.name_key == "erased")
    found: int | None = db.scalar(select(child.c.id).where(is_it))
    if found is not None:
        return found
    return add_one(db, child, unit_id=unit_id, name=b"", name_key="erased", erased_at=now)


def undated_children(db: Connection, now: datetime, most: int) -> int:
    """Names from before there was a date to delete them: they get one."""
    query = select(child.c.id, child.c.unit_id).where(child.c.keep_until.is_(None), child.c.erased_at.is_(None))
    found = db.execute(query.order_by(child.c.id).limit(most)).all()
    for row in found:
        until = children.keep_until(db, row.unit_id, now.date())
        db.execute(update(child).where(child.c.id == row.id).values(keep_until=until))
    return len(found)


def names(db: Connection, now: datetime, most: int) -> int:
    """Children who left the school a year ago, or of whom nothing came: their names go."""
    mine = nomination.c.child_id == child.c.id
    in_time = child.c.keep_until >= now.date()
    needed = or_(
        exists().where(mine, nomination.c.forgotten_at.is_(None), nomination.c.state != "approved"),
        exists().where(mine, nomination.c.state == "approved") & in_time,
        exists().where(child_badge.c.child_id == child.c.id) & in_time,
        exists().where(consent.c.child_id == child.c.id, consent.c.recorded_at > now - terms.FAILED_NOMINATIONS_KEPT),
    )
    ids = oldest(db, select(child.c.id).where(child.c.erased_at.is_(None), ~needed), child.c.id, most)
    cases = db.scalars(select(nomination.c.id).where(nomination.c.child_id.in_(ids))).all() if ids else []
    nominations.forget(db, cases, now)
    db.execute(update(consent).where(consent.c.child_id.in_(ids)).values(reference="", ended_at=now))
    children.forget(db, ids, now)
    return len(ids)


def old_records(db: Connection, now: datetime, most: int) -> int:
    """The words of guardians' requests and of leaks that were settled three years ago."""
    past = now - terms.RECORDS_KEPT
    asked = guardian_request.c.settled_at < past
    words = guardian_request.c.wish.is_not(None) | guardian_request.c.outcome.is_not(None)
    ids = oldest(db, select(guardian_request.c.id).where(asked, words), guardian_request.c.id, most)
    db.execute(update(guardian_request).where(guardian_request.c.id.in_(ids)).values(wish=None, outcome=None))
    leaked = (incident.c.closed_at < past) & incident.c.what.is_not(None)
    leaks = oldest(db, select(incident.c.id).where(leaked), incident.c.id, most)
    db.execute(update(incident).where(incident.c.id.in_(leaks)).values(what=None))
    return len(ids) + len(leaks)
