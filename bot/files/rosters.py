"""Reads tables that people send: CSV here, workbooks in a process of their own, which may break without harm."""

import io
import json
from itertools import takewhile
from pathlib import Path

from bot.files import limited
from handlers import roster
from handlers.catalogue.sheets import ROWS, Tables
from handlers.medals.awards import badge_sheet

MOST_BYTES = 10 << 20
_READER = Path(__file__).with_name("workbook_reader.py")
# Of .xlsx, .ods and the like (zip), and of the .xls and .et of old (OLE).
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_BROKEN = "工作簿打不开。请在 Excel 或 WPS 里打开看看,另存为 .xlsx,再发一次。"
_CATALOGUE = "这是目录，不是名册。目录请由最上级的管理员私聊发给我。"
_FORM = "这份表里有 {{字段}}，像是套表。要存下来填，请先发「套表」和名字，再发文件，像这样发：套表 月报表"
_TOO_LARGE = "工作簿太大,没有读。请按区县分成几个文件。"


def read(content: bytes) -> roster.Sheet | Tables:
    """The lines of a roster file, or one problem when it is none; of a catalogue or of badges the sheets."""
    return _workbook(content) if content.startswith(_WORKBOOKS) else roster.read_csv(content)


def sheet_of(content: bytes) -> roster.Sheet:
    """The lines of a roster file, or one problem when it is none."""
    found = read(content)
    return found if isinstance(found, roster.Sheet) else roster.unreadable(_CATALOGUE)


def _workbook(content: bytes) -> roster.Sheet | Tables:
    status, written = limited.run(_READER, content)
    if status:
        return roster.unreadable(_TOO_LARGE if status == limited.TOO_MUCH else _BROKEN)
    lines = io.BytesIO(written)
    about = json.loads(next(lines))
    if b"{{" in written:
        return roster.unreadable(_FORM)
    rows = map(json.loads, lines)
    if not {ROWS, badge_sheet.SHEET}.isdisjoint(about["sheets"]):
        return {name: list(takewhile(lambda row: row is not None, rows)) for name in about["sheets"]}
    sheet = roster.read_table(takewhile(lambda row: row is not None, rows))
    if about["others"]:
        sheet.notes.warnings.insert(0, f"只读了工作表「{about['sheets'][0]}」,没有读:{'、'.join(about['others'])}")
    return sheet
