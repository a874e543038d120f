"""What one letter becomes on Telegram: texts within its limits, rows of buttons, a picture or a document."""

import unicodedata
from dataclasses import dataclass

from bot.channels import Outgoing
from bot.channels.text import is_picture, split, units

MOST_IN_TEXT = 4096
MOST_IN_CAPTION = 1024
MOST_IN_PHOTO = 10 << 20
# Two buttons share a row when both labels fit half a phone's width; a Chinese character is two columns wide.
COLUMNS_OF_HALF_A_ROW = 16

Rows = tuple[tuple[tuple[str, str], ...], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One message to send; `rows` of (id, label), `file` as (name, content) with the text as its caption.

    `kept` is what the platform calls a file that it has, with how it was sent: `photo:…`, `document:…`.
    """

    text: str
    rows: Rows = ()
    file: tuple[str, bytes] | None = None
    kept: str = ""

    @property
    def photo(self) -> bool:
        """Whether the file is shown as a picture."""
        return self.file is not None and is_picture(self.file, MOST_IN_PHOTO)


def parts_of(outgoing: Outgoing) -> list[Part]:
    """The messages of a letter, in order; the buttons are under the last."""
    rows = rows_of(outgoing.buttons)
    if outgoing.file and units(outgoing.text) <= MOST_IN_CAPTION:
        return [Part(outgoing.text, rows, outgoing.file, outgoing.kept)]
    parts = [Part(text) for text in split(outgoing.text, MOST_IN_TEXT, units)]
    if outgoing.file:
        return [*parts, Part("", rows, outgoing.file, outgoing.kept)]
    return [*parts[:-1], Part(parts[-1].text if parts else outgoing.text, rows)]


def rows_of(buttons: tuple[tuple[str, str], ...]) -> Rows:
    """Short labels two in a row, a long one alone."""
    rows: list[list[tuple[str, str]]] = []
    for button in buttons:
        fits = rows and len(rows[-1]) == 1 and _short(rows[-1][0][1]) and _short(button[1])
        if fits:
            rows[-1].append(button)
        else:
            rows.append([button])
    return tuple(tuple(row) for row in rows)


def _short(label: str) -> bool:
    columns = sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in label)
    return columns <= COLUMNS_OF_HALF_A_ROW
