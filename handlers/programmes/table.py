"""表: a row's reports of a period as a workbook; who has reported, what, and who has not."""

import io
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from handlers.attendance import attachments
from handlers.catalogue import case_figures, chain, current
from handlers.kit import Ask, File, Reply
from handlers.programmes.duties import READERS, line_of
from handlers.programmes.rosters import roster_sheet, rosters
from handlers.registry import command, renders
from handlers.wording import days, lines, programmes
from handlers.workbooks import PLAIN, Formats, Table
from scheduling import spans
from storage.organisation import units
from storage.programmes import cases, holdings, reports
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
    recipe = {"case": "case-table", "roster": "roster-table"}.get(line.row.shape, "report-table")
    dates = (ask.today, ask.today) if line.period == spans.ALWAYS else spans.span_of(line.period)
    name, more = f"{line.row.name}-{days.span(*dates)}.xlsx", ""
    if line.row.shape == "roster":
        values["named"] = rosters.named(ask, line.row, [unit.path for unit in at])
        name = f"{attachments.HELD}-{name}"
        enters = ask.may_name and programmes.units_for(ask.me, line.row)
        more = "。往下加几行，发回来就能登记" if enters else ""
    return Reply(f"{when}{line.row.name}的表{more}", file=File(name, recipe, values))


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
            owed.add((target.name, target.school, _STATES[target.state]))
        for table in (told, owed):
            table.end()
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
        head = ("编号", "单位", "类别", "状态", "立", "到期", "超期天数")
        table = Table(book, Formats(book), "事项", head, values.get("mark", ""))
        for one, closed in found:
            made = one.made_at and one.made_at.astimezone(begin.tzinfo).date()
            late = None if one.due is None else 0 if closed else max(0, (today - one.due).days)
            table.add((one.number, one.unit_name, one.kind, chain.state_name(one.state), made, one.due, late))
        table.end()
    return out.getvalue()


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


def _cell(one: Report, name: str) -> str | float | int:
    value = one.figures.get(name, "")
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
