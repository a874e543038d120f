"""The rows that everything runs by: the shipped ones with an office's own files and what admins changed in chat."""

import hashlib
import json
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from handlers.catalogue import catalogue, loader
from handlers.catalogue.catalogue import Catalogue
from scheduling.calendar import Calendar
from scheduling.school_days import with_days
from storage.base import key_values
from storage.organisation import school_days, units

# The office's own rows as JSON: those of its files, and those that were agreed to in chat.
FILES, CHAT = "catalogue files", "catalogue chat"


def catalogue_of(db: Connection) -> Catalogue:
    """The rows in force; the shipped ones where nothing was changed."""
    return _merged(*_kept(db))


@lru_cache(maxsize=4)
def _merged(files: str, chat: str) -> Catalogue:
    rows = {row.key: row for row in catalogue.shipped()}
    for place, source in (("文件", files), ("目录", chat)):
        rows |= {row.key: row for row in catalogue.checked(place, json.loads(source))}
    return Catalogue(tuple(row for row in rows.values() if not row.off), own=tuple(rows.values()))


def calendar_at(db: Connection, paths: Collection[str]) -> Calendar:
    """The calendar of whoever is at the units with these paths, with what those and others above them have noted."""
    return with_days(loader.calendar_of(db), school_days.at(db, paths))


def keep_files(db: Connection, folder: Path, now: datetime) -> tuple[str, ...]:
    """The rows of an office's own files count from now on; returns sentences about files that were left out."""
    found = catalogue.load(folder)
    shipped = {row.key: row for row in catalogue.shipped()}
    own = [row.model_dump(mode="json", exclude_defaults=True) for row in found.own if row != shipped.get(row.key)]
    source = json.dumps(own, ensure_ascii=False, sort_keys=True)
    kept = key_values.get(db, FILES)
    if source != (kept.value if kept else "[]"):
        key_values.put(db, FILES, source, now)
        units.changed(db, now)
    return found.problems


def mark_of(db: Connection) -> str:
    """Another one when the catalogue was changed since."""
    return hashlib.sha256(repr(_kept(db)).encode()).hexdigest()


def keep_changed(db: Connection, changed: Sequence[dict[str, Any]], now: datetime) -> None:
    """Rows as tables, in place of earlier ones of the same key, live from now on; raises Wrong."""
    files, chat = _kept(db)
    by_key = {entry["key"]: entry for entry in (*json.loads(chat), *changed)}
    source = json.dumps(list(by_key.values()), ensure_ascii=False, sort_keys=True)
    _merged(files, source)
    key_values.put(db, CHAT, source, now)
    # Whoever keeps the catalogue reads it again.
    units.changed(db, now)


def _kept(db: Connection) -> tuple[str, str]:
    found = key_values.several(db, (FILES, CHAT))
    return found.get(FILES, "[]"), found.get(CHAT, "[]")
