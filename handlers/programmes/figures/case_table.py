"""表 of a row of cases: a line a case."""

import io
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection

from handlers.catalogue import case_figures, chain, current
from handlers.registry import renders
from handlers.workbooks import PLAIN, Formats, Table
from scheduling import spans
from storage.organisation import units
from storage.programmes import cases


@renders("case-table")
def case_workbook(db: Connection, values: Mapping[str, Any]) -> bytes:
    """The xlsx of a row's cases: a line a case, without who or what it is about."""
    from xlsxwriter import Workbook

    row = current.catalogue_of(db).by_key[values["row"]]
    paths = [units.by_id(db, unit_id).path for unit_id in values["unit_ids"]]
    today = date.fromisoformat(values["day"])
    begin, end = case_figures.instants(db, values["period"])
    found = cases.as_of(db, row.key, paths, chain.period_of(row, spans.span_of(values["period"])[0]), begin, end)
    out = io.BytesIO()
    with Workbook(out, {**PLAIN, "in_memory": True}) as book:
        head = ("编号", "单位", "类别", "状态", "立", "到期", "超期天数")
        table = Table(book, Formats(book), "事项", head, values.get("mark", ""))
        for one, closed in found:
            made = one.made_at and one.made_at.astimezone(begin.tzinfo).date()
            late = None if one.due is None else 0 if closed else max(0, (today - one.due).days)
            table.add((one.number, one.unit_name, one.kind, chain.state_name(one.state), made, one.due, late))
        table.end()
    return out.getvalue()
