"""Which squads have taken part in anything in some days, wherever they were then."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import Connection, String, select, type_coerce, union

from storage.base import chunks
from storage.checkins.coverage import VALID
from storage.digests.whereabouts import scope, taking_part_in
from storage.organisation.units import Unit
from storage.tables import checkin, event, participation, unit_past


def covered(db: Connection, of: Unit, squads: Collection[int], first: date, last: date) -> set[int]:
    """Which of these squads of this part of the tree have, here or elsewhere before they came."""
    here = {squad for _, squad, _ in taking_part_in(db, of, first, last)}
    return (here & set(squads)) | came_with(db, of, set(squads) - here, first, last)


def came_with(db: Connection, of: Unit, squads: Collection[int], first: date, last: date) -> set[int]:
    """Those of these squads that were in another part of the tree in these days and took part in something there."""
    found: set[int] = set()
    for some in chunks.chunks(squads):
        once = select(unit_past.c.unit_id).where(
            unit_past.c.unit_id.in_(some), unit_past.c.until > first, unit_past.c.since <= last,
            type_coerce(unit_past.c.path, String).not_like(scope(of, first, last).inside),
        )  # fmt: skip
        reports = select(checkin.c.unit_id).where(VALID, checkin.c.day.between(first, last))
        names = select(participation.c.unit_id).join(event).where(event.c.day.between(first, last))
        both = union(reports.where(checkin.c.unit_id.in_(once)), names.where(participation.c.unit_id.in_(once)))
        found.update(db.scalars(both))
    return found
