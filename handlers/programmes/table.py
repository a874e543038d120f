"""表: a row's reports of a period as a workbook; who has reported, what, and who has not."""

import io
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from handlers.catalogue import case_figures, chain, current
from handlers.kit import Ask, File, Reply
from handlers.programmes.duties import READERS, line_of
from handlers.registry import command, renders
from handlers.wording import lines
from handlers.workbooks import HEAD, PLAIN, mark
from scheduling import spans
from storage.organisation import units
from storage.programmes import cases, reports
from storage.programmes.reports import Report

_STATES = {
    "submitted": "已报", "accepted": "已收下", "returned": "退回", "zero": "零报告",
    "expected": "待报", "overdue": "逾期", "on_time": "按时", "late": "迟报",
    "excused": "请假",
}  # fmt: skip


@command(
    "表", who=READERS, group="周报", rank=28, help="一项工作的上报做成表", examples=("表 宣讲 上月 汇总上报",),
    follows=r"\S", exports=True, snapshot=True,
)  # fmt: skip
def table(ask: Ask) -> Reply:
    """The workbook of a row for a period; made when it is sent."""
    line, at = line_of(ask, "表")
    when = spans.said(line.period, ask.today)
    values: dict[str, Any] = {"row": line.row.key, "unit_ids": [unit.id for unit in at]}
    values |= {"period": line.period, "day": ask.today.isoformat()}
    recipe = "case-table" if line.row.shape == "case" else "report-table"
    return Reply(f"{when}{line.row.name}的表", file=File(f"{line.row.name}-{line.period}.xlsx", recipe, values))


@renders("report-table")
def workbook(db: Connection, values: Mapping[str, Any]) -> bytes:
    """The xlsx: 上报 with a line a report, 应报 with a line a unit that owes it."""
    from xlsxwriter import Workbook

    row = current.catalogue_of(db).by_key[values["row"]]
    paths = [units.by_id(db, unit_id).path for unit_id in values["unit_ids"]]
    first, last = spans.span_of(values["period"])
    out = io.BytesIO()
    with Workbook(out, {**PLAIN, "in_memory": True}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        told = book.add_worksheet("上报")
        _head(
            told, ("单位", "日期", "时期", *(each.label for each in row.fields), "状态", "编号"), values.get("mark", "")
        )
        for number, one in enumerate(reports.below(db, row.key, paths, first, last), HEAD + 1):
            cells = [_cell(one, each.name) for each in row.fields]
            told.write_string(number, 0, one.unit_name)
            told.write_datetime(number, 1, one.day, day)
            for place, cell in enumerate([one.period, *cells, _STATES[one.state], f"R{one.id}"], 2):
                told.write(number, place, cell)
        owed = book.add_worksheet("应报")
        _head(owed, ("单位", "学校", "状态"), values.get("mark", ""))
        period = spans.label_of(row.period, first)
        targets = lines.targets(db, row, paths, period, date.fromisoformat(values["day"]))
        for number, target in enumerate(targets, HEAD + 1):
            owed.write_row(number, 0, (target.name, target.school, _STATES[target.state]))
    return out.getvalue()


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
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet("事项")
        _head(sheet, ("编号", "单位", "类别", "状态", "立", "到期", "超期天数"), values.get("mark", ""))
        for number, (one, closed) in enumerate(found, HEAD + 1):
            sheet.write_row(number, 0, (one.number, one.unit_name, one.kind, chain.state_name(one.state)))
            if one.made_at:
                sheet.write_datetime(number, 4, one.made_at.astimezone(begin.tzinfo).replace(tzinfo=None), day)
            if one.due:
                sheet.write_datetime(number, 5, one.due, day)
                sheet.write_number(number, 6, 0 if closed else max(0, (today - one.due).days))
    return out.getvalue()


def _head(sheet: Any, names: tuple[str, ...], words: str) -> None:
    mark(sheet, words)
    sheet.write_row(HEAD, 0, names)
    sheet.freeze_panes(HEAD + 1, 0)
    sheet.autofilter(HEAD, 0, HEAD, len(names) - 1)
    sheet.set_column(0, len(names) - 1, 14)


def _cell(one: Report, name: str) -> str | float | int:
    value = one.figures.get(name, "")
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
