"""Reads roster files: CSV here, workbooks in a process of their own, which may break without harm."""

import io
import json
import subprocess
import sys
from pathlib import Path

from handlers import roster

MOST_BYTES = 10 << 20
_SECONDS = 90
_READER = Path(__file__).with_name("workbook_reader.py")
# Of .xlsx, .ods and the like (zip), and of the .xls and .et of old (OLE).
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_BROKEN = "工作簿打不开。请在 Excel 或 WPS 里打开看看,另存为 .xlsx,再发一次。"
_TOO_LARGE = "工作簿太大,没有读。请按区县分成几个文件。"


def sheet_of(content: bytes) -> roster.Sheet:
    """The lines of a roster file, or one problem when it is none."""
    return _workbook(content) if content.startswith(_WORKBOOKS) else roster.read_csv(content)


def _workbook(content: bytes) -> roster.Sheet:
    try:
        # Without our environment, folder and packages: it needs one library.
        ended = subprocess.run(  # nosec B603 # no shell, a file of ours
            [sys.executable, "-I", str(_READER)], input=content, capture_output=True, timeout=_SECONDS, env={}
        )
    except subprocess.TimeoutExpired:
        return roster.unreadable(_TOO_LARGE)
    if ended.returncode:
        return roster.unreadable(_TOO_LARGE if ended.returncode == 3 else _BROKEN)
    lines = io.BytesIO(ended.stdout)
    about = json.loads(next(lines))
    sheet = roster.read_table(map(json.loads, lines))
    if about["others"]:
        sheet.notes.warnings.insert(0, f"只读了工作表「{about['sheet']}」,没有读:{'、'.join(about['others'])}")
    return sheet
