"""The digest as a workbook: 总览, 分单位, 各活动, 签到明细, 缺报, 奖章, 更正, 目录; of a week or of longer."""

import io
from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from sqlalchemy import Connection

from handlers import workbooks
from handlers.digests.tables import content, contents
from handlers.digests.tables.recipe import shown_of
from handlers.registry import renders
from storage.digests import details

_HEADS = {
    "分单位": content.PARTS,
    "各活动": ("单位", "活动", "场次", "中队数", "人次", "到场率"),
    "签到明细": content.CHECKINS,
    "缺报": ("单位", "学校", "中队", "说明"),
    "奖章": ("单位", "项目", "数量"),
    "更正": ("单位", "时间", "中队", "活动", "日期", "类别", "原来人数", "现在人数"),
    "目录": ("单位", "类别", "项目", "内容", "未报单位"),
}  # fmt: skip
_DETAILS = "签到明细"
_TOO_MANY = "共 {} 条，太多了，请分段要，像这样发：导出 签到 3月 单位名"
# So many bars a chart can show.
_BARS = 15


@renders("digest-workbook")
def workbook(db: Connection, values: Mapping[str, Any]) -> bytes:
    """The xlsx of `unit_ids` in `week`, or from `first` to `last`; `at` (ISO) is when it was asked for."""
    all_of = [shown_of(db, unit_id, values) for unit_id in values["unit_ids"]]
    number = sum(details.count(db, one.which) for one in all_of)
    book = _book(db, all_of, number, values.get("mark", ""))
    rows = (row for one in all_of for row in content.checkins(db, one.which, one.now.tzinfo))
    return (
        workbooks.with_rows(book, 2 + list(_HEADS).index(_DETAILS), rows) if 0 < number <= content.MOST_ROWS else book
    )


def _book(db: Connection, all_of: list[contents.Shown], number: int, mark: str) -> bytes:
    """All but the check-ins themselves, of which there are so many."""
    from xlsxwriter import Workbook

    out = io.BytesIO()
    with Workbook(out, workbooks.LONG) as book:
        # The time of making would make two files of the same data differ.
        created = datetime.combine(all_of[0].first, time())
        book.set_properties({"title": f"周报 {all_of[0].name}", "created": created})
        formats = workbooks.Formats(book)
        overview = workbooks.Table(book, formats, "总览", ("项目", *(each.title for each in all_of)), mark)
        sheets = {name: workbooks.Table(book, formats, name, head, mark) for name, head in _HEADS.items()}
        for what, *cells in zip(*(_columns(all_of)), strict=True):
            overview.add((what, *cells))
        for one in all_of:
            _fill(db, one, sheets)
        _chart(book, overview, sheets["各活动"])
        if number:
            sheets[_DETAILS].add(content.PATTERN if number <= content.MOST_ROWS else (_TOO_MANY.format(number),))
        for name, table in (("", overview), *sheets.items()):
            table.end(number if name == _DETAILS else 0)
    return out.getvalue()


def _columns(all_of: list[contents.Shown]) -> list[list[Any]]:
    found = [dict(contents.overview(one)) for one in all_of]
    names = list(dict.fromkeys(name for each in found for name in each))
    return [names, *([each.get(name) for name in names] for each in found)]


def _fill(db: Connection, one: contents.Shown, sheets: Mapping[str, workbooks.Table]) -> None:
    every, silent = content.squads(db, one)
    rows = {
        "分单位": [*contents.schools(one), *every], "各活动": contents.activities(one), "缺报": silent,
        "奖章": content.medals(db, one), "更正": content.changes(db, one),
        "目录": content.catalogue(db, one),
    }  # fmt: skip
    for name, found in rows.items():
        for row in found:
            sheets[name].add(row)


def _chart(book: Any, overview: workbooks.Table, activities: workbooks.Table) -> None:
    """How many events of which activity, beside the overview."""
    last = min(activities.row, workbooks.HEAD + _BARS)
    if last == workbooks.HEAD:
        return
    chart = book.add_chart({"type": "bar"})
    name = activities.sheet.get_name()
    where = {"categories": [name, workbooks.HEAD + 1, 1, last, 1], "values": [name, workbooks.HEAD + 1, 2, last, 2]}
    chart.add_series({"name": "场次", **where, "fill": {"color": "#DB8A74"}, "data_labels": {"value": True}})
    chart.set_title({"name": "各活动场次"})
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True})
    overview.sheet.insert_chart(workbooks.HEAD, overview.width + 1, chart)
