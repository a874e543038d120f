"""What is kept of a closed week, month, term or year of a unit: its digest as it was when it was closed, once."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from itertools import chain, repeat
from typing import Any

from sqlalchemy import Connection, Integer, String, bindparam, select

from storage.base import chunks
from storage.base.upsert import add_new
from storage.digests import figures
from storage.digests.periods import Period
from storage.organisation.units import Unit
from storage.statements import Prepared
from storage.tables import digest

FROZEN = 1
# A week touches at most two months, quarters, terms, school years and years; so many units are looked for at a time.
_LABELS = tuple(f"label{number}" for number in range(11))
_UNITS = tuple(f"unit{number}" for number in range(10))
_OF = Prepared(
    lambda _: select(digest.c.unit_id, digest.c.week).distinct()
    .where(digest.c.unit_id.in_([bindparam(name, type_=Integer()) for name in _UNITS]))
    .where(digest.c.week.in_([bindparam(name, type_=String()) for name in _LABELS]))
)  # fmt: skip
_KEPT = (
    select(digest.c.week, digest.c.body, digest.c.made_at)
    .where(digest.c.unit_id == bindparam("unit"), digest.c.week.in_(bindparam("labels", expanding=True)))
    .order_by(digest.c.revision)
)
# A row of the table; what it calls week is the label of any period.
Row = dict[str, Any]
_OF_WEEK = (
    *figures.KEYS, "late", "backfilled", "doubtful", "correction_before", "stars", "schools", "last_year", "best"
)  # fmt: skip


def of_week(of: Unit, shown: figures.Digest, at: datetime) -> Row:
    """The row of a week's digest."""
    return _row(of, shown.week, figures.as_json(shown, _OF_WEEK), at)


def of_period(of: Unit, label: str, found: Period, at: datetime) -> Row:
    """The row of a longer period."""
    body = asdict(found) | {"first": found.first.isoformat(), "last": found.last.isoformat()}
    return _row(of, label, body, at)


def _row(of: Unit, label: str, body: Mapping[str, Any], at: datetime) -> Row:
    return {"unit_id": of.id, "week": label, "revision": FROZEN, "body": body, "made_at": at}


def add(db: Connection, rows: Iterable[Row]) -> None:
    """Keep these; of what is kept already nothing changes."""
    add_new(db, digest, list(rows))


def known(db: Connection, unit_ids: Iterable[int], labels: Collection[str]) -> set[tuple[int, str]]:
    """Of these units and periods (as a week touches) those of which something is kept; asked of every late message."""
    given: Row = dict(zip(_LABELS, chain(labels, repeat("")), strict=False))
    found: set[tuple[int, str]] = set()
    for some in chunks.chunks(unit_ids, len(_UNITS)):
        found.update(map(tuple, _OF.rows(db, {**given, **dict(zip(_UNITS, chain(some, repeat(0)), strict=False))})))
    return found


def weeks(db: Connection, of: Unit, labels: Collection[str]) -> dict[str, Any]:
    """Period → its newest row (week, body, made_at); without one of which nothing is kept."""
    return {row.week: row for row in db.execute(_KEPT, {"unit": of.id, "labels": list(labels)})}


def period(db: Connection, of: Unit, label: str) -> Period | None:
    """What is kept of a longer period; None: nothing, so that it has not changed since it was closed."""
    row = weeks(db, of, (label,)).get(label)
    if row is None:
        return None
    body = row.body
    return Period(
        date.fromisoformat(body["first"]), date.fromisoformat(body["last"]), body["events"],
        figures.Attendance(**body["attendance"]), body["squads_due"], body["squads_covered"],
        tuple(figures.Activity(**each) for each in body["by_activity"]),
        tuple(figures.Part(**each) for each in body["schools"]), tuple(body["missing"]),
    )  # fmt: skip
