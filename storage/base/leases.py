"""Who of several processes does what only one may do: a row with an end, renewed while it is held."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, or_, select, update

from storage.base.upsert import add_new
from storage.tables import lease


def hold(db: Connection, name: str, owner: str, real: datetime, length: timedelta) -> bool:
    """Take or renew the lease; False while another process holds it. `real` is the true time."""
    add_new(db, lease, [{"name": name, "owner": owner, "until": real + length}])
    mine = (lease.c.name == name) & or_(lease.c.owner == owner, lease.c.until <= real)
    db.execute(update(lease).where(mine).values(owner=owner, until=real + length))
    return db.scalar(select(lease.c.owner).where(lease.c.name == name)) == owner


def give_back(db: Connection, name: str, owner: str) -> None:
    """End one's own lease of this name."""
    db.execute(delete(lease).where(lease.c.name == name, lease.c.owner == owner))


def release(db: Connection, owner: str) -> None:
    """Give everything back at a clean stop."""
    db.execute(delete(lease).where(lease.c.owner == owner))


def held_until(db: Connection, name: str) -> datetime | None:
    """When the lease of this name ends; None when nobody has it."""
    return db.scalar(select(lease.c.until).where(lease.c.name == name))
