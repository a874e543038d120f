"""A sheet of a workbook, as whoever wrote it sees it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

MOST_COLUMNS, LONGEST_CELL, MOST_BYTES = 64, 1000, 64 << 20
# Beyond this a number in a cell has lost digits.
_EXACT = 1e15


class TooMuchError(Exception):
    """More than anybody writes."""


class LockedError(Exception):
    """It asks for a password."""


@dataclass(slots=True)
class Page:
    """Rows by their number (from 1): whether hidden, and the cells; `far`: a cell beyond the columns that are read."""

    rows: dict[int, tuple[bool, list[str]]] = field(default_factory=dict)
    far: str = ""
    _bytes: int = 0

    def put(self, number: int, hidden: bool, cells: Mapping[int, str]) -> None:
        """A row of cells by column (from 0); empty ones may be left out."""
        said = {column: text[:LONGEST_CELL] for column, text in cells.items() if text.strip()}
        beyond = max(said, default=0)
        if beyond >= MOST_COLUMNS:
            self.far = f"{letters(beyond)}{number}"
        width = max((column for column in said if column < MOST_COLUMNS), default=-1) + 1
        if not width:
            return
        self._bytes += sum(len(text.encode()) + 4 for text in said.values()) + width
        if self._bytes > MOST_BYTES:
            raise TooMuchError
        self.rows[number] = hidden, [said.get(column, "") for column in range(width)]

    def fill(self, first: int, last: int, column: int) -> None:
        """A cell of this column that was merged over these rows stands in each of them."""
        value = self.rows[first][1][column] if first in self.rows and column < len(self.rows[first][1]) else ""
        for number in range(first + 1, last + 1) if value else ():
            # A row with nothing of its own is the room that a merged title takes.
            if number in self.rows:
                cells = self.rows[number][1]
                cells += [""] * (column + 1 - len(cells))
                cells[column] = cells[column] or value


# The sheets that can be seen, in their order, each read when it is asked for.
Book = dict[str, Callable[[], Page]]


def page_of(rows: Iterable[Iterable[str]]) -> Page:
    """Of rows that follow each other, none of them hidden."""
    page = Page()
    for number, row in enumerate(rows, 1):
        page.put(number, False, dict(enumerate(row)))
    return page


def letters(column: int) -> str:
    """As it is called in the program: 0 → A, 27 → AB."""
    above, rest = divmod(column, 26)
    return (letters(above - 1) if above else "") + chr(65 + rest)


def number(value: float) -> str:
    """As people write it: 42, not 42.0."""
    return str(int(value)) if value.is_integer() and abs(value) < _EXACT else repr(value)
