"""What one letter becomes on Telegram: texts within its limits, rows of buttons, a picture or a document."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from bot.channels import Outgoing

MOST_IN_TEXT = 4096
MOST_IN_CAPTION = 1024
MOST_IN_PHOTO = 10 << 20
# Two buttons share a row when both labels fit half a phone's width; a Chinese character is two columns wide.
COLUMNS_OF_HALF_A_ROW = 16
# Longer "characters" than any script has are a prank: they are cut.
_LONGEST_GRAPHEME = 64
_ZWJ = "\u200d"

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
        name, content = self.file or ("", b"")
        return name.lower().endswith((".png", ".jpg", ".jpeg")) and len(content) <= MOST_IN_PHOTO


def parts_of(outgoing: Outgoing) -> list[Part]:
    """The messages of a letter, in order; the buttons are under the last."""
    rows = rows_of(outgoing.buttons)
    if outgoing.file and units(outgoing.text) <= MOST_IN_CAPTION:
        return [Part(outgoing.text, rows, outgoing.file, outgoing.kept)]
    parts = [Part(text) for text in split(outgoing.text)]
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


def units(text: str) -> int:
    """The length as the Bot API counts it: in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def split(text: str, most: int = MOST_IN_TEXT, size: Callable[[str], int] = units) -> list[str]:
    """The text in pieces of at most `most` in `size`: at a paragraph, else a line, else between two graphemes."""
    pieces = []
    while size(text) > most:
        end = _end(text, _fitting(text, most, size))
        pieces.append(text[:end])
        text = text[end:].lstrip("\n")
    # A message of white space alone is refused.
    return [piece.rstrip() for piece in [*pieces, text] if piece.strip()]


def _fitting(text: str, most: int, size: Callable[[str], int]) -> int:
    """How many characters fit into `most`."""
    used = 0
    for place, character in enumerate(text):
        used += size(character)
        if used > most:
            return place
    return len(text)


def _end(text: str, fitting: int) -> int:
    # A break in the first half would make more messages than needed.
    for mark in ("\n\n", "\n"):
        end = text.rfind(mark, fitting // 2, fitting + 1)
        if end > 0:
            return end
    end = fitting
    while end > max(fitting - _LONGEST_GRAPHEME, 1) and _inside(text, end):
        end -= 1
    return end if not _inside(text, end) else fitting


def _inside(text: str, place: int) -> bool:
    """Whether a cut before `place` would break one visible character."""
    before, after = text[place - 1], text[place]
    if after == _ZWJ or before == _ZWJ or unicodedata.category(after) in ("Mn", "Me", "Mc"):
        return True
    if "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f":
        return True
    return _is_flag(before) and _is_flag(after) and _flags_before(text, place) % 2 == 1


def _is_flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _flags_before(text: str, place: int) -> int:
    start = place
    while start > 0 and _is_flag(text[start - 1]):
        start -= 1
    return place - start
