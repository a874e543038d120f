"""What the phones of the practice page show."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, select

from storage.base.upsert import add_new
from storage.base.vault import Vault
from storage.tables import screen

Row = tuple[int, dict[str, Any]]


def put(db: Connection, vault: Vault, person: str, bubble: dict[str, Any]) -> None:
    """Add a bubble; one with the same `id` on this phone is there only once."""
    add_new(db, screen, [{"person": person, "key": bubble["id"], "bubble": vault.seal(bubble)}])


def last(db: Connection, vault: Vault, person: str, most: int) -> list[Row]:
    """The newest bubbles of a phone, oldest first, each with its place in the order."""
    query = select(screen.c.id, screen.c.bubble).where(screen.c.person == person)
    rows = db.execute(query.order_by(screen.c.id.desc()).limit(most)).all()
    return [(place, vault.open(bubble)) for place, bubble in reversed(rows)]


def after(db: Connection, vault: Vault, place: int, person: str) -> list[Row]:
    """The bubbles of a phone that came after this place."""
    query = select(screen.c.id, screen.c.bubble).where(screen.c.person == person, screen.c.id > place)
    return [(place, vault.open(bubble)) for place, bubble in db.execute(query.order_by(screen.c.id))]


def newest(db: Connection) -> int:
    """The place of the newest bubble of all phones."""
    return db.scalar(select(func.max(screen.c.id))) or 0


def unread(db: Connection, read_up_to: Mapping[str, int], besides: str) -> dict[str, int]:
    """How many bubbles of the bot each other phone got after the place up to which it was looked at."""
    rows = db.execute(select(screen.c.person, screen.c.id).where(screen.c.person != besides, screen.c.key.like("o%")))
    return dict(Counter(person for person, place in rows if place > read_up_to.get(person, 0)))
