"""One-time codes by which somebody joins with a role at a unit; only their hashes are kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from storage.audit.audit import Action, note
from storage.base.codes import GLUED as GLUED
from storage.base.codes import apart, fresh, marks
from storage.base.upsert import add_one
from storage.base.vault import Vault
from storage.people.people import Role
from storage.tables import invite, wrong_code

LIFETIME = timedelta(days=7)
TRIES_AN_HOUR = 5


@dataclass(frozen=True, slots=True)
class Invite:
    """What a code gives, and whose it is."""

    id: int
    unit_id: int
    role: Role
    made_by: int | None = None
    # Somebody known, for whom it is; whose work goes over to the one who comes.
    person_id: int | None = None
    from_id: int | None = None
    # Of a staff room: everybody at the unit and below whom the roster knows, who then waits for its maker's word.
    room: bool = False


def make(
    db: Connection, vault: Vault, unit_id: int, role: Role, made_by: int | None, now: datetime, *,
    person_id: int | None = None, from_id: int | None = None, room: bool = False,
) -> str:  # fmt: skip
    """A new code, valid for seven days and one person, or for a whole staff room."""
    code = fresh()
    given = {"unit_id": unit_id, "role": role, "made_by": made_by, "person_id": person_id, "from_id": from_id}
    given["room"] = room
    mark = marks(vault, code)[0]
    number = add_one(db, invite, code_hash=mark, made_at=now, expires_at=now + LIFETIME, **given)
    about = {"room": True} if room else {"role": role}
    note(db, Action.INVITED, now, unit_id=unit_id, subject=f"invite:{number}", **about)
    return code


def find(db: Connection, vault: Vault, code: str, now: datetime) -> Invite | None:
    """What this code gives, if it is known, unused and not expired."""
    known = invite.c.code_hash.in_(marks(vault, code))
    holds = known & _good(now)
    return next(_which(db, holds), None)


def is_void(db: Connection, vault: Vault, text: str) -> bool:
    """Whether the text holds a code that was taken back before its time, as after its maker's phone was lost."""
    known = [mark for code, _ in apart(text) for mark in marks(vault, code)]
    before = db.execute(select(invite.c.made_at, invite.c.expires_at).where(invite.c.code_hash.in_(known)))
    return any(row.expires_at < row.made_at + LIFETIME for row in before)


def find_in(db: Connection, vault: Vault, text: str, now: datetime) -> tuple[Invite | None, str]:
    """(what the code in this text gives, what else the text says)."""
    tried = ((find(db, vault, code, now), others) for code, others in apart(text))
    return next((each for each in tried if each[0]), (None, ""))


def _good(now: datetime) -> ColumnElement[bool]:
    # One that is void ended when it was made.
    lasts = (invite.c.expires_at > invite.c.made_at) & (invite.c.expires_at > now)
    return invite.c.used_at.is_(None) & lasts


def _which(db: Connection, holds: ColumnElement[bool]) -> Iterator[Invite]:
    for row in db.execute(select(*(invite.c[name] for name in Invite.__slots__)).where(holds)).all():
        yield Invite(row[0], row[1], Role(row[2]), *row[3:])


def use(db: Connection, found: Invite, person_id: int, now: datetime) -> bool:
    """Use the code up; False when somebody else was first."""
    unused = (invite.c.id == found.id) & invite.c.used_at.is_(None)
    if db.execute(update(invite).where(unused).values(used_at=now, used_by=person_id)).rowcount != 1:
        return False
    note(db, Action.JOINED, now, unit_id=found.unit_id, subject=f"invite:{found.id}", person=person_id)
    return True


def void(db: Connection, found: Invite, now: datetime) -> None:
    """Nobody may use the code any more, though the clock be put back."""
    db.execute(update(invite).where(invite.c.id == found.id).values(expires_at=invite.c.made_at))
    note(db, Action.CODE_VOIDED, now, unit_id=found.unit_id, subject=f"invite:{found.id}")


def void_made_by(db: Connection, person_id: int, now: datetime) -> None:
    """Whoever has the phone on which these codes were made may know them."""
    holds = (invite.c.made_by == person_id) & _good(now)
    for found in _which(db, holds):
        void(db, found, now)


def note_wrong(db: Connection, channel: str, address: str, now: datetime) -> None:
    """Remember a wrong try of this sender; tries older than a day are forgotten."""
    db.execute(delete(wrong_code).where(wrong_code.c.at < now - timedelta(days=1)))
    db.execute(insert(wrong_code).values(channel=channel, address=address, at=now))


def wrong_tries(db: Connection, channel: str, address: str, now: datetime) -> int:
    """How many wrong tries this sender made in the last hour."""
    recent = (wrong_code.c.channel == channel) & (wrong_code.c.address == address)
    # None of a time to come: the clock was put back.
    query = select(func.count()).where(recent, wrong_code.c.at.between(now - timedelta(hours=1), now))
    return db.scalar(query) or 0
