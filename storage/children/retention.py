"""What is kept for how long (domain §7), and what takes away what is past its time, some rows at a time.

Each function takes up to `most` rows and returns how many it took: it is called again until that is none.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    delete,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from storage.base import key_values
from storage.children import children
from storage.medals import nominations
from storage.tables import (
    account,
    album,
    campaign,
    checkin,
    checkin_version,
    child,
    consent,
    delivery,
    event,
    file,
    grant,
    guardian_request,
    inbox,
    incident,
    invite,
    nomination,
    nomination_step,
    outbox,
    participation,
    person,
    place,
)

# 网络安全法 21: logs at least six months. The words of a message are not among them.
LOG_KEPT = timedelta(days=190)
FAILED_MESSAGES_KEPT = timedelta(days=30)
FAILED_NOMINATIONS_KEPT = timedelta(days=180)
CHECKIN_YEARS = 3
# PIPL 56: the record of how sensitive data were handled, three years.
RECORDS_KEPT = timedelta(days=3 * 366)
GONE = "已注销"
_INBOX_MARK = "purged-inbox"
_FAILED = ("returned", "withdrawn")


def oldest_checkin(today: date) -> date:
    """The first day whose check-ins are still kept: 1 September of the school year before the last."""
    year = today.year if today.month >= 9 else today.year - 1
    return date(year - CHECKIN_YEARS + 1, 9, 1)


def failed_messages(db: Connection, now: datetime, most: int) -> int:
    """What nobody replayed in a month: the sealed words go, the ids stay."""
    # As literals, so that the partial indexes are found.
    states = or_(*(inbox.c.state == literal_column(f"'{state}'") for state in ("failed", "unreadable")))
    stopped = states & (inbox.c.received_at < now - FAILED_MESSAGES_KEPT)
    ids = _ids(db, select(inbox.c.id).where(stopped), inbox.c.id, most)
    gone = {"payload": None, "error": None, "state": "expired"}
    return db.execute(update(inbox).where(inbox.c.id.in_(ids)).values(gone)).rowcount if ids else 0


def failed_nominations(db: Connection, now: datetime, most: int) -> int:
    """Returned or withdrawn half a year ago: reasons go, and nobody's name hangs on them any more."""
    decided = select(func.max(nomination_step.c.at)).where(nomination_step.c.nomination_id == nomination.c.id)
    past = nomination.c.state.in_(_FAILED) & (decided.scalar_subquery() < now - FAILED_NOMINATIONS_KEPT)
    query = select(nomination.c.id, nomination.c.unit_id, nomination.c.child_id)
    rows = db.execute(query.where(nomination.c.forgotten_at.is_(None), past).order_by(nomination.c.id).limit(most))
    found = rows.all()
    nominations.forget(db, [row.id for row in found], now)
    for row in found:
        if row.child_id is not None:
            values = {"child_id": _nobody(db, row.unit_id, now)}
            db.execute(update(nomination).where(nomination.c.id == row.id).values(values))
    return len(found)


def _nobody(db: Connection, unit_id: int, now: datetime) -> int:
    """The row that stands for all children of a squad who are forgotten."""
    is_it = (child.c.unit_id == unit_id) & (child.c.name_key == "erased")
    found: int | None = db.scalar(select(child.c.id).where(is_it))
    if found is not None:
        return found
    values = {"unit_id": unit_id, "name": b"", "name_key": "erased", "erased_at": now}
    return int(db.scalar(insert(child).returning(child.c.id), values))


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
        exists().where(consent.c.child_id == child.c.id, consent.c.recorded_at > now - FAILED_NOMINATIONS_KEPT),
    )
    ids = _ids(db, select(child.c.id).where(child.c.erased_at.is_(None), ~needed), child.c.id, most)
    cases = db.scalars(select(nomination.c.id).where(nomination.c.child_id.in_(ids))).all() if ids else []
    nominations.forget(db, cases, now)
    db.execute(update(consent).where(consent.c.child_id.in_(ids)).values(reference="", ended_at=now))
    children.forget(db, ids, now)
    return len(ids)


def old_checkins(db: Connection, now: datetime, most: int) -> int:
    """Check-ins of three school years ago, their versions, places and photos; the sums of the weeks stay."""
    query = select(checkin.c.id, checkin.c.inbox_id).where(checkin.c.day < oldest_checkin(now.date()))
    found = db.execute(query.order_by(checkin.c.id).limit(most)).all()
    ids = [row.id for row in found]
    for table in (checkin_version, place, file, album):
        db.execute(delete(table).where(table.c.checkin_id.in_(ids)))
    db.execute(delete(checkin).where(checkin.c.id.in_(ids)))
    _drop_messages(db, [row.inbox_id for row in found])
    return len(found)


