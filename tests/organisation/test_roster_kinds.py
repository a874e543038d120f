"""Rosters as schools have them: every kind works, or is refused with row, column and cure."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from bot.files import sandbox
from bot.files.rosters import sheet_of
from bot.files.workbooks import reader
from handlers import roster
from storage.roster.roster import State
from tests.support import workbooks as made
from tests.support.workbooks import COUNTY, HEAD, ROWS, SCHOOL, instead, text

CASES = Path(__file__).parents[1] / "cases" / "roster"
TODAY = date(2026, 4, 3)


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader in this process; test_roster_files.py opens workbooks in the one that is limited."""
    monkeypatch.setattr(sandbox, "run", _run)


def _run(program: Path, content: bytes) -> tuple[int, bytes]:
    try:
        return reader.answer(content)
    except Exception:
        return 1, b""


def read(content: bytes) -> roster.Sheet:
    """The sheet, with what the plan finds wrong."""
    sheet = sheet_of(content)
    roster.plan(sheet, State(), TODAY)
    return sheet


def csv(row: int, column: int, value: object) -> str:
    """A CSV file with this in one cell."""
    return text((HEAD, *instead(row, column, value)))


GIVEN = {
    "02_merged_name.xlsx": "", "03_hidden_row.xlsx": "", "03b_filtered_row.xlsx": "", "08_header_note_unit.xlsx": "",
    "08b_header_star.xlsx": "", "08d_header_star_all.xlsx": "", "21_semicolon.csv": "", "28_html_as_xls.xls": "",
    "28b_xml2003.xls": "", "48b_stray_last_cell.xlsx": "", "48c_stray_AAA60000.xlsx": "", "50a_path_sep.xlsx": "",
    "50b_path_sep.xlsx": "", "50c_path_sep.xlsx": "",
    "12_alias_date_and_float.xlsx": "第 4 行：「别名」是日期 2026-03-02", "49_password.xlsx": "有打开密码",
    "60_alias_is_other_class.csv": "第 5 行：别名「五(2)班」是别的单位的叫法",
    "61_unclosed_quote.csv": "第 4 行：引号（\"）没有成对",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(each.name for each in CASES.iterdir()))
def test_what_people_sent_works_or_is_refused_with_its_cure(name: str) -> None:
    sheet = read((CASES / name).read_bytes())
    if refused := GIVEN[name]:
        assert refused in sheet.notes.problems[0]
        return
    assert sheet.notes.problems == []
    assert ["/".join(line.path) for line in sheet.lines] == [COUNTY, SCHOOL, *(f"{SCHOOL}/三({n})中队" for n in "23")]
    merged = name == "02_merged_name.xlsx"
    assert [line.name for line in sheet.lines] == ["王主任", "李老师", "张老师", "张老师" if merged else "周老师"]
    assert [line.members for line in sheet.lines] == [None, None, 42, 41]


def _numbers(book, page) -> None:
    page.write_number(3, 4, 101, book.add_format({"num_format": "00000"}))
    page.write_number(3, 6, 42, book.add_format({"num_format": '0"人"'}))


def _rich(book, page) -> None:
    page.write_rich_string(3, 2, "张", book.add_format({"bold": True}), "明")


def _merged_title(book, page) -> None:
    page.merge_range(0, 0, 0, 7, "2026年名册", book.add_format({"bold": True}))


def _two_rows_of_head(book, page) -> None:
    for column, name in enumerate(HEAD):
        if column not in (4, 5):
            page.merge_range(0, column, 1, column, name)
    page.merge_range(0, 4, 0, 5, "账号")


def _filtered(book, page) -> None:
    page.write_row(5, 0, [f"{SCHOOL}/三(9)中队", "中队", "已调走"])
    page.autofilter(0, 0, 5, 7)
    page.set_row(5, None, None, {"hidden": True})


def _stray(book, page) -> None:
    page.write(50_000, 800, "x")


def _formula(book, page) -> None:
    page.write_formula(3, 2, '="张"&"明"', None, "张明")


