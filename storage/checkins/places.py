"""Where check-ins were, as their senders say."""

from datetime import datetime

from sqlalchemy import Connection, insert

from storage.tables import place


def note(
    db: Connection, checkin_id: int, inbox_id: int, person_id: int, at: tuple[float, float], now: datetime
) -> None:
    """Keep a place, (latitude, longitude) in degrees, with a check-in."""
    values = {"checkin_id": checkin_id, "inbox_id": inbox_id, "person_id": person_id, "at": now}
    db.execute(insert(place).values(**values, latitude=at[0], longitude=at[1]))
