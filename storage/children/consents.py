"""What guardians have agreed to: that one stands is the condition for a child's nomination (PIPL 29, 31)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, func, insert, select, update

from storage.audit.audit import Action, note
from storage.tables import child, consent


@dataclass(frozen=True, slots=True)
class Consent:
    """How and when a guardian agreed; `reference` is the school's number of the paper, `photos` None: not said."""

    method: str
    day: date
    reference: str = ""
    photos: bool | None = None


def give(db: Connection, child_id: int, given: Consent, person_id: int, now: datetime) -> None:
    """Record a consent; an earlier one is over."""
    _over(db, child_id, now)
    values = {"method": given.method, "day": given.day, "reference": given.reference, "photos": given.photos}
    db.execute(insert(consent).values(child_id=child_id, **values, recorded_by=person_id, recorded_at=now))
    unit_id = db.scalar(select(child.c.unit_id).where(child.c.id == child_id))
    note(db, Action.CONSENTED, now, unit_id=unit_id, subject=f"child:{child_id}", method=given.method)


def end(db: Connection, child_id: int, now: datetime) -> None:
    """A consent is withdrawn, if one stood; the paper's number, which would lead back to the child, goes."""
    if _over(db, child_id, now):
        unit_id = db.scalar(select(child.c.unit_id).where(child.c.id == child_id))
        note(db, Action.CONSENT_ENDED, now, unit_id=unit_id, subject=f"child:{child_id}")
    db.execute(update(consent).where(consent.c.child_id == child_id).values(reference=""))


def _over(db: Connection, child_id: int, now: datetime) -> bool:
    stands = (consent.c.child_id == child_id) & consent.c.ended_at.is_(None)
    return db.execute(update(consent).where(stands).values(ended_at=now)).rowcount > 0


def standing(db: Connection, child_ids: Iterable[int]) -> dict[int, Consent]:
    """The consents that stand, by child."""
    columns = (consent.c.child_id, consent.c.method, consent.c.day, consent.c.reference, consent.c.photos)
    query = select(*columns).where(consent.c.child_id.in_(sorted(set(child_ids))), consent.c.ended_at.is_(None))
    return {child_id: Consent(*rest) for child_id, *rest in db.execute(query)}


def without_photos(db: Connection, unit_id: int) -> int:
    """Of how many children of this squad the guardians do not want photos."""
    said_no = (child.c.unit_id == unit_id) & consent.c.ended_at.is_(None) & consent.c.photos.is_(False)
    query = select(func.count()).select_from(consent).join(child, child.c.id == consent.c.child_id)
    return db.scalar(query.where(said_no)) or 0
