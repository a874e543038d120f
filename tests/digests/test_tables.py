"""The workbook of a digest and the table of all check-ins: what is in them, and that nothing in them is a formula."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import openpyxl
import pytest
from xlsxwriter import Workbook

from handlers import workbooks
from handlers.digests.period import period_digest
from handlers.digests.tables import checkins, export
from handlers.digests.tables.workbook import workbook
from handlers.kit import Refusal
from storage.checkins import events
from storage.organisation import history, units
from storage.organisation.units import Kind
from tests.support.county import FRIDAY, MONDAY, TODAY, WEEK, County, a_week

pytestmark = pytest.mark.both
SHEETS = ["总览", "分单位", "各活动", "签到明细", "缺报", "奖章", "更正", "目录"]
LATER = MONDAY + timedelta(days=1)


def made(county: County, now: datetime, *at: Any, **more: Any) -> Any:
    values = {
        "unit_ids": [unit.id for unit in at],
        "at": now.isoformat(),
        "mark": "李老师 导出",
        **(more or {"week": WEEK}),
    }
    return openpyxl.load_workbook(io.BytesIO(workbook(county.db, values)))


def rows(sheet: Any) -> list[tuple[Any, ...]]:
    return list(sheet.iter_rows(min_row=3, values_only=True))


def test_a_week_down_and_not_across(county: County) -> None:
    units.add(county.db, Kind.SQUAD, "=1+1", county.first, grade=5, class_no=1)
    a_week(county)
    book = made(county, FRIDAY, county.first, county.second)
    assert book.sheetnames == SHEETS
    overview = {row[0]: row[1:3] for row in rows(book["总览"])}
    assert overview["活动场次"] == (4, 1) and overview["中队签到率"][0] == 0.6 and overview["到场率"][0] == 0.969
    looks = {row[0].value: row[1].number_format for row in book["总览"].iter_rows(min_row=3)}
    assert [name for name, look in looks.items() if look == "0.0%"] == ["中队签到率", "到场率", "上周到场率"]
    assert overview["第一天"][0] == datetime(2026, 3, 30) and overview["数据"][0] == "截至 4月3日 16:20"
    assert rows(book["各活动"])[:2] == [
        ("实验小学", "主题队日", 3, 3, 119, 0.953), ("实验小学", "祭扫", 1, 1, 43, 1)
    ]  # fmt: skip
    squads = {row[3]: row for row in rows(book["分单位"]) if row[0] == "实验小学"}
    assert squads["四(1)中队"][4:] == (45, 1, 1, 1, 2, 84, 0.977, "主题队日1、祭扫1", 0, 0)
    assert [row[2] for row in rows(book["缺报"])] == ["四(2)中队", "=1+1", "三(2)中队"]
    told = rows(book["签到明细"])
    assert len(told) == 5 and told[0][0] == "实验小学" and isinstance(told[0][1], datetime)
    assert dict(row[1:] for row in rows(book["奖章"]) if row[0] == "实验小学")["本周提名 待审"] == 1
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_a_number_is_no_share_for_its_columns_name() -> None:
    out = io.BytesIO()
    with Workbook(out, workbooks.LONG) as book:
        table = workbooks.Table(book, workbooks.Formats(book), "上报", ("单位", "完成率", "到场率"), "")
        table.add(("实验小学", 95, workbooks.Share(0.95)))
    row = openpyxl.load_workbook(io.BytesIO(out.getvalue()))["上报"][3]
    assert [(cell.value, cell.number_format) for cell in row[1:]] == [(95, "General"), (0.95, "0.0%")]


def test_it_can_be_filtered_printed_and_looked_at(county: County) -> None:
    a_week(county)
    book = made(county, FRIDAY, county.top)
    for sheet in book:
        assert sheet.freeze_panes == "A3" and sheet.auto_filter.ref and sheet.print_title_rows == "$2:$2"
        assert sheet.page_setup.fitToHeight == 0 and sheet.page_setup.orientation == "landscape"
        assert sheet["A1"].value == sheet.oddFooter.left.text == "李老师 导出"
    assert len(book["总览"]._charts) == 1
    assert [row[1:3] for row in rows(book["分单位"])][:2] == [("学校", "光明小学"), ("学校", "实验小学")]


def test_what_came_after_the_closing_and_a_month(county: County) -> None:
    a_week(county)
    county.report(county.squads[3], 39, activity="队课", day=TODAY, now=LATER)
    [late] = rows(made(county, LATER, county.first)["更正"])
    assert late[2:] == ("四(2)中队", "队课", datetime(2026, 4, 3), "补报", None, 39)
    month = {"first": "2026-04-01", "last": "2026-04-07", "name": "4月", "label": "2026-04", "period": "2026-04"}
    book = made(county, LATER, county.first, **month)
    overview = {row[0]: row[1] for row in rows(book["总览"])}
    assert overview["时期"] == "4月" and overview["活动场次"] == len(rows(book["签到明细"])) > 0
    [reply] = period_digest.month(county.ask(county.li, "3月 表"))
    assert reply.file and reply.file.values["label"] == "2026-03"


def test_who_is_missing_is_who_the_digest_misses(county: County) -> None:
    """A squad that others have named has taken part; one that came from the other school has, if it did so there."""
    into = events.begin(county.db, "联欢", TODAY)
    events.name(county.db, county.rollups, into, [county.squads[0].id])
    county.report(county.squads[2], 40, day=TODAY)
    county.write()
    history.move(county.db, county.squads[2], county.second, TODAY + timedelta(days=7))
    month = {"first": "2026-04-01", "last": "2026-04-30", "name": "4月", "label": "2026-04", "period": "2026-04"}
    for of, missing in ((county.top, 4), (county.first, 2), (county.second, 2)):
        book = made(county, LATER + timedelta(days=30), units.by_id(county.db, of.id), **month)
        overview = {row[0]: row[1] for row in rows(book["总览"])}
        told = [row[6] for row in rows(book["分单位"]) if row[1] == "中队"]
        assert overview["应签到中队"] - overview["已签到中队"] == len(rows(book["缺报"])) == told.count(0) == missing


def test_all_check_ins_of_some_days(county: County) -> None:
    a_week(county)
    [reply] = export.export(county.ask(county.li, "从3月1日到4月15日"))
    assert reply.file is not None and reply.text == "实验小学2026年3月1日至4月15日的签到，5 条。"
    sheet = openpyxl.load_workbook(io.BytesIO(checkins.workbook(county.db, reply.file.values)))["签到明细"]
    assert len(rows(sheet)) == 5 and isinstance(sheet["B3"].value, datetime) and sheet["G3"].number_format == "0.0%"
    [plain] = export.export(county.ask(county.li, "上周 csv"))
    assert plain.file is not None and plain.file.name.endswith(".csv") and plain.text.endswith("1 条。")
    file = checkins.as_csv(county.db, {**plain.file.values, "mark": "李老师"})
    assert file.startswith(b"\xef\xbb\xbf")
    assert [len(row) for row in csv.reader(io.StringIO(file.decode("utf-8-sig")))] == [1, 10, 10]
    assert (
        "光明小学" not in checkins.as_csv(county.db, export.export(county.ask(county.li, ""))[0].file.values).decode()
    )
    with pytest.raises(Refusal):
        export.export(county.ask(county.li, "光明小学"))


def test_a_formula_is_none_in_a_csv_either(county: County) -> None:
    squad = units.add(county.db, Kind.SQUAD, "=1+1", county.first, grade=5, class_no=1)
    county.report(squad, 30)
    county.write()
    [reply] = export.export(county.ask(county.li, "本周 csv"))
    assert reply.file is not None and ",'=1+1," in checkins.as_csv(county.db, reply.file.values).decode("utf-8-sig")
