"""Plain words for platforms that read markdown: shown as they are, in pieces that are short enough."""

import re

# Where a sign would be read as formatting, its full-width form looks the same and means nothing (and mentions nobody).
_SIGNS = str.maketrans({"<": "＜", "*": "＊", "`": "｀", "_": "＿", "~": "～", "\\": "＼"})
_AT_THE_START = (
    (re.compile(r"^(?: {4,}|\t+)", re.MULTILINE), "\u3000"),
    (re.compile(r"^( {0,3})#", re.MULTILINE), r"\1＃"),
    (re.compile(r"^( {0,3})>", re.MULTILINE), r"\1＞"),
    (re.compile(r"^( {0,3})[-+] ", re.MULTILINE), r"\1· "),
    (re.compile(r"^( {0,3}\d+)\. ", re.MULTILINE), r"\1．"),
    (re.compile(r"^( {0,3}\d+)\) ", re.MULTILINE), r"\1）"),
    (re.compile(r"^ {0,3}[-=]{2,}\s*$", re.MULTILINE), "———"),
)
_LINK = re.compile(r"\](?=[(\[:])")
_ENTITY = re.compile(r"&(?=#?\w+;)")


def literal(text: str) -> str:
    """Markdown that shows `text` as it is, in any dialect: names and numbers stay what they are."""
    text = text.translate(_SIGNS)
    for pattern, shown in _AT_THE_START:
        text = pattern.sub(shown, text)
    return _ENTITY.sub("＆", _LINK.sub("］", text))


def pieces(text: str, most: int) -> list[str]:
    """The text in pieces of at most `most` bytes of UTF-8: cut at a line's end, else between two characters."""
    found = []
    while len(text.encode()) > most:
        fitting = len(text.encode()[:most].decode(errors="ignore"))
        # A break in the first half would make more messages than needed.
        end = text.rfind("\n", fitting // 2, fitting + 1)
        end = end if end > 0 else fitting
        found.append(text[:end])
        text = text[end:].lstrip("\n")
    return [piece.rstrip() for piece in [*found, text] if piece.strip()]
