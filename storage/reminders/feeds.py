"""The link under which a person's calendar is read by other programs: only its keyed hash is kept."""

from datetime import datetime
from secrets import token_urlsafe

from sqlalchemy import Connection, delete, insert, select

from storage.base import key_values
from storage.base.vault import Vault
from storage.tables import wish

# Where the bot is reached from outside, as of the last start; empty: nowhere.
_ADDRESS = "public address"
_FEED = "feed"
_BYTES = 32


def note_address(db: Connection, address: str, now: datetime) -> None:
    """From now on links begin so."""
    key_values.put(db, _ADDRESS, address, now)


def address(db: Connection) -> str:
    """With what a link begins; empty: there can be none."""
    kept = key_values.get(db, _ADDRESS)
    return kept.value if kept else ""


def renew(db: Connection, vault: Vault, person_id: int, now: datetime) -> tuple[str, bool]:
    """(the secret of a new link, whether there was one, which counts no more)."""
    token, before = token_urlsafe(_BYTES), revoke(db, person_id)
    db.execute(insert(wish).values(person_id=person_id, name=_FEED, value=_marks(vault, token)[0], made_at=now))
    return token, before


def revoke(db: Connection, person_id: int) -> bool:
    """The link of a person counts no more; False when there is none."""
    return db.execute(delete(wish).where(wish.c.person_id == person_id, wish.c.name == _FEED)).rowcount > 0


def person_of(db: Connection, vault: Vault, token: str) -> int | None:
    """Whose link has this secret."""
    query = select(wish.c.person_id).where(wish.c.name == _FEED, wish.c.value.in_(_marks(vault, token)))
    return db.scalar(query)


def _marks(vault: Vault, token: str) -> list[str]:
    return vault.fingerprints(f"calendar {token}")
