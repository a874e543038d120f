"""A digest as csv: the whole, its schools and its squads; in UTF-8 with a BOM, by which Excel knows it."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from handlers.digests.tables import content, contents
from handlers.digests.tables.recipe import shown_of
from handlers.registry import renders
from handlers.wording import days


@renders("digest-csv")
def parts(db: Connection, values: Mapping[str, Any]) -> bytes:
    """The csv of what `digest-workbook` makes a workbook of."""
    rows: list[contents.Row] = []
    for unit_id in values["unit_ids"]:
        one = shown_of(db, unit_id, values)
        squads, _ = content.squads(db, one)
        rows += [contents.whole(one), *contents.schools(one), *squads]
    return written(values.get("mark", ""), content.PARTS, rows)


def of_page(db: Connection, one: contents.Shown, mark: str) -> bytes:
    """What the page of a unit has in its table: its schools, the squads of a school, the check-ins of a squad."""
    if len(one.digest.schools) > 1:
        return written(mark, content.PARTS, [contents.whole(one), *contents.schools(one)])
    squads, _ = content.squads(db, one)
    if len(squads) > 1:
        return written(mark, content.PARTS, [contents.whole(one), *squads])
    return written(mark, content.CHECKINS, content.checkins(db, one.which, one.now.tzinfo))


def written(mark: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """The mark, the head and the rows; what would be a formula begins with '."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerows([[mark], head])
    table.writerows([*map(_cell, row), *[None] * (len(head) - len(row))] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return days.stamp(value)
    # What Excel would take for a formula, and the line break that some add before it.
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
