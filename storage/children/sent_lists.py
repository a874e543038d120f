"""Files that list children by name and are still in a chat."""

from datetime import datetime

from sqlalchemy import Connection, select, update

from storage.base.vault import Vault, WrongKey
from storage.messages.outbox import ANSWER, REMOVAL
from storage.organisation import units
from storage.tables import outbox


def take_back(db: Connection, vault: Vault, unit_id: int, now: datetime) -> None:
    """Those that list children of this unit go now, not in a day."""
    above = {int(each) for each in units.by_id(db, unit_id).path.split("/") if each}
    rows = db.execute(select(outbox.c.id, outbox.c.body).where(outbox.c.lane == REMOVAL, outbox.c.state == "new"))
    found = [row.id for row in rows if not above.isdisjoint(_units(vault, row.body))]
    # In its own lane a letter would wait for what is taken back before it.
    db.execute(update(outbox).where(outbox.c.id.in_(found)).values(lane=ANSWER, due_at=now))


def _units(vault: Vault, body: bytes) -> list[int]:
    try:
        return vault.open(body).get("children", [])  # type: ignore[no-any-return]
    except WrongKey:
        return []
