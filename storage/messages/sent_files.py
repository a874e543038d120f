"""Files that a platform keeps for us: made from the same recipe and values, they need no second upload."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from storage.base.upsert import add_new
from storage.tables import sent_file


def key_of(recipe: str, values: Mapping[str, Any]) -> str:
    """What a recipe with these values is found again by."""
    return hashlib.sha256(json.dumps([recipe, values], sort_keys=True).encode()).hexdigest()


def ref(db: Connection, channel: str, key: str) -> str | None:
    """What the platform calls the file."""
    found: str | None = db.scalar(select(sent_file.c.ref).where(_is(channel, key)))
    return found


def note(db: Connection, channel: str, key: str, ref: str, now: datetime) -> None:
    """The platform has the file and calls it so."""
    forget(db, channel, key)
    add_new(db, sent_file, [{"channel": channel, "key": key, "ref": ref, "at": now}])


def forget(db: Connection, channel: str, key: str) -> None:
    """The platform does not know the file any more."""
    db.execute(delete(sent_file).where(_is(channel, key)))


def purge(db: Connection, before: datetime) -> None:
    """Forget the files that were sent before this instant."""
    db.execute(delete(sent_file).where(sent_file.c.at < before))


def _is(channel: str, key: str) -> Any:
    return (sent_file.c.channel == channel) & (sent_file.c.key == key)
