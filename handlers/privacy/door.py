"""The door for echoed words: where no child may be named, what was heard is said again without the names in it.

Features need not think of it. What a message says, and whatever sealed words were opened to answer it, is heard here;
everything that leaves for such a place (text, buttons, files, open questions) is compared with the names in that.
"""

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from handlers.privacy.names import HAN, UNSEEN, persons

Known = Callable[[str], bool]
_BETWEEN = re.compile(rf"[{UNSEEN}·・•‧∙⋅ \u3000*._-]{{0,2}}")
_CHARACTER = re.compile(f"[{HAN}]")
_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]+")
# Telephone and identity numbers, also as they are spoken: 一三八零零…
_NUMBERS = re.compile(
    r"(?<![\dA-Za-z])(?:\+?86[\s-]?)?1[3-9]\d(?:[\s-]?\d{4}){2}(?!\d)|(?<!\d)\d{17}[\dXx](?!\d)|[零〇一二三四五六七八九幺]{7,}"
)
HIDDEN = "×"


def nobody(_name: str) -> bool:
    """No name is known to be one that everybody may hear."""
    return False


class Door:
    """What was heard in one message, and how it is said again."""

    def __init__(self, known: Known = nobody) -> None:
        """`known`: whether a name is a unit's or a colleague's, which may be said everywhere."""
        self._known = known
        self._heard: list[str] = []

    def hear(self, words: Any) -> None:
        """These words (a text, or texts in lists and mappings) were said, or opened, to be answered."""
        if isinstance(words, str):
            self._heard.append(words)
            self.__dict__.pop("names", None)
        elif isinstance(words, Mapping):
            self.hear(list(words.values()))
        elif isinstance(words, list | tuple):
            for each in words:
                self.hear(each)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Who may have been named so far, but for whom everybody may hear of."""
        found = dict.fromkeys(name for words in dict.fromkeys(self._heard) for name in persons(words))
        return tuple(name for name in found if not self._known(name))

    def hidden(self, text: str) -> str:
        """The text without those names and without telephone numbers: 王小明 → 王××. Linear in its length."""
        text = _NUMBERS.sub(lambda match: HIDDEN * len(match[0]), text)
        if not self.names or not text:
            return text
        pairs = {name[at : at + 2] for each in self.names for name in [_plain(each)] for at in range(len(name) - 1)}
        words = {name.lower() for name in self.names if name.isascii()}
        text = _without_pairs(text, pairs)
        return _WORD.sub(lambda match: _starred(match[0]) if match[0].lower() in words else match[0], text)

    def hidden_in(self, value: Any) -> Any:
        """The same for every text in lists and mappings."""
        if isinstance(value, str):
            return self.hidden(value)
        if isinstance(value, Mapping):
            return {key: self.hidden_in(each) for key, each in value.items()}
        return [self.hidden_in(each) for each in value] if isinstance(value, list | tuple) else value


def _plain(name: str) -> str:
    return "".join(_CHARACTER.findall(name))


def _starred(name: str) -> str:
    return name[0] + HIDDEN * (len(name) - 1)


def _without_pairs(text: str, pairs: set[str]) -> str:
    """Two characters that stand in a name one after the other are of it, with whatever is not seen between them."""
    letters, before = list(text), -1
    for match in _CHARACTER.finditer(text):
        at = match.start()
        if before >= 0 and text[before] + text[at] in pairs and _BETWEEN.fullmatch(text, before + 1, at):
            letters[at] = HIDDEN
        before = at
    return "".join(letters)
