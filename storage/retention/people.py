"""People without a role for three years, used codes, reminders that were said."""

from datetime import datetime

from sqlalchemy import Connection, delete, exists, or_, select, update

from storage.reminders import wishes
from storage.retention import rows, terms
from storage.tables import account, appointment, delivery, grant, invite, person, preparation, wish

GONE = "已注销"


def old_reminders(db: Connection, now: datetime, most: int) -> int:
    """Who was reminded of what."""
    return rows.delete_oldest(
        db, delivery, (delivery.c.state != "new") & (delivery.c.due_at < now - terms.LOG_KEPT), most
    )


def old_wishes(db: Connection, now: datetime, most: int) -> int:
    """What somebody did not want to hear of is over by then; and what was ticked off for days that are."""
    over = rows.delete_oldest(db, preparation, preparation.c.day < (now - terms.LOG_KEPT).date(), most)
    return over or wishes.forget(db, now - terms.LOG_KEPT, most)


def old_invites(db: Connection, now: datetime, most: int) -> int:
    """Codes that were used or ran out."""
    return rows.delete_oldest(db, invite, invite.c.expires_at < now - terms.LOG_KEPT, most)


def old_appointments(db: Connection, now: datetime, most: int) -> int:
    """Roles that were confirmed or declined, or that nobody said a word to."""
    return rows.delete_oldest(db, appointment, appointment.c.asked_at < now - terms.LOG_KEPT, most)


def former_people(db: Connection, now: datetime, most: int) -> int:
    """Who has had no role for three years: name and accounts go, what they reported stays counted."""
    mine = grant.c.person_id == person.c.id
    lately = exists().where(mine, or_(grant.c.until.is_(None), grant.c.until > now - terms.RECORDS_KEPT))
    query = select(person.c.id).where(person.c.name != GONE, exists().where(mine), ~lately)
    ids = rows.oldest(db, query, person.c.id, most)
    for table in (account, wish):
        db.execute(delete(table).where(table.c.person_id.in_(ids)))
    db.execute(update(person).where(person.c.id.in_(ids)).values(name=GONE))
    return len(ids)
