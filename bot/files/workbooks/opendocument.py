"""Sheets of an .ods, as LibreOffice and WPS write it: texts as they are shown."""

from collections.abc import Iterator
from functools import partial
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from bot.files.workbooks.page import LONGEST_CELL, MOST_COLUMNS, Book, LockedError, Page

# A row or cell that is said to stand there more often is the room behind the table.
_MOST_REPEATED = 10_000


def sheets(archive: ZipFile) -> Book:
    """Those of the document; a locked one is found out by its list of contents."""
    if b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise LockedError
    # nosec: within limited.py, which ends what grows; expat refuses entities that multiply.
    return _tables(ElementTree.parse(archive.open("content.xml")).getroot())  # nosec B314


def sheets_of_xml(content: bytes) -> Book:
    """Those of a document that is one file of XML (.fods)."""
    return _tables(ElementTree.fromstring(content.lstrip()))  # nosec B314


def _tables(body: Element) -> Book:
    hidden = {
        _said(style, "name")
        for style in body.iterfind("{*}automatic-styles/{*}style")
        if any(_said(each, "display") == "false" for each in style.iterfind("{*}table-properties"))
    }
    tables = body.iterfind("{*}body/{*}spreadsheet/{*}table")
    return {_said(each, "name"): partial(_page, each) for each in tables if _said(each, "style-name") not in hidden}


def _said(element: Element, name: str, otherwise: str = "") -> str:
    return next((value for key, value in element.items() if key.rpartition("}")[2] == name), otherwise)


def _page(table: Element) -> Page:
    page, number = Page(), 1
    merged: list[tuple[int, int, int]] = []
    for row in _rows(table):
        cells: dict[int, str] = {}
        column = 0
        for cell in row:
            times = int(_said(cell, "number-columns-repeated", "1"))
            text = "\n".join("".join(part.itertext()) for part in cell.iterfind("{*}p"))[:LONGEST_CELL]
            if text:
                cells |= dict.fromkeys(range(column, column + min(times, MOST_COLUMNS)), text)
            rows = int(_said(cell, "number-rows-spanned", "1"))
            merged += [(number, number + rows - 1, column)] if rows > 1 else []
            column += times
        times = int(_said(row, "number-rows-repeated", "1"))
        hidden = _said(row, "visibility", "visible") != "visible"
        for each in range(number, number + min(times, _MOST_REPEATED)) if cells else ():
            page.put(each, hidden, cells)
        number += times
    for first, last, column in merged:
        page.fill(first, last, column)
    return page


def _rows(table: Element) -> Iterator[Element]:
    """Also those within groups and repeated headers."""
    return (each for each in table.iter() if each.tag.endswith("}table-row"))
