"""What school systems call .xls and is a web page, or Excel's XML of 2003."""

import re
from functools import partial
from html.parser import HTMLParser
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from bot.files.workbooks.page import Book, Page

_XML = "urn:schemas-microsoft-com:office:spreadsheet"
_CHARSET = re.compile(rb"charset=[\"']?([\w-]+)", re.IGNORECASE)
_UNSEEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_CHINESE = {"gb2312": "gb18030", "gbk": "gb18030"}


def is_xml(content: bytes) -> bool:
    """Whether this is Excel's XML of 2003."""
    return _XML.encode() in content[:4000]


def sheets_of_xml(content: bytes) -> Book:
    """The sheets of Excel's XML of 2003."""
    # nosec: within limited.py, which ends what grows; expat refuses entities that multiply.
    root = ElementTree.fromstring(content.lstrip())  # nosec B314
    found: Book = {}
    for each in root.iter(f"{{{_XML}}}Worksheet"):
        seen = each.findtext("{*}WorksheetOptions/{*}Visible", "SheetVisible") == "SheetVisible"
        table = each.find("{*}Table")
        if seen and table is not None:
            found[_said(each, "Name")] = partial(_page_of_xml, table)
    return found


def _said(element: Element, name: str) -> str:
    return element.get(f"{{{_XML}}}{name}", "")


def _page_of_xml(table: Element) -> Page:
    page, number = Page(), 0
    merged: list[tuple[int, int, int]] = []
    for row in table.iterfind("{*}Row"):
        number = int(_said(row, "Index") or number + 1)
        cells: dict[int, str] = {}
        column = -1
        for cell in row.iterfind("{*}Cell"):
            column = int(_said(cell, "Index") or column + 2) - 1
            data = cell.find("{*}Data")
            cells[column] = "" if data is None else _value("".join(data.itertext()), _said(data, "Type"))
            down = int(_said(cell, "MergeDown") or 0)
            merged += [(number, number + down, column)] if down else []
            column += int(_said(cell, "MergeAcross") or 0)
        page.put(number, _said(row, "Hidden") == "1", cells)
    for first, last, column in merged:
        page.fill(first, last, column)
    return page


def _value(text: str, kind: str) -> str:
    return text.partition("T")[0] if kind == "DateTime" else text


def sheets_of_page(content: bytes) -> Book:
    """The tables of a web page in one sheet, one below the other."""
    named = _CHARSET.search(content[:2000])
    encoding = named[1].decode().lower() if named else "utf-8-sig"
    for each in (_CHINESE.get(encoding, encoding), "gb18030"):
        try:
            text = content.decode(each)
            break
        except (UnicodeDecodeError, LookupError):
            continue
    else:
        text = content.decode("utf-8", "replace")
    tables = _Tables()
    tables.feed(text)
    tables.close()
    return {"": tables.whole}


class _Tables(HTMLParser):
    """Collects rows; a cell over several rows or columns stands in the first column of each row."""

    def __init__(self) -> None:
        super().__init__()
        self._page = Page()
        self._number = 0
        self._column = 0
        self._hidden = False
        self._cells: dict[int, str] = {}
        self._taken: dict[int, set[int]] = {}
        self._merged: list[tuple[int, int, int]] = []
        self._text: list[str] | None = None
        self._across = 1

    def whole(self) -> Page:
        """The sheet, when all was read."""
        self._end_row()
        for first, last, column in self._merged:
            self._page.fill(first, last, column)
        return self._page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A row or a cell begins."""
        said = {name: value or "" for name, value in attrs}
        if tag == "tr":
            self._end_row()
            self._number += 1
            self._hidden = bool(_UNSEEN.search(said.get("style", ""))) or "hidden" in said
        elif tag in ("td", "th"):
            self._end_cell()
            while self._column in self._taken.get(self._number, ()):
                self._column += 1
            self._begin_cell(_count(said.get("rowspan")), _count(said.get("colspan")))
        elif tag == "br" and self._text is not None:
            self._text.append("\n")

    def _begin_cell(self, down: int, across: int) -> None:
        self._text, self._across = [], across
        for below in range(1, down):
            self._taken.setdefault(self._number + below, set()).update(range(self._column, self._column + across))
        if down > 1:
            self._merged.append((self._number, self._number + down - 1, self._column))

    def handle_endtag(self, tag: str) -> None:
        """A row or a cell ends."""
        if tag in ("td", "th"):
            self._end_cell()
        elif tag in ("tr", "table"):
            self._end_row()

    def handle_data(self, data: str) -> None:
        """Words of a cell: breaks of the source are none of the page."""
        if self._text is not None:
            self._text.append(re.sub(r"\s+", " ", data))

    def _end_cell(self) -> None:
        if self._text is not None:
            self._cells[self._column] = "".join(self._text).strip()
            self._column += self._across
            self._text = None

    def _end_row(self) -> None:
        self._end_cell()
        self._page.put(self._number, self._hidden, self._cells)
        self._cells, self._column = {}, 0


def _count(said: str | None) -> int:
    return min(int(said), 1000) if said and said.isdecimal() and int(said) > 0 else 1
