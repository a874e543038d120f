"""Run as a program of its own (limited.py): a workbook on standard input → its rows on standard output, as JSON."""

import io
import json
import sys
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from zipfile import ZipFile, is_zipfile

from bot.files.sandbox import LOCKED, TOO_MUCH
from bot.files.workbooks import markup, opendocument, xlsx
from bot.files.workbooks.page import Book, LockedError, Page, TooMuchError, number, page_of

_EXPLANATIONS = "说明"
_MOST_LOOKED_AT, _HIGHEST = 40, 10
# The sheets of the catalogue, and of badges; a workbook with the first sheet of one of them is such a one. So is one
# with a sheet whose name begins so: who holds a place of a row of the catalogue.
_NO_ROSTER, _HELD = (("行", "字段", "选项"), ("基础章",)), "在册"
# A school's own table has two of these columns.
_OWN_COLUMNS = ("学校", "单位", "部门", "年级", "班级", "班主任", "中队", "大队", "姓名", "辅导员")
# What a locked .xlsx consists of: a file within the old container.
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# Where the root of a file of XML stands.
_HIGH_UP = 4096
_OLD = b"\xd0\xcf\x11\xe0"


def _book(content: bytes) -> Book:
    if content.startswith(_OLD) and _ENCRYPTED in content:
        raise LockedError
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        if b"<office:document" in content[:_HIGH_UP]:
            return opendocument.sheets_of_xml(content)
        return markup.sheets_of_xml(content) if markup.is_xml(content) else markup.sheets_of_page(content)
    if is_zipfile(io.BytesIO(content)):
        archive = ZipFile(io.BytesIO(content))
        if any(each.flag_bits & 1 for each in archive.infolist()):
            raise LockedError
        names = set(archive.namelist())
        if "content.xml" in names:
            return opendocument.sheets(archive)
        if "[Content_Types].xml" in names and xlsx.MAIN.encode() in archive.read("[Content_Types].xml"):
            return xlsx.sheets(archive)
    return _others(content)


def _others(content: bytes) -> Book:
    """Of .xls, .et and .xlsb."""
    from python_calamine import CalamineWorkbook, PasswordError, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    except PasswordError:
        raise LockedError from None
    seen = [sheet.name for sheet in book.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
    return {name: partial(_page, book, name) for name in seen}


def _page(book: object, name: str) -> Page:
    sheet = book.get_sheet_by_name(name)  # type: ignore[attr-defined]
    page = page_of(map(_text, row) for row in sheet.iter_rows())
    left = sheet.start[1] if sheet.start else 0
    for (top, column), (bottom, _) in sheet.merged_cell_ranges or ():
        page.fill(top + 1, bottom + 1, column - left)
    return page


def _rosters(book: Book) -> list[str]:
    """The sheets with the roster: the one that is called so, else all with the first head of one, else the first."""
    if "名册" in book:
        return ["名册"]
    found: dict[str, list[str]] = {}
    for name, read in list(book.items())[:_MOST_LOOKED_AT]:
        if head := _head(read()):
            found.setdefault(head, []).append(name)
    return next(iter(found.values()), [next(iter(book))])


def _head(page: Page) -> str:
    """The row that is its head, as one text; empty: it has none."""
    heads = (cells for number, (_, cells) in sorted(page.rows.items()) if number <= _HIGHEST)
    return next(("|".join(map(str.strip, cells)) for cells in heads if _is_head(cells)), "")


def _is_head(cells: list[str]) -> bool:
    own = sum(cell.strip().startswith(_OWN_COLUMNS) for cell in cells)
    return own > 1 or any("组织" in cell for cell in cells)


def _text(cell: object) -> str:
    if isinstance(cell, float):
        return number(cell)
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return "" if isinstance(cell, timedelta) else str(cell)


def answer(content: bytes) -> tuple[int, bytes]:
    """0, TOO_MUCH or LOCKED; the first line names the sheets, a row is its number, whether hidden, and the cells."""
    try:
        book = _book(content)
        names = list(book)
        tables = next(([name for name in kind if name in names] for kind in _NO_ROSTER if kind[0] in names), [])
        chosen = tables or [name for name in names if name.startswith(_HELD)][:1] or _rosters(book)
        pages = [book[name]() for name in chosen]
    except TooMuchError:
        return TOO_MUCH, b""
    except LockedError:
        return LOCKED, b""
    others = [name for name in names if name not in (*chosen, _EXPLANATIONS)]
    about = {
        "sheets": chosen,
        "others": others,
        "far": next((page.far for page in pages if page.far), ""),
        "blind": content.startswith(_OLD),
    }
    return 0, b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in (about, *_lines(pages)))


def _lines(pages: Iterable[Page]) -> Iterator[list[Any] | None]:
    for page in pages:
        yield from ([place, hidden, *cells] for place, (hidden, cells) in sorted(page.rows.items()))
        yield None


if __name__ == "__main__":
    status, written = answer(sys.stdin.buffer.read())
    sys.stdout.buffer.write(written)
    sys.exit(status)
