"""What all workbooks that we make have in common."""

import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

# Cells are text or numbers as given: nothing that somebody wrote can become a formula or a link.
PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
# A row that is written leaves the memory, however many there are.
LONG = {**PLAIN, "constant_memory": True}
# Where the columns' names stand: below the line that says who has exported it and when.
HEAD = 1
Cell = str | int | float | date | None
_A4 = 9
_DAY_NOUGHT = date(1899, 12, 30).toordinal()
_DIMENSION = re.compile("<dimension [^>]*>")
_STYLE = re.compile(r'<c r="([A-Z]+)\d+"((?: s="\d+")?)')
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_WIDEST = 40


def mark(sheet: Any, words: str) -> None:
    """Say who has exported a sheet and when: in its first line, and at the foot of each page that is printed."""
    sheet.write_string(0, 0, words)
    foot(sheet, words)


def foot(sheet: Any, words: str) -> None:
    """The same for a sheet whose first line is its head."""
    # What an earlier version has been asked for comes without; in a footer an ampersand would begin a code.
    sheet.set_footer(words and f"&L{words.replace('&', '&&')}")


class Share(float):
    """A number that is shown as a share: 0.952 as 95.2%."""


class Formats:
    """The looks of a book's cells."""

    def __init__(self, book: Any) -> None:
        self.head = book.add_format({"bold": True, "bg_color": "#F6EBDD", "bottom": 1})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.instant = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        self.percent = book.add_format({"num_format": "0.0%"})


class Table:
    """A sheet with a head that stays in view and on every printed page, filters, widths; filled row by row.

    Days and instants are real ones. `first`: the head stands in the first line, who has exported it at the foot only.
    """

    def __init__(
        self, book: Any, formats: Formats, name: str, head: Sequence[str], words: str, *, first: bool = False
    ) -> None:
        self.sheet, self._formats = book.add_worksheet(name), formats
        (foot if first else mark)(self.sheet, words)
        for column, each in enumerate(head):
            self.sheet.set_column(column, column, min(max(2 * len(each) + 3, 11), _WIDEST))
        self.sheet.set_column(0, 0, 24)
        self._head = self.row = 0 if first else HEAD
        self.sheet.write_row(self._head, 0, head, formats.head)
        self.sheet.freeze_panes(self._head + 1, 0)
        self.sheet.repeat_rows(self._head)
        self.sheet.set_landscape()
        self.sheet.set_paper(_A4)
        self.sheet.fit_to_pages(1, 0)
        self.width = len(head)

    def add(self, row: Iterable[Cell]) -> None:
        """Append a row; what is not known is an empty cell."""
        self.row += 1
        for column, value in enumerate(row):
            if value not in (None, ""):
                self._put(column, value)

    def _put(self, column: int, value: str | float | date) -> None:
        if isinstance(value, str):
            self.sheet.write_string(self.row, column, value)
        elif isinstance(value, datetime):
            self.sheet.write_datetime(self.row, column, value.replace(tzinfo=None), self._formats.instant)
        elif isinstance(value, date):
            self.sheet.write_datetime(self.row, column, value, self._formats.day)
        else:
            look = self._formats.percent if isinstance(value, Share) else None
            self.sheet.write_number(self.row, column, value, look)

    def end(self, more: int = 0) -> None:
        """All rows are there, but for so many that `with_rows` adds: they can be filtered."""
        self.sheet.autofilter(self._head, 0, max(self.row + more, self._head + 1), self.width - 1)


def with_rows(book: bytes, number: int, rows: Iterable[Iterable[Cell]]) -> bytes:
    """
    A finished book with these rows on its sheet of this number (from 1): in the place of the last row, their pattern.

    The library takes 12 µs a cell, which would be 12 s of 100,000 rows; and these need not be in the memory.
    """
    name = f"xl/worksheets/sheet{number}.xml"
    out = io.BytesIO()
    with ZipFile(io.BytesIO(book)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for part in old.infolist():
            if part.filename != name:
                new.writestr(part, old.read(part))
                continue
            head, _, tail = old.read(part).decode().rpartition("</sheetData>")
            head, _, last = _DIMENSION.sub("", head).rpartition("<row ")
            styles = _STYLE.findall(last)
            part.compress_type = ZIP_DEFLATED
            with new.open(part, "w") as sheet:
                sheet.write(head.encode())
                for place, row in enumerate(rows, head.count("<row ") + 1):
                    sheet.write(_row(place, styles, row).encode())
                sheet.write(f"</sheetData>{tail}".encode())
    return out.getvalue()


def _row(place: int, styles: Sequence[tuple[str, str]], row: Iterable[Cell]) -> str:
    cells = "".join(
        f'<c r="{column}{place}"{style}{_value(value)}</c>'
        for (column, style), value in zip(styles, row, strict=True)
        if value not in (None, "")
    )
    return f'<row r="{place}">{cells}</row>'


def _value(value: Cell) -> str:
    if isinstance(value, str):
        return f' t="inlineStr"><is><t>{escape(_CONTROL.sub("", value))}</t></is>'
    if isinstance(value, date):
        seconds = value.hour * 3600 + value.minute * 60 + value.second if isinstance(value, datetime) else 0
        return f"><v>{value.toordinal() - _DAY_NOUGHT + seconds / 86400}</v>"
    return f"><v>{value}</v>"
