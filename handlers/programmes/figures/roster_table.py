"""表 of a roster: a line for whoever or whatever holds a place; it comes back with new lines."""

import io
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection

from handlers.catalogue import current
from handlers.programmes.rosters import roster_sheet
from handlers.registry import renders
from handlers.workbooks import PLAIN, Formats, Table
from storage.organisation import units
from storage.programmes import holdings


@renders("roster-table")
def roster_workbook(db: Connection, values: Mapping[str, Any]) -> bytes:
    """The xlsx of who holds a place: a line each; names of the units (`named`) for which the asker enters them."""
    from xlsxwriter import Workbook

    row = current.catalogue_of(db).by_key[values["row"]]
    paths = [units.by_id(db, unit_id).path for unit_id in values["unit_ids"]]
    out = io.BytesIO()
    with Workbook(out, {**PLAIN, "in_memory": True}) as book:
        table = Table(book, Formats(book), roster_sheet.title(row), roster_sheet.head(row), values.get("mark", ""))
        for one in holdings.held(db, row.key, paths, date.fromisoformat(values["day"])):
            name = str(values["vault"].open(one.name)) if one.name and one.unit_id in values["named"] else ""
            cells = [str(one.figures.get(each.name, "")) for each in row.fields]
            table.add((one.unit_name, name, *cells, one.since, one.until, f"H{one.id}"))
        table.end()
    return out.getvalue()
