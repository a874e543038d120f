"""The files of 导出 签到: a row a check-in."""

import io
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Connection

from handlers import workbooks
from handlers.digests.tables import content, csv_table
from handlers.registry import renders
from storage.digests import details
from storage.digests.parts import Which
from storage.organisation import units


def _rows(db: Connection, values: Mapping[str, Any]) -> Any:
    return content.checkins(db, _which(db, values), datetime.fromisoformat(values["at"]).tzinfo)


def _which(db: Connection, values: Mapping[str, Any]) -> Which:
    [unit_id] = values["unit_ids"]
    first, last = date.fromisoformat(values["first"]), date.fromisoformat(values["last"])
    return Which(units.by_id(db, unit_id), first, last)


@renders("checkins-xlsx")
def workbook(db: Connection, values: Mapping[str, Any]) -> bytes:
    """The xlsx of `unit_ids` from `first` to `last`: rows leave the memory as they are written."""
    from xlsxwriter import Workbook

    out = io.BytesIO()
    with Workbook(out, workbooks.LONG) as book:
        created = datetime.combine(date.fromisoformat(values["first"]), time())
        book.set_properties({"title": f"签到 {values['period']}", "created": created})
        table = workbooks.Table(book, workbooks.Formats(book), "签到明细", content.CHECKINS, values.get("mark", ""))
        if number := details.count(db, _which(db, values)):
            table.add(content.PATTERN)
        table.end(number)
    return workbooks.with_rows(out.getvalue(), 1, _rows(db, values)) if number else out.getvalue()


@renders("checkins-csv")
def as_csv(db: Connection, values: Mapping[str, Any]) -> bytes:
    """The same as csv."""
    return csv_table.written(values.get("mark", ""), content.CHECKINS, _rows(db, values))