CLOSED_LATER = text((HEAD, *instead(1, 7, '"红旗', instead(2, 7, '星星"'))))
SPLIT = csv(2, 7, '"雷锋中队\n"')
TWO_HEADS = (HEAD, ["", "", "", "", "企业微信账号", "Telegram ID", "", ""])
OTHER_WORDS = (
    "*单位（全称）", "单位类型", "教师姓名", "职务【必填】", "企业微信帐号:", "telegram id", "人数", "别 名\n(可多个)",
)  # fmt: skip
COVER = ("封面", [["二○二六年"], ["名册"]])
WITH_SPAN = [made.html_row(row) for row in ROWS[:2]] + [
    made.html_row(ROWS[2]).replace("<td>中队<", "<td rowspan=2>中队<"), made.html_row([ROWS[3][0], *ROWS[3][2:]]),
]  # fmt: skip
BEHIND = (
    '<table:table-row table:number-rows-repeated="1048000">'
    '<table:table-cell table:number-columns-repeated="1024"/></table:table-row>'
)
WORKS: dict[str, bytes | Callable[[], bytes]] = {
    "csv of an old Excel": text().encode("gb18030"),
    "Excel's Unicode text": text(delimiter="\t").encode("utf-16"),
    "an OpenDocument that is one file": lambda: made.fods([*map(made.ods_row, (HEAD, *ROWS)), BEHIND]).encode(),
    "csv that names its delimiter": ("sep=;\r\n" + text(delimiter=";")).encode("utf-8-sig"),
    "bars between the cells": text(delimiter="|", ending="\n").encode(),
    "Chinese commas": text(delimiter="，").encode(),
    "old Mac line ends": text(ending="\r").encode(),
    "numbers kept as text by a formula": csv(2, 4, '="00101"').encode(),
    "numbers kept as text by an apostrophe": csv(2, 4, "'00101").encode(),
    "a line break within quotes": SPLIT.encode(),
    "a title above": ("青禾区 2026 年名册,,,,,,,\n\n" + text()).encode(),
    "its head on every page": text((HEAD, *ROWS[:2], HEAD, *ROWS[2:])).encode(),
    "names of equal length": csv(2, 2, "张　明").encode(),
    "unseen signs in a name": csv(2, 2, "\u200b张\u00a0明\ufeff").encode(),
    "spaces around the slashes": csv(2, 0, "青禾区少工委 ／ 实验 小学/三(2)中队").encode(),
    "arrows instead of slashes": csv(2, 0, "青禾区少工委→实验小学→三(2)中队").encode(),
    "commas instead of slashes": csv(2, 0, "青禾区少工委、实验小学、三(2)中队").encode(),
    "dots instead of slashes": csv(2, 0, "青禾区少工委·实验小学·三(2)中队").encode(),
    "spaces instead of slashes": csv(2, 0, "青禾区少工委 实验小学 三(2)中队").encode(),
    "a foot with a sum and who made it": text((HEAD, *ROWS, ["合 计", "", "4人"], ["填表人：李老师"])).encode(),
    "a role beside another": csv(2, 3, "中队辅导员（兼）").encode(),
    "line ends as Excel escapes them": lambda: made.rewritten(
        made.roster(), sharedStrings=lambda xml: xml.replace("</t>", "_x000D_\n</t>")
    ),
    "numbers by their format": lambda: made.roster(change=_numbers),
    "texts of several runs": lambda: made.roster(change=_rich),
    "results of formulas": lambda: made.roster(change=_formula),
    "a merged title": lambda: made.xlsx(("名册", ((), HEAD, *ROWS)), change=_merged_title),
    "a head of two rows": lambda: made.xlsx(("名册", (*TWO_HEADS, *ROWS)), change=_two_rows_of_head),
    "other words in the head": lambda: made.xlsx(("Sheet1", (OTHER_WORDS, *ROWS))),
    "a filtered row": lambda: made.roster(change=_filtered),
    "a stray cell": lambda: made.roster(change=_stray),
    "texts where they stand, as of large exports": lambda: made.roster(constant_memory=True),
    "cells that do not say where they are": lambda: made.rewritten(
        made.roster(constant_memory=True), sheet1=_placeless
    ),
    "names with a prefix": lambda: made.rewritten(made.roster(), sheet1=made.prefixed, workbook=made.prefixed),
    "parts by their whole path": lambda: made.rewritten(
        made.roster(), workbook=lambda xml: xml.replace('Target="', 'Target="/xl/')
    ),
    "a table in the middle": lambda: made.xlsx(("名册", (HEAD, *ROWS)), first=(4, 2)),
    "a cover before it": lambda: made.xlsx(COVER, ("2026春", (HEAD, *ROWS)), ("Sheet3", [])),
    "OpenDocument": lambda: made.ods([*map(made.ods_row, (HEAD, *ROWS)), BEHIND]),
    "OpenDocument with a filtered row": lambda: made.ods(
        [*map(made.ods_row, (HEAD, *ROWS)), made.ods_row([f"{SCHOOL}/三(9)中队"], 'table:visibility="filter"')]
    ),
    "a web page of an old system": lambda: made.html(map(made.html_row, (HEAD, *ROWS)), "gb2312"),
    "a web page with merged cells": lambda: made.html([made.html_row(HEAD), *WITH_SPAN]),
    "a web page with an unseen row": lambda: made.html(
        [*map(made.html_row, (HEAD, *ROWS)), made.html_row([f"{SCHOOL}/三(9)中队"], "style='display: none'")]
    ),
    "XML of 2003 with gaps": lambda: made.xml2003(
        [made.xml_row(HEAD, 'ss:Index="3"'), *map(made.xml_row, ROWS), made.xml_row(["x"], 'ss:Hidden="1"')]
    ),
}


def _placeless(xml: str) -> str:
    """Every cell is there, in its order."""

    def row(match: re.Match[str]) -> str:
        cells = {each[1]: each[0] for each in re.findall(r'(<c r="([A-Z])\d+".*?</c>)', match[0])}
        inside = "".join(cells.get(letter, "<c/>") for letter in "ABCDEFGH")
        return "<row>" + re.sub(r' r="[A-Z]\d+"', "", inside) + "</row>"

    return re.sub(r"<row .*?</row>", row, xml)


