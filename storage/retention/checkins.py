"""Check-ins, events and campaigns of three school years ago."""

from datetime import datetime, time

from sqlalchemy import Connection, delete, exists, select

from storage.retention import messages, rows, terms
from storage.tables import album, campaign, checkin, checkin_version, event, file, participation, place


def old_checkins(db: Connection, now: datetime, most: int) -> int:
    """Check-ins of three school years ago, their versions, places and photos; the sums of the weeks stay."""
    query = select(checkin.c.id, checkin.c.inbox_id).where(checkin.c.day < terms.oldest_checkin(now.date()))
    found = db.execute(query.order_by(checkin.c.id).limit(most)).all()
    ids = [row.id for row in found]
    for table in (checkin_version, place, file, album):
        db.execute(delete(table).where(table.c.checkin_id.in_(ids)))
    db.execute(delete(checkin).where(checkin.c.id.in_(ids)))
    messages.drop_messages(db, [row.inbox_id for row in found])
    return len(found)


def old_events(db: Connection, now: datetime, most: int) -> int:
    """Events and campaigns of three school years ago to which no check-in refers any more."""
    first = terms.oldest_checkin(now.date())
    used = exists().where(checkin.c.event_id == event.c.id)
    ids = rows.oldest(db, select(event.c.id).where(event.c.day < first, ~used), event.c.id, most)
    db.execute(delete(participation).where(participation.c.event_id.in_(ids)))
    db.execute(delete(event).where(event.c.id.in_(ids)))
    over = campaign.c.ends_at < datetime.combine(first, time(), now.tzinfo)
    named = exists().where(checkin.c.campaign_id == campaign.c.id)
    calls = rows.oldest(db, select(campaign.c.id).where(over, ~named), campaign.c.id, most)
    db.execute(delete(campaign).where(campaign.c.id.in_(calls)))
    return len(ids) + len(calls)
