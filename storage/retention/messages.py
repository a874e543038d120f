"""What came in, went out and was sent along goes after half a year, what nobody could handle after a month."""

from datetime import datetime

from sqlalchemy import Connection, and_, delete, exists, literal_column, or_, select, update

from storage.base import key_values
from storage.messages import files
from storage.retention import rows, terms
from storage.tables import album, checkin, file, inbox, outbox, place

_INBOX_MARK = "purged-inbox"


def failed_messages(db: Connection, now: datetime, most: int) -> int:
    """What nobody replayed in a month: the sealed words go, the ids stay."""
    # As literals, so that the partial indexes are found.
    states = or_(*(inbox.c.state == literal_column(f"'{state}'") for state in ("failed", "unreadable")))
    stopped = states & (inbox.c.received_at < now - terms.FAILED_MESSAGES_KEPT)
    ids = rows.oldest(db, select(inbox.c.id).where(stopped), inbox.c.id, most)
    gone = {"payload": None, "error": None, "state": "expired"}
    return db.execute(update(inbox).where(inbox.c.id.in_(ids)).values(gone)).rowcount if ids else 0


def stray_files(db: Connection, now: datetime, most: int) -> int:
    """Photos that never found what they belong to."""
    past = and_(*files.unowned(), file.c.due_at < now - terms.FAILED_MESSAGES_KEPT)
    return rows.delete_oldest(db, file, past, most)


def old_letters(db: Connection, now: datetime, most: int) -> int:
    """That something was said: half a year."""
    over = outbox.c.state.in_(["sent", "uncertain", "dead"]) & (outbox.c.due_at < now - terms.LOG_KEPT)
    return rows.delete_oldest(db, outbox, over, most)


def old_messages(db: Connection, now: datetime, most: int) -> int:
    """That something arrived, unless a check-in that is kept refers to it; each row is looked at once."""
    mark = key_values.get(db, _INBOX_MARK)
    last = int(mark.value) if mark else 0
    query = select(inbox.c.id).where(inbox.c.id > last, inbox.c.received_at < now - terms.LOG_KEPT)
    ids = rows.oldest(db, query, inbox.c.id, most)
    if ids:
        drop_messages(db, ids)
        key_values.put(db, _INBOX_MARK, str(ids[-1]), now)
    return len(ids)


def drop_messages(db: Connection, ids: list[int]) -> None:
    """Of these messages those to which nothing refers that is kept."""
    kept = [exists().where(table.c.inbox_id == inbox.c.id) for table in (checkin, file, place, album, outbox)]
    db.execute(delete(inbox).where(inbox.c.id.in_(ids), inbox.c.state.in_(["done", "expired"]), ~or_(*kept)))
