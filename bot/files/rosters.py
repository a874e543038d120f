"""Reads tables that people send: CSV here, workbooks in a process of their own, which may break without harm."""

import io
import json
from collections.abc import Iterator
from itertools import chain, takewhile
from pathlib import Path
from typing import Any

from bot.files import sandbox
from handlers import roster
from handlers.attendance.attachments import HELD
from handlers.catalogue.sheets import ROWS, Tables
from handlers.medals.awards import badge_sheet

MOST_BYTES = 10 << 20
_READER = Path(__file__).parent / "workbooks" / "reader.py"
# Of .xlsx, .ods and the like (zip), of the .xls and .et of old (OLE), of web pages and XML that are called .xls.
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"<")
_BROKEN = (
    "工作簿打不开。压缩包请先解压，Word 里的表请贴到 Excel 或 WPS 里；别的请在那里打开看看。另存为 .xlsx，再发一次。"
)
_LOCKED = "工作簿有打开密码，没有读。请在 Excel 或 WPS 里打开它，取消密码（文件，信息，保护工作簿），保存后再发一次。"
_CATALOGUE = "这是目录，不是名册。目录请由最上级的管理员私聊发给我。"
_FORM = "这份表里有 {{字段}}，像是套表。要存下来填，请先发「套表」和名字，再发文件，像这样发：套表 月报表"
_TOO_LARGE = "工作簿太大，没有读。请按区县分成几个文件。"
_WHY = {sandbox.TOO_MUCH: _TOO_LARGE, sandbox.LOCKED: _LOCKED}
_FAR = "{} 格离表很远，没有读。要紧的话请移到表里，不要紧的请删掉"
_BLIND = "旧格式（.xls）里看不出隐藏的行，全都读了。有不要的，请删掉，或另存为 .xlsx 再发"
# A catalogue is small: what stands further below is no row of it.
_LAST_ROW = 20_000


def read(content: bytes) -> roster.Sheet | Tables:
    """The lines of a roster file, or one problem when it is none; of other workbooks that we know the sheets."""
    start = content[:100].lstrip(b"\xef\xbb\xbf \t\r\n")
    return _workbook(content) if start.startswith(_WORKBOOKS) else roster.read_csv(content)


def sheet_of(content: bytes) -> roster.Sheet:
    """The lines of a roster file, or one problem when it is none."""
    found = read(content)
    return found if isinstance(found, roster.Sheet) else roster.unreadable(_CATALOGUE)


def _workbook(content: bytes) -> roster.Sheet | Tables:
    status, written = sandbox.run(_READER, content)
    if status:
        return roster.unreadable(_WHY.get(status, _BROKEN))
    lines = io.BytesIO(written)
    about = json.loads(next(lines))
    if b"{{" in written:
        return roster.unreadable(_FORM)
    rows = map(json.loads, lines)
    title = about["sheets"][0]
    if title in (ROWS, badge_sheet.SHEET) or title.startswith(HELD):
        return {name: _table(rows) for name in about["sheets"]}
    if (first := next(rows, None)) and badge_sheet.is_head(first[2:]):
        return {badge_sheet.SHEET: _table(chain([first], rows))}
    every = chain([first], rows)
    sheet = roster.read_pages({name: list(_records(every)) for name in about["sheets"]})
    notes = (
        (about["others"], f"只读了工作表「{'」「'.join(about['sheets'])}」，没有读：{'、'.join(about['others'])}"),
        (about["far"], _FAR.format(about["far"])),
        (about["blind"], _BLIND),
    )
    sheet.notes.warnings[:0] = [words for holds, words in notes if holds]
    return sheet


def _records(rows: Iterator[Any]) -> Iterator[roster.Record]:
    return (roster.Record(number, cells, hidden) for number, hidden, *cells in takewhile(lambda row: row, rows))


def _table(rows: Iterator[Any]) -> list[list[str]]:
    """Each row where its number says."""
    table: list[list[str]] = []
    for number, cells, _ in _records(rows):
        if number <= _LAST_ROW:
            table += [[] for _ in range(len(table) + 1, number)]
            table.append(list(cells))
    return table
