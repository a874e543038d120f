"""表 of a row of reports: who has reported, what, and who has not."""

import io
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from handlers.catalogue import current
from handlers.registry import renders
from handlers.wording import lines
from handlers.workbooks import PLAIN, Formats, Table
from scheduling import spans
from storage.organisation import units
from storage.programmes import coverage, reports
from storage.programmes.reports import Report

_STATES = {
    "submitted": "已报", "accepted": "已收下", "returned": "退回", "zero": "零报告",
    "expected": "待报", "overdue": "逾期", "on_time": "按时", "late": "迟报",
    "excused": "请假",
}  # fmt: skip


@renders("report-table")
def workbook(db: Connection, values: Mapping[str, Any]) -> bytes:
    """The xlsx: 上报 with a line a report, 应报 with a line a unit that owes it."""
    from xlsxwriter import Workbook

    row = current.catalogue_of(db).by_key[values["row"]]
    paths = [units.by_id(db, unit_id).path for unit_id in values["unit_ids"]]
    first, last = spans.span_of(values["period"])
    out = io.BytesIO()
    with Workbook(out, {**PLAIN, "in_memory": True}) as book:
        formats, words = Formats(book), values.get("mark", "")
        told = Table(
            book, formats, "上报", ("单位", "日期", "时期", *(each.label for each in row.fields), "状态", "编号"), words
        )
        for one in reports.below(db, row.key, paths, first, last):
            cells = [_cell(one, each.name) for each in row.fields]
            told.add((one.unit_name, one.day, one.period, *cells, _STATES[one.state], f"R{one.id}"))
        owed = Table(book, formats, "应报", ("单位", "学校", "状态"), words)
        period = spans.label_of(row.period, first)
        for target in lines.targets(db, row, paths, period, date.fromisoformat(values["day"])):
            late = "（迟报）" if target.late and target.state != coverage.LATE else ""
            owed.add((target.name, target.school, _STATES[target.state] + late))
        for table in (told, owed):
            table.end()
    return out.getvalue()


def _cell(one: Report, name: str) -> str | float | int:
    value = one.figures.get(name, "")
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
