"""Words for the platforms: without what none stores, shown as they are, in pieces that are short enough."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_PICTURES = (".png", ".jpg", ".jpeg")
# Longer "characters" than any script has are a prank: they are cut.
_LONGEST_GRAPHEME = 64
_ZWJ = "\u200d"

# Where a sign would be read as formatting, its full-width form looks the same and means nothing (and mentions nobody).
_SIGNS = str.maketrans({"<": "＜", "*": "＊", "`": "｀", "~": "～", "\\": "＼"})
_AT_THE_START = (
    (re.compile(r"^(?: {4,}|\t+)", re.MULTILINE), "\u3000"),
    (re.compile(r"^( {0,3})#", re.MULTILINE), r"\1＃"),
    (re.compile(r"^( {0,3})>", re.MULTILINE), r"\1＞"),
    (re.compile(r"^( {0,3})[-+] ", re.MULTILINE), r"\1· "),
    (re.compile(r"^( {0,3}\d+)\. ", re.MULTILINE), r"\1．"),
    (re.compile(r"^( {0,3}\d+)\) ", re.MULTILINE), r"\1）"),
    (re.compile(r"^ {0,3}[-=]{2,}\s*$", re.MULTILINE), "———"),
)
# BACKUP_DIR is copied into a file: within a word it means nothing in Markdown (CommonMark, rule 2 of emphasis).
_UNDERLINE = re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_LINK = re.compile(r"\](?=[(\[:])")
_ENTITY = re.compile(r"&(?=#?\w+;)")


def clean(words: str) -> str:
    """The words without what no database stores: NUL and lone halves of UTF-16 pairs."""
    return _UNSTORABLE.sub("", words)


def apart(taken_out: re.Match[str]) -> str:
    """What stands in the place of a mention that is taken out: what was on both sides of it does not become one word.

    三一@助手 三十八人 are a class and a number, not 三一三十八人.
    """
    words, start, end = taken_out.string, taken_out.start(), taken_out.end()
    stands_between = start > 0 and end < len(words) and words[start - 1].isalnum() and words[end].isalnum()
    return " " if stands_between else ""


def word_of(values: Mapping[str, Any], name: str) -> str:
    """What a platform sent under this name; raises KeyError or TypeError where that is no text."""
    value = values[name]
    if not isinstance(value, str):
        raise TypeError(name)
    return value


def is_picture(file: tuple[str, bytes], most: int) -> bool:
    """Whether a file (name, content) is shown as a picture; one of more than `most` bytes goes as a file."""
    return file[0].lower().endswith(_PICTURES) and len(file[1]) <= most


def literal(text: str) -> str:
    """Markdown that shows `text` as it is, in any dialect: names and numbers stay what they are."""
    text = _UNDERLINE.sub("＿", text.translate(_SIGNS))
    for pattern, shown in _AT_THE_START:
        text = pattern.sub(shown, text)
    return _ENTITY.sub("＆", _LINK.sub("］", text))


def markdown(content: str) -> dict[str, Any]:
    """A message of words, as the robots of 企业微信 want it."""
    return {"msgtype": "markdown", "markdown": {"content": content}}


def units(text: str) -> int:
    """The length as the Bot API counts it: in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def octets(text: str) -> int:
    """The length in bytes of UTF-8, as 企业微信 counts it."""
    return len(text.encode("utf-8", "surrogatepass"))


def split(text: str, most: int, size: Callable[[str], int] = octets) -> list[str]:
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
