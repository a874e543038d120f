"""Photos and files that came with messages: wanted, then stored by their hash or lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, case, delete, func, insert, literal_column, or_, select, update

from storage.checkins.coverage import VALID
from storage.tables import checkin, file

# The kinds of a roster file and of a form; what else is kept is a photo.
TABLE, FORM = "table", "form"
# What a file is evidence of, and its id there.
Owner = tuple[Literal["checkin_id", "case_id", "report_id"], int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to fetch from its channel."""

    id: int
    channel: str
    chat: str
    ref: str
    kind: str
    person_id: int | None
    attempts: int


def want(db: Connection, rows: Sequence[dict[str, Any]], now: datetime, state: str = "wanted") -> None:
    """Note files (inbox_id, person_id, its owner, channel, chat, ref, kind, album) that are to be fetched at once.

    In the state `held` they wait for a check-in or a report.
    """
    if rows:
        db.execute(insert(file), [{**row, "state": state, "attempts": 0, "due_at": now} for row in rows])


def wanted(db: Connection, now: datetime, most: int = 20) -> list[Wanted]:
    """The files whose fetching is due."""
    # As a literal, so that the partial index is known to hold all these rows.
    query = select(*(file.c[name] for name in Wanted.__slots__))
    query = query.where(file.c.state == literal_column("'wanted'"), file.c.due_at <= now)
    return [Wanted(*row) for row in db.execute(query.order_by(file.c.due_at).limit(most))]


def adopt(db: Connection, inbox_id: int, owner: Owner) -> int:
    """The files of a message, and of its album, that belonged to nothing yet belong to this; how many they are."""
    mine = file.c.inbox_id == inbox_id
    album = select(file.c.album).where(mine, file.c.album.is_not(None)).scalar_subquery()
    together = or_(mine, file.c.album.in_(album))
    kind, number = owner
    db.execute(update(file).where(mine, *unowned()).values({kind: number}))
    return db.scalar(select(func.count()).where(together, file.c[kind] == number)) or 0


def adopt_since(db: Connection, person_id: int, since: datetime, checkin_id: int) -> int:
    """What somebody sent since then and that belongs to nothing yet belongs to this check-in; how many they are."""
    loose = file.c.person_id == person_id, file.c.due_at >= since, *unowned()
    held = case((file.c.state == "held", "wanted"), else_=file.c.state)
    return db.execute(update(file).where(*loose).values(checkin_id=checkin_id, state=held)).rowcount


def limit(db: Connection, owner: Owner, most: int) -> int:
    """Of what belongs to it only the first so many stay; how many go."""
    beyond = [file_id for file_id, _, _ in of(db, owner)[most:]]
    db.execute(delete(file).where(file.c.id.in_(beyond)))
    return len(beyond)


def unowned() -> list[ColumnElement[bool]]:
    """That a file belongs to nothing yet."""
    return [file.c[kind].is_(None) for kind in ("checkin_id", "case_id", "report_id")]


def kept(db: Connection, checkin_id: int, unit_id: int) -> tuple[int, int]:
    """(how many files a check-in has, how many bytes those of its unit's check-ins come to); without lost ones."""
    there = file.c.state != "lost"
    count = db.scalar(select(func.count()).where(file.c.checkin_id == checkin_id, there)) or 0
    of_unit = select(checkin.c.id).where(checkin.c.unit_id == unit_id, VALID)
    size = db.scalar(select(func.sum(file.c.size)).where(file.c.checkin_id.in_(of_unit), there)) or 0
    return count, int(size)


def of(db: Connection, owner: Owner) -> list[tuple[int, str, str]]:
    """(id, state, MIME type) of what was sent as evidence of it and not lost, in order."""
    kind, number = owner
    query = select(file.c.id, file.c.state, file.c.mime).where(file.c[kind] == number, file.c.state != "lost")
    return [(row.id, row.state, row.mime or "") for row in db.execute(query.order_by(file.c.id))]


def hash_of(db: Connection, file_id: int) -> str:
    """Under which hash a stored file is kept."""
    return str(db.scalar(select(file.c.sha256).where(file.c.id == file_id)))


def photo_of(db: Connection, channel: str, ref: str) -> str | None:
    """Under which hash the photo is kept that came under this reference; None where none is."""
    mine = (file.c.channel == channel) & (file.c.ref == ref) & (file.c.mime == "image/jpeg")
    return db.scalar(select(file.c.sha256).where(mine))


def settle(db: Connection, file_id: int, **facts: Any) -> bool:
    """Note how fetching went: stored (sha256, size, mime), lost, or wanted again; False when another did already."""
    waits = (file.c.id == file_id) & (file.c.state == "wanted")
    return db.execute(update(file).where(waits).values(**facts, attempts=file.c.attempts + 1)).rowcount == 1


def known(db: Connection, names: Sequence[str]) -> set[str]:
    """Those of these hashes that a row has."""
    return set(db.scalars(select(file.c.sha256).where(file.c.sha256.in_(list(names))))) if names else set()


def is_wanted(db: Connection, channel: str, ref: str) -> bool:
    """Whether this file of a channel is still to be fetched, now or once its check-in is known."""
    open_states = file.c.state.in_(["wanted", "held"])
    query = select(file.c.id).where(file.c.channel == channel, file.c.ref == ref, open_states).limit(1)
    return db.execute(query).first() is not None
