"""A workbook of basic badges: what it would give, every mistake by its line, and that it is given after one look."""

from datetime import date
from io import BytesIO

import pytest
from openpyxl import Workbook

from bot.files import rosters
from handlers.medals.awards import badge_sheet
from tests.support import nominating
from tests.support.nominating import School

pytestmark = pytest.mark.both

built, at = nominating.built, nominating.at
HEAD = ["中队", "序号", "向阳章", "劳动章", "备注"]
DAY = date(2026, 4, 3)


def read(*rows: list[object]) -> list[list[str]]:
    book = Workbook()
    book.remove(book.active)
    sheet = book.create_sheet("基础章")
    for row in rows:
        sheet.append(row)
    content = BytesIO()
    book.save(content)
    tables = rosters.read(content.getvalue())
    assert isinstance(tables, dict)
    return tables["基础章"]


def test_a_sheet_is_looked_at_and_then_given(at: School) -> None:
    rows = read(
        HEAD, ["四(1)中队", 1, "√", 1], ["四1班", "2号", "是", ""], ["五(2)中队", 3, "", "✓"], [], ["四(1)", 4, "", ""]
    )
    said = badge_sheet.shown(at.db, at.person(at.li), rows, DAY)
    assert said.text == "基础章的表核对好了，还没有记：2 个中队，共 4 枚。"
    (button,) = said.buttons
    (asked,) = at.say(at.li, f"{button.word} {button.args}")
    assert "共 4 枚。记上吗？" in asked.text
    (done,) = at.say(at.li, "记上")
    assert "已记 四(1)中队 向阳章、劳动章：1 人，新记 2 枚" in done.text and "已记 五(2)中队 劳动章：1 人" in done.text


def test_every_mistake_is_told_by_its_line(at: School) -> None:
    rows = read(HEAD, ["八(8)中队", 1, "√"], ["四(1)中队", "七", "√"], ["四(1)中队", 3, "√"])
    said = badge_sheet.shown(at.db, at.person(at.li), rows, DAY)
    assert not said.buttons
    assert "第 2 行：中队「八(8)中队」不在您负责的范围\n第 3 行：序号要写 1 到 99 的数" in said.text
    assert "第一行要有：中队、序号" in badge_sheet.shown(at.db, at.person(at.li), read(["中队", "姓名"]), DAY).text
    # Another school's counselor has no such squads, a counselor gives by message.
    for who in (at.sun, at.zhang):
        assert "不在您负责的范围" in badge_sheet.shown(at.db, at.person(who), read(HEAD, ["五(2)", 3, "√"]), DAY).text


def test_what_is_no_badge_and_no_mark_is_told_and_not_left_out(at: School) -> None:
    rows = read([*HEAD, "奋斗章"], ["四(1)中队", 1, "优", 0, "", 1], ["四(1)中队", 2, "√", "×"])
    said = badge_sheet.shown(at.db, at.person(at.li), rows, DAY)
    assert not said.buttons
    assert "第 1 行：没有「奋斗章」这种章" in said.text and "第 2 行：看不懂「优」" in said.text
    assert "第 3 行" not in said.text


def test_a_counselor_sends_her_own_squads_table_whatever_its_sheet_is_called(at: School) -> None:
    book = Workbook()
    assert book.active is not None
    for row in (["序号", "向阳章", "劳动章"], [1, "√", ""], [2, "√", "√"]):
        book.active.append(row)
    content = BytesIO()
    book.save(content)
    tables = rosters.read(content.getvalue())
    assert isinstance(tables, dict)
    said = badge_sheet.shown(at.db, at.person(at.zhang), tables["基础章"], DAY)
    assert said.text == "基础章的表核对好了，还没有记：1 个中队，共 3 枚。"