@pytest.mark.parametrize("kind", WORKS)
def test_a_roster_of_another_program_says_the_same(kind: str) -> None:
    content = WORKS[kind]
    sheet = read(content if isinstance(content, bytes) else content())
    assert sheet.notes.problems == []
    assert ["/".join(line.path) for line in sheet.lines] == [row[0] for row in ROWS]
    assert [line.name for line in sheet.lines] == [row[2] for row in ROWS]
    assert [line.members for line in sheet.lines] == [None, None, 42, 41]
    assert sheet.lines[2].accounts == (("wecom", "00101"), ("telegram", "123456789"))
    assert sheet.lines[2].aliases == ("雷锋中队",)


ASKED = "序号,所用时间,1、您的学校,2、您所在的班级,3、您的姓名,4、班级队员人数\n1,35秒,晨光小学,三(1)班,田野,41\n"
OF_DEPARTMENTS = "*姓名,*部门,职位\n田野,晨光小学-三年级-三(1)班,班主任\n"
REFUSED: dict[str, tuple[bytes | Callable[[], bytes], str]] = {
    "a questionnaire": (ASKED.encode("utf-8-sig"), "把表头的「姓名」改成「班主任」"),
    "departments joined by a dash": (OF_DEPARTMENTS.encode(), "没有上级单位「晨光小学/三年级」，请给它加一行"),
    "a workbook in an archive": (lambda: made.zipped({"名册.xlsx": made.roster()}), "压缩包请先解压"),
    "a document with a table": (lambda: made.zipped({"word/document.xml": b"<document/>"}), "Word 里的表请贴到 Excel"),
    "a quote that another one closes": (CLOSED_LATER.encode(), "第 3 行：引号（\"）没有成对"),
    "a quote with words behind": (csv(2, 7, '"雷锋"中队').encode(), "第 4 行：引号"),
    "a squad without its school": (csv(3, 0, "三(3)中队").encode(), f"如 {SCHOOL}/三(3)中队"),
    "a path without its root": (csv(3, 0, "实验小学/三(3)中队").encode(), "第 5 行：没有上级单位「实验小学」，要写全"),
    "two people in a cell": (csv(2, 2, "张老师、李老师").encode(), "第 4 行：「姓名」一行只写一位"),
    "two people on two lines": (csv(2, 2, '"张明\n李红"').encode(), "第 4 行：「姓名」一行只写一位"),
    "two people and a space": (lambda: made.roster(instead(2, 2, "张明 李红")), "第 4 行：「姓名」一行只写一位"),
    "an archive": (b"Rar!\x1a\x07\x01\x00", "这不是名册"),
    "a document": (b"%PDF-1.7\n", "这不是名册"),
    "nothing at all": (b"\r\n", "空的"),
    "a decimal for a class": (lambda: made.roster(instead(2, 7, 5.1)), "第 4 行：「别名」是小数 5.1"),
    "a decimal as it is shown": (csv(2, 7, "5.10").encode(), "第 4 行：「别名」是小数 5.10"),
    "a day of csv": (csv(2, 7, "3月2日").encode(), "第 4 行：「别名」是日期 3月2日"),
    "half a person": (csv(2, 6, "42.5").encode(), "第 4 行：「应到人数」应是 1 到 9999 的整数"),
    "an error of a formula": (lambda: made.roster(instead(2, 6, "#N/A")), "第 4 行：「应到人数」（#N/A）是没有算出来"),
    "an error for a name": (lambda: made.roster(instead(2, 2, "#REF!")), "第 4 行：「姓名」（#REF!）是没有算出来"),
    "a formula that nobody has calculated": (
        lambda: made.rewritten(
            made.roster(instead(2, 2, "=1")), sheet1=lambda xml: re.sub(r"(<f>.*?</f>)<v>.*?</v>", r"\1<v></v>", xml)
        ),
        "第 4 行：「姓名」（#VALUE!）是没有算出来",
    ),
    "a cell beside the table": (lambda: made.roster([*ROWS[:3], [*ROWS[3], "", "x"]]), "第 5 行：第 10 列的格子"),
    "a locked OpenDocument": (lambda: made.ods([], locked=True), "有打开密码"),
    "a web page without a table": (b"<html><body>404</body></html>", "第 1 行应是表头"),
    "no head in a sheet of that name": (lambda: made.xlsx(("Sheet1", ROWS)), "工作表「Sheet1」第 1 行应是表头"),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_read_is_refused_with_its_cure(kind: str) -> None:
    content, words = REFUSED[kind]
    assert words in read(content if isinstance(content, bytes) else content()).notes.problems[0]


def test_hidden_rows_are_left_out_and_can_be_had() -> None:
    sheet = read(made.roster(change=_filtered))
    assert sheet.notes.warnings == ["第 6 行是隐藏的（或被筛选掉的），共 1 行，没有算进去"]
    assert sheet.whole is not None and len(sheet.whole.notes.problems) + len(sheet.whole.lines) == len(ROWS) + 1
