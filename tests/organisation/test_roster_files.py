"""Roster files as people have them: workbooks of every kind, broken ones, ones that were made to do harm."""

import io
import zipfile

import pytest
import xlsxwriter
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from bot.files.rosters import sheet_of
from handlers.roster import workbook
from handlers.roster.head import COLUMNS
from storage.organisation.units import Kind
from storage.people.people import Role

ROWS = [
    ("青禾区", "县少工委", "王主任", "县管理员", "wangzr"),
    ("青禾区/实验小学", "学校"),
    ("青禾区/实验小学/三(2)中队", "中队", "张老师", "中队辅导员", "zhangls", 123456789, 42, "雷锋中队"),
]


def book(*sheets: tuple[str, list[tuple[object, ...]]]) -> Workbook:
    made = Workbook()
    made.remove(made.active)
    for name, rows in sheets:
        page = made.create_sheet(name)
        for row in rows:
            page.append(row)
    return made


def content(made: Workbook) -> bytes:
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def page(made: Workbook) -> Worksheet:
    return made.worksheets[0]


def test_a_workbook_is_read_like_a_csv_file() -> None:
    sheet = sheet_of(content(book(("名册", [COLUMNS, *ROWS]))))
    assert sheet.notes.problems == sheet.notes.warnings == []
    last = sheet.lines[-1]
    assert (last.number, last.kind, last.role, last.members) == (4, Kind.SQUAD, Role.COUNSELOR, 42)
    assert last.accounts == (("wecom", "zhangls"), ("telegram", "123456789"))


def test_a_title_and_empty_rows_keep_the_numbers_of_the_rows() -> None:
    sheet = sheet_of(content(book(("名册", [("2026年名册",), (), COLUMNS, (), *ROWS, ("x", "县委")]))))
    assert [line.number for line in sheet.lines] == [5, 6, 7]
    assert sheet.notes.problems[0].startswith("第 8 行：")


def test_the_sheet_called_roster_is_read_and_the_others_are_named() -> None:
    made = book(("说明", [("列", "怎么写")]), ("旧的", [COLUMNS]), ("名册", [COLUMNS, *ROWS]), ("藏", [("x",)]))
    made["藏"].sheet_state = "hidden"
    sheet = sheet_of(content(made))
    assert len(sheet.lines) == 3
    assert sheet.notes.warnings == ["只读了工作表「名册」，没有读：旧的"]


def test_of_a_formula_only_the_result_is_read() -> None:
    made = book(("名册", [COLUMNS, ("青禾区", "县少工委", '=HYPERLINK("http://x")')]))
    found = sheet_of(content(made))
    assert not found.lines and found.notes.problems == [
        "第 2 行：「姓名」（#VALUE!）是没有算出来的公式。请在 Excel 或 WPS 里打开，换成字或数，保存后再发"
    ]


def test_a_number_that_lost_its_digits_is_a_problem() -> None:
    made = book(("名册", [COLUMNS, ("青禾区", "县少工委", "王主任", "县管理员", "", 12345678901234567890)]))
    assert "Excel 里请把这一列设成文本" in sheet_of(content(made)).notes.problems[0]


def far_away() -> bytes:
    """5 KB that ask for 500 GB of whoever takes room for all cells up to the last one."""
    made = book(("名册", [COLUMNS, *ROWS]))
    page(made).cell(1_048_576, 16_384, "x")
    return content(made)


def bomb(size: int = 1 << 29) -> bytes:
    """An account of half a gigabyte, of which nothing is left when it is packed."""
    source, out = zipfile.ZipFile(io.BytesIO(content(book(("名册", [COLUMNS, *ROWS]))))), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name in source.namelist():
            before, found, after = source.read(name).partition(b"zhangls")
            with packed.open(name, "w", force_zip64=True) as part:
                part.write(before)
                for _ in range(size >> 20 if found else 0):
                    part.write(b"A" * (1 << 20))
                part.write(after)
    return out.getvalue()


