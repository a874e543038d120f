"""What one letter becomes on Telegram: texts within its limits, rows of buttons, a picture or a document."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from bot.channels import Outgoing
from bot.channels.text import is_picture, split, units

MOST_IN_TEXT = 4096
MOST_IN_CAPTION = 1024
MOST_IN_PHOTO = 10 << 20
# Two buttons share a row when both labels fit half a phone's width; a Chinese character is two columns wide.
COLUMNS_OF_HALF_A_ROW = 16
NOT_TAKEN = "（附的图片或文件，Telegram 没有收下。在群里，请群管理员允许我发图片和文件；也可以私聊我再要一次。）"

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


def in_words(part: Part, commands: Sequence[str]) -> Part:
    """What is left where only words are taken: why there is no file, and what can be typed instead of pressing."""
    typed = [f"也可以直接发：{'、'.join(commands)}"] if part.rows and commands else []
    whole = "\n".join([part.text, *([NOT_TAKEN] if part.file else []), *typed])
    return Part(whole if units(whole) <= MOST_IN_TEXT else part.text)


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
