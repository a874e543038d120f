"""Links by which one person opens digests as web pages; only their keyed hashes are kept."""

from datetime import datetime, timedelta
from secrets import token_urlsafe

from sqlalchemy import Connection, delete, insert, select

from storage.base.vault import Vault
from storage.tables import page_link

LIFETIME = timedelta(hours=24)
_BYTES = 32


def make(db: Connection, vault: Vault, person_id: int, now: datetime) -> str:
    """The token of a new link: 43 characters of A-Z a-z 0-9 _ -; whoever's time is over goes."""
    db.execute(delete(page_link).where(page_link.c.expires_at <= now))
    token = token_urlsafe(_BYTES)
    row = {"token_hash": _marks(vault, token)[0], "person_id": person_id, "expires_at": now + LIFETIME}
    db.execute(insert(page_link).values(row))
    return token


def person_of(db: Connection, vault: Vault, token: str, now: datetime) -> int | None:
    """The id of whoever it was made for; None of one that is unknown, over or revoked."""
    holds = page_link.c.token_hash.in_(_marks(vault, token)) & (page_link.c.expires_at > now)
    return db.scalar(select(page_link.c.person_id).where(holds))


def revoke(db: Connection, person_id: int) -> int:
    """None of this person's links opens anything any more; how many there were."""
    return db.execute(delete(page_link).where(page_link.c.person_id == person_id)).rowcount


def _marks(vault: Vault, token: str) -> list[str]:
    return vault.fingerprints(f"page {token}")