def one_long_text() -> bytes:
    """One text of 30,000 characters in 100,000 cells: 3 GB as rows."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as made:
        sheet = made.add_worksheet("名册")
        for place in range(100_000):
            sheet.write_string(place // 50, place % 50, "x" * 30_000)
    return out.getvalue()


@pytest.mark.parametrize("made", [bomb, one_long_text], ids=lambda made: made.__name__)
def test_what_would_cost_all_memory_is_refused(made) -> None:
    sheet = sheet_of(made())
    assert sheet.lines == () and len(sheet.notes.problems) == 1
    assert sheet.notes.problems[0].startswith("工作簿")


def test_a_cell_at_the_end_of_the_sheet_costs_nothing_but_a_word() -> None:
    sheet = sheet_of(far_away())
    assert len(sheet.lines) == 3 and "XFD1048576 格离表很远，没有读" in sheet.notes.warnings[0]


@pytest.mark.parametrize("start", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
@pytest.mark.parametrize("rest", [b"", b"x" * 5000, b"\x00" * 70_000])
def test_what_only_looks_like_a_workbook_is_one_sentence(start: bytes, rest: bytes) -> None:
    assert "工作簿打不开" in sheet_of(start + rest).notes.problems[0]


def test_a_cut_workbook_is_one_sentence() -> None:
    whole = content(book(("名册", [COLUMNS, *ROWS])))
    assert "工作簿打不开" in sheet_of(whole[: len(whole) // 2]).notes.problems[0]


def test_what_we_write_is_read_again_and_no_cell_is_a_formula() -> None:
    made = workbook([("=1+1", "其他", "@张", "志愿者", "", "", None, "+1、-1")], [("青禾区", "县少工委")])
    sheet = sheet_of(made)
    assert sheet.notes.warnings == [] and sheet.lines[0].path == ("=1+1",)
    assert sheet.lines[0].aliases == ("+1", "-1")
    read = load_workbook(io.BytesIO(made))
    assert read.sheetnames == ["名册", "说明"]
    assert {cell.data_type for row in read["名册"].iter_rows() for cell in row} <= {"s", "n"}
    kinds = {validation.formula1 for validation in read["名册"].data_validations.dataValidation}
    assert f'"{",".join(Kind)}"' in kinds


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("组织,类型\n" + "," * 64, "第 2 行有 65 列，最多 64 列"), ("," * 3_000_000, "第 1 行有 3000001 列"),
        ("组织\t类型\n" + "a\t" * 70, "第 2 行有 71 列"), ('组织,"' + "a\n" * 70_000, "引号（\"）没有成对"),
        ("组织,类型\n" + "青禾区,县少工委\n" * 1_500_000, "文件太大（最多 32 MB）"),
        ("组织\n" + "青\n" * 200_001, "超过 200000 行"), ('组织,类型\n"青禾区"少工委,学校', "或后面还有字"),
    ],
    ids=["one too many", "millions", "tabs", "one endless cell", "too large", "too many rows", "behind its quotes"],
)  # fmt: skip
def test_a_csv_file_has_limits(content: str, said: str) -> None:
    sheet = sheet_of(content.encode())
    assert sheet.lines == () and len(sheet.notes.problems) == 1 and said in sheet.notes.problems[0]


def test_a_long_cell_of_a_csv_file_is_cut_as_in_a_workbook() -> None:
    rows = [["组织", "类型"], ["青" * 1200, "学校"]]
    by_csv = sheet_of("\n".join(map(",".join, rows)).encode())
    assert by_csv.notes.problems == sheet_of(content(book(("名册", rows)))).notes.problems != []
    # Beyond what the csv module takes for a cell by itself.
    for longer in ("青" * 140_000, f'"{"青" * 140_000}"'):
        assert sheet_of(f"组织,类型\n{longer},学校".encode()).notes.problems == by_csv.notes.problems
