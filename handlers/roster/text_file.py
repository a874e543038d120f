"""A roster as text: CSV as Excel, WPS and school systems write it; a quote that is not closed swallows no row."""

import csv
import io
import re
from collections.abc import Iterator

from handlers.roster.head import HIGHEST, is_head
from handlers.roster.notes import Record
from handlers.roster.sheet import Sheet, read_table, unreadable

# Bytes of a file: as many rows as a roster may have, of 160 bytes. As of a workbook (bot/files/workbooks/page.py):
# columns of a row, characters of a cell.
_MOST_BYTES, _MOST_COLUMNS, _LONGEST_CELL = 32 << 20, 64, 1000
_DELIMITERS = ",\t;|，；"
# Excel's own first line, which says what stands between the cells.
_SEP = re.compile(r"sep=(.)\r?\n")
# How a number is kept as text in CSV: ="00101", or '00101 as one types it.
_AS_TEXT = re.compile(r'="(.*)"|\'(?=[\w+])(.*)', re.DOTALL)
# How an archive, a document or a web page in one file begins: nearly all bytes decode as GB18030.
_OTHERS = re.compile(r"%PDF|Rar!|7z\W|MIME-Version:|\{\\rtf")
# A cell may be as long as a file; the csv module would call a longer one than 131,072 characters an error.
csv.field_size_limit(_MOST_BYTES)
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


class _Bad(ValueError):
    """Why the file cannot be read."""


def read_csv(content: bytes) -> Sheet:
    """The lines of a CSV file in UTF-8 (with or without BOM), UTF-16 or GB18030."""
    if len(content) > _MOST_BYTES:
        return unreadable(f"文件太大（最多 {_MOST_BYTES >> 20} MB），没有读。请按区县分成几个文件。")
    text = _decode(content)
    if not content.strip():
        return unreadable("这个文件是空的。")
    if text is None or _OTHERS.match(text):
        return unreadable("这不是名册：要 Excel 工作簿（.xlsx），或 CSV（UTF-8，逗号分隔）。")
    said = _SEP.match(text)
    text = text[said.end() :] if said else text
    try:
        return read_table(_records(text, said[1] if said else _delimiter(text)))
    except _Bad as bad:
        return unreadable(str(bad))


def _decode(content: bytes) -> str | None:
    for encoding in (_MARKS.get(content[:2], "utf-8-sig"), "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _delimiter(text: str) -> str:
    """What stands between the cells of the head; a comma where there is none."""
    first = text[:20_000].splitlines()[:HIGHEST]
    pairs = ((line, each) for line in first for each in _DELIMITERS if each in line)
    found = (each for line, each in pairs if is_head(next(csv.reader([line], delimiter=each))))
    return next(found, ",")


def _records(text: str, delimiter: str) -> Iterator[Record]:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number, wide = 0, 0
    try:
        for number, row in enumerate(rows, 1):
            if len(row) > _MOST_COLUMNS:
                raise _Bad(f"第 {number} 行有 {len(row)} 列，最多 {_MOST_COLUMNS} 列")
            wide = max(wide, len(row))
            if any(_swallowed(cell, delimiter, wide) for cell in row):
                raise _Bad(_quote(number))
            yield Record(number, [_AS_TEXT.sub(r"\1\2", cell[:_LONGEST_CELL]) for cell in row])
    except csv.Error:
        raise _Bad(_quote(number + 1)) from None


def _swallowed(cell: str, delimiter: str, wide: int) -> bool:
    """Whether whole rows stand within this cell."""
    return "\n" in cell and any(line.count(delimiter) >= max(wide - 1, 1) for line in cell.split("\n")[1:])


def _quote(number: int) -> str:
    return (
        f'第 {number} 行：引号（"）没有成对，或后面还有字，看不出这一格到哪里为止。'
        "请补上、移开或去掉这个引号，再发一次。"
    )
