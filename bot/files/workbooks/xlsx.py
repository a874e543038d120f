"""Sheets of an .xlsx, whoever wrote it: with what is hidden, merged or far away, and numbers as they are shown."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import IO
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from bot.files.workbooks.page import LONGEST_CELL, Book, Page, TooMuchError, number

MAIN = "sheet.main+xml"
NOT_CALCULATED = "#VALUE!"
_MOST_PART = 400 << 20
# ECMA-376 part 1, 18.8.30: the built-in formats that show a day or a time; 27 to 36 and 50 to 58 in Chinese programs.
_DAYS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_DIGITS = "0123456789"
_TWO_PLACES, _DAY = "0.00", "y"
_OF_A_DAY = re.compile(r"[ymdhs年月日]", re.IGNORECASE)
# What stands in a format and is no digit: colours, words, room for a sign.
_SILENT = re.compile(r'\[[^\]]*\]|"[^"]*"|\\.|_.|\*.')
_LEADING = re.compile(r'(?:"([^"]*)")?(0{2,})')
# ECMA-376 part 1, 22.9.2.19: how a sign that XML has no room for is written, _x000D_ for a line end.
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_PLACES = re.compile(r"[#,]*0\.(0+)")


def sheets(archive: ZipFile) -> Book:
    """Those that can be seen."""
    main = next(name for kind, name in _related(archive, "") if kind.endswith("/officeDocument"))
    book = _root(archive, main)
    parts = {id: name for id, name in _related(archive, main, key="Id")}
    properties = book.find("{*}workbookPr")
    old = properties is not None and properties.get("date1904") in ("1", "true")
    read = _Reader(archive, main, datetime(1904, 1, 1) if old else datetime(1899, 12, 30))
    found: Book = {}
    for sheet in book.iterfind("{*}sheets/{*}sheet"):
        part = next((parts[value] for name, value in sheet.items() if name.endswith("}id") and value in parts), "")
        if sheet.get("state", "visible") == "visible" and part:
            found[sheet.get("name", "")] = partial(read.page, part)
    return found


def _related(archive: ZipFile, part: str, key: str = "Type") -> Iterator[tuple[str, str]]:
    folder, _, name = part.rpartition("/")
    for each in _root(archive, f"{folder}/_rels/{name}.rels".lstrip("/")):
        target = each.get("Target", "")
        yield each.get(key, ""), target.lstrip("/") if target.startswith("/") else f"{folder}/{target}".lstrip("/")


def _open(archive: ZipFile, name: str) -> IO[bytes]:
    if archive.getinfo(name).file_size > _MOST_PART:
        raise TooMuchError
    return archive.open(name)


def _root(archive: ZipFile, name: str) -> Element:
    # nosec: within limited.py, which ends what grows; expat refuses entities that multiply.
    return ElementTree.parse(_open(archive, name)).getroot()  # nosec B314


class _Reader:
    """What the sheets of a workbook share: texts and formats."""

    def __init__(self, archive: ZipFile, main: str, epoch: datetime) -> None:
        parts = {kind.rpartition("/")[2]: name for kind, name in _related(archive, main)}
        self._archive, self._epoch = archive, epoch
        names = set(archive.namelist())
        texts, styles = parts.get("sharedStrings", ""), parts.get("styles", "")
        self._texts = list(_texts(_open(archive, texts))) if texts in names else []
        self._formats = _formats(_root(archive, styles)) if styles in names else []

    def page(self, part: str) -> Page:
        """The sheet that this part of the archive holds."""
        page, last = Page(), 0
        for _, each in ElementTree.iterparse(_open(self._archive, part)):  # nosec B314
            tag = each.tag.rpartition("}")[2]
            if tag == "row":
                last = int(each.get("r") or last + 1)
                page.put(last, each.get("hidden") in ("1", "true"), self._cells(each))
                each.clear()
            elif tag == "mergeCell":
                first, _, end = each.get("ref", "").partition(":")
                (column, top), (_, bottom) = _place(first), _place(end or first)
                page.fill(top, bottom, column)
        return page

    def _cells(self, row: Element) -> dict[int, str]:
        found: dict[int, str] = {}
        column = -1
        for cell in row:
            column = _column(place.rstrip(_DIGITS)) if (place := cell.get("r")) else column + 1
            if len(cell):
                found[column] = self._text(cell)
        return found

    def _text(self, cell: Element) -> str:
        kind = cell.get("t", "n")
        said = next((part.text or "" for part in cell if part.tag.endswith("}v")), "")
        if kind == "inlineStr":
            inside = cell.find("{*}is")
            return "" if inside is None else _joined(inside)
        if kind == "s":
            return self._texts[int(said)] if said.strip().isdecimal() else ""
        if not said and kind != "str" and cell.find("{*}f") is not None:
            # Whoever wrote it has not calculated it: no empty cell, and no value either.
            return NOT_CALCULATED
        if kind in ("n", "d") and said and _is_number(said):
            style = int(cell.get("s", "0"))
            return _shown(float(said), self._formats[style] if style < len(self._formats) else "", self._epoch)
        return said


def _is_number(said: str) -> bool:
    return re.fullmatch(r"[-+]?[\d.]+(?:[eE][-+]?\d+)?", said.strip()) is not None


def _place(reference: str) -> tuple[int, int]:
    """B7 → (1, 7)."""
    return _column(reference.rstrip(_DIGITS)), int(re.sub(r"\D", "", reference) or 0)


@lru_cache(maxsize=1000)
def _column(letters: str) -> int:
    column = 0
    for sign in letters.upper():
        column = column * 26 + ord(sign) - 64
    return column - 1


def _texts(file: IO[bytes]) -> Iterator[str]:
    for _, each in ElementTree.iterparse(file):  # nosec B314
        if each.tag.rpartition("}")[2] == "si":
            yield _joined(each)
            each.clear()


def _joined(item: Element) -> str:
    """A text of runs, without how it is pronounced."""
    runs = (text.text or "" for run in (item, *item.iterfind("{*}r")) for text in run.iterfind("{*}t"))
    return _ESCAPED.sub(lambda sign: chr(int(sign[1], 16)), "".join(runs)[:LONGEST_CELL])


def _formats(styles: Element) -> Sequence[str]:
    own = {each.get("numFmtId"): each.get("formatCode", "") for each in styles.iterfind("{*}numFmts/{*}numFmt")}
    return [_format(each.get("numFmtId", "0"), own) for each in styles.iterfind("{*}cellXfs/{*}xf")]


def _format(id: str, own: dict[str | None, str]) -> str:
    if id in own:
        return own[id]
    return _DAY if int(id) in _DAYS else _TWO_PLACES if id == "2" else ""


def _shown(value: float, code: str, epoch: datetime) -> str:
    """The number as the program shows it, where that says more: 00101, 5.10, a day."""
    code = code.partition(";")[0]
    if _OF_A_DAY.search(_SILENT.sub("", code)):
        return _day(value, epoch)
    if (leading := _LEADING.match(code)) and value.is_integer() and value >= 0:
        return f"{leading[1] or ''}{int(value):0{len(leading[2])}d}"
    if places := _PLACES.match(_SILENT.sub("", code)):
        return f"{value:.{len(places[1])}f}" if not value.is_integer() else number(value)
    return number(value)


def _day(value: float, epoch: datetime) -> str:
    try:
        moment = epoch + timedelta(days=value)
    except OverflowError:
        return number(value)
    whole, day = value.is_integer(), moment.date().isoformat()
    return day if whole else moment.time().isoformat() if value < 1 else moment.isoformat()
