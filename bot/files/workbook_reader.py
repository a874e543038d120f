"""Run as a program of its own (limited.py): a workbook on standard input → its rows on standard output, as JSON."""

import io
import json
import sys
from datetime import date, datetime, time, timedelta

# A row, a cell in characters, and all of it in bytes: one long text may stand in a million cells.
_MOST_COLUMNS, _LONGEST_CELL, _MOST_BYTES = 64, 1000, 64 << 20
# Beyond this a number in a cell has lost digits.
_EXACT = 1e15
_EXPLANATIONS = "说明"
# The sheets of the catalogue, and of badges; a workbook with the first sheet of one of them is such a one.
_NO_ROSTER = (("行", "字段", "选项"), ("基础章",))


def _text(cell: object) -> str:
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < _EXACT else repr(cell)
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return "" if isinstance(cell, timedelta) else str(cell)


def main() -> int:
    """0, or 3 when it is too much; the first line names the sheets; each ends with null."""
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    names = [sheet.name for sheet in book.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
    tables = next(([name for name in kind if name in names] for kind in _NO_ROSTER if kind[0] in names), [])
    chosen = tables or ["名册" if "名册" in names else names[0]]
    others = [name for name in names if name not in (*chosen, _EXPLANATIONS)]
    sys.stdout.buffer.write(json.dumps({"sheets": chosen, "others": others}).encode() + b"\n")
    left = _MOST_BYTES
    for name in chosen:
        for row in book.get_sheet_by_name(name).iter_rows():
            cells = [_text(cell)[:_LONGEST_CELL] for cell in row[:_MOST_COLUMNS]]
            line = json.dumps(cells, ensure_ascii=False).encode()
            left -= len(line)
            if left < 0:
                return 3
            sys.stdout.buffer.write(line + b"\n")
        sys.stdout.buffer.write(b"null\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
