"""How a row of the audit log is said: when, who, what, where, about what."""

import json
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any

from sqlalchemy import Connection

from handlers.kit import Deed
from handlers.medals import cases as medals
from storage.audit.audit import Entry
from storage.digests import digests
from storage.organisation import units
from storage.people import people
from storage.people.people import Role

# Nobody in particular: the nightly clean-up, the command line.
_NOBODY = "系统"
_PERSON = "person:"


def lines(db: Connection, entries: Sequence[Entry], zone: tzinfo | None, paths: bool = False) -> list[str]:
    """`2026-04-03 10:20 刘校长 同意提名 实验小学三(2)中队 nomination:12 一星章`, one a row.

    With `paths` units are written from the root down, as the command line names them.
    """
    meant = {int(entry.subject.partition(":")[2]) for entry in entries if entry.subject.startswith(_PERSON)}
    who = people.names(db, meant | {entry.person_id for entry in entries if entry.person_id is not None})
    at = units.by_ids(db, {entry.unit_id for entry in entries if entry.unit_id is not None})
    full = {id: units.full_name(db, unit) for id, unit in at.items()} if not paths else {}
    where = full or digests.path_names(db, at.values())
    return [_line(entry, who, where, zone) for entry in entries]


def _line(entry: Entry, who: Mapping[int, str], where: Mapping[int, str], zone: tzinfo | None) -> str:
    about = entry.subject
    if about.startswith(_PERSON):
        about = who.get(int(about.partition(":")[2]), about)
    parts = [
        f"{entry.at.astimezone(zone):%Y-%m-%d %H:%M}",
        who.get(entry.person_id or 0, _NOBODY),
        Deed(entry.deed).label,
        where.get(entry.unit_id or 0, ""),
        about,
        said(json.loads(entry.about)),
    ]
    return " ".join(filter(None, parts))


def said(about: Mapping[str, Any]) -> str:
    """What else a row says, in words that people know: the role, the medal, what was wanted."""
    role, medal = about.get("role"), about.get("medal")
    parts = [Role(role).label if role else "", medals.label(medal) if medal else "", str(about.get("what", ""))]
    return " ".join(filter(None, parts))