def old_events(db: Connection, now: datetime, most: int) -> int:
    """Events and campaigns of three school years ago to which no check-in refers any more."""
    first = oldest_checkin(now.date())
    used = exists().where(checkin.c.event_id == event.c.id)
    ids = _ids(db, select(event.c.id).where(event.c.day < first, ~used), event.c.id, most)
    db.execute(delete(participation).where(participation.c.event_id.in_(ids)))
    db.execute(delete(event).where(event.c.id.in_(ids)))
    over = campaign.c.ends_at < datetime.combine(first, time(), now.tzinfo)
    named = exists().where(checkin.c.campaign_id == campaign.c.id)
    calls = _ids(db, select(campaign.c.id).where(over, ~named), campaign.c.id, most)
    db.execute(delete(campaign).where(campaign.c.id.in_(calls)))
    return len(ids) + len(calls)


def stray_files(db: Connection, now: datetime, most: int) -> int:
    """Photos that never found their check-in."""
    past = file.c.checkin_id.is_(None) & (file.c.due_at < now - FAILED_MESSAGES_KEPT)
    return _delete(db, file, past, most)


def old_letters(db: Connection, now: datetime, most: int) -> int:
    """That something was said: half a year."""
    over = outbox.c.state.in_(["sent", "uncertain", "dead"]) & (outbox.c.due_at < now - LOG_KEPT)
    return _delete(db, outbox, over, most)


def old_reminders(db: Connection, now: datetime, most: int) -> int:
    """Who was reminded of what."""
    return _delete(db, delivery, (delivery.c.state != "new") & (delivery.c.due_at < now - LOG_KEPT), most)


def old_messages(db: Connection, now: datetime, most: int) -> int:
    """That something arrived, unless a check-in that is kept refers to it; each row is looked at once."""
    mark = key_values.get(db, _INBOX_MARK)
    last = int(mark.value) if mark else 0
    query = select(inbox.c.id).where(inbox.c.id > last, inbox.c.received_at < now - LOG_KEPT)
    ids = _ids(db, query, inbox.c.id, most)
    if ids:
        _drop_messages(db, ids)
        key_values.put(db, _INBOX_MARK, str(ids[-1]), now)
    return len(ids)


def _drop_messages(db: Connection, ids: list[int]) -> None:
    kept = [exists().where(table.c.inbox_id == inbox.c.id) for table in (checkin, file, place, album, outbox)]
    db.execute(delete(inbox).where(inbox.c.id.in_(ids), inbox.c.state.in_(["done", "expired"]), ~or_(*kept)))


def old_invites(db: Connection, now: datetime, most: int) -> int:
    """Codes that were used or ran out."""
    return _delete(db, invite, invite.c.expires_at < now - LOG_KEPT, most)


def former_people(db: Connection, now: datetime, most: int) -> int:
    """Who has had no role for three years: name and accounts go, what they reported stays counted."""
    mine = grant.c.person_id == person.c.id
    lately = exists().where(mine, or_(grant.c.until.is_(None), grant.c.until > now - RECORDS_KEPT))
    query = select(person.c.id).where(person.c.name != GONE, exists().where(mine), ~lately)
    ids = _ids(db, query, person.c.id, most)
    db.execute(delete(account).where(account.c.person_id.in_(ids)))
    db.execute(update(person).where(person.c.id.in_(ids)).values(name=GONE))
    return len(ids)


def old_records(db: Connection, now: datetime, most: int) -> int:
    """The words of guardians' requests and of leaks that were settled three years ago."""
    past = now - RECORDS_KEPT
    asked = guardian_request.c.settled_at < past
    words = guardian_request.c.wish.is_not(None) | guardian_request.c.outcome.is_not(None)
    ids = _ids(db, select(guardian_request.c.id).where(asked, words), guardian_request.c.id, most)
    db.execute(update(guardian_request).where(guardian_request.c.id.in_(ids)).values(wish=None, outcome=None))
    leaked = (incident.c.closed_at < past) & incident.c.what.is_not(None)
    leaks = _ids(db, select(incident.c.id).where(leaked), incident.c.id, most)
    db.execute(update(incident).where(incident.c.id.in_(leaks)).values(what=None))
    return len(ids) + len(leaks)


def _ids(db: Connection, query: Select[Any], id: ColumnElement[int], most: int) -> list[int]:
    return list(db.scalars(query.order_by(id).limit(most)))


def _delete(db: Connection, table: Any, condition: ColumnElement[bool], most: int) -> int:
    """Of the oldest rows by number: those further on are younger, and need not be looked at every night."""
    oldest = select(table.c.id).order_by(table.c.id).limit(most).subquery()
    ids = list(db.scalars(select(table.c.id).where(table.c.id.in_(select(oldest.c.id)), condition)))
    return db.execute(delete(table).where(table.c.id.in_(ids))).rowcount if ids else 0


# What a night does, in this order: what refers to others goes before them.
NIGHTLY: dict[str, Callable[[Connection, datetime, int], int]] = {
    "failed_messages": failed_messages,
    "failed_nominations": failed_nominations,
    "undated_children": undated_children,
    "names": names,
    "checkins": old_checkins,
    "events": old_events,
    "files": stray_files,
    "letters": old_letters,
    "reminders": old_reminders,
    "messages": old_messages,
    "invites": old_invites,
    "people": former_people,
    "records": old_records,
}
