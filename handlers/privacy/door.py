"""The door for echoed words: where no child may be named, what was heard is said again without the names in it.

Features need not think of it. What a message says, and whatever sealed words were opened to answer it, is heard here;
everything that leaves for such a place (text, buttons, files, open questions) is compared with the names in that.
"""

from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import Any

from handlers.privacy.called import could_be, named_in
from handlers.privacy.matters import numbers_hidden
from handlers.privacy.names import TITLE, where

Known = Callable[[str], bool]
HIDDEN = "×"
# The child of the bot's own examples; where none is named, one is told by the place on the counselor's own list.
EXAMPLE = "王小明"


def nobody(_name: str) -> bool:
    """No name is known to be one that everybody may hear."""
    return False


class Door:
    """What was heard in one message, and how it is said again."""

    def __init__(self, known: Known = nobody) -> None:
        """`known`: whether a name is a unit's or a colleague's, which may be said everywhere."""
        self._known = known
        self._heard: list[str] = []
        self._called: list[str] = []

    def hear(self, words: Any) -> None:
        """These words (a text, or texts in lists and mappings) were said, or opened, to be answered."""
        if isinstance(words, str):
            self._heard.append(words)
            self.__dict__.pop("maybe", None)
        elif isinstance(words, Mapping):
            self.hear(list(words.values()))
        elif isinstance(words, list | tuple):
            for each in words:
                self.hear(each)

    def hear_name(self, said: str) -> None:
        """This stood where somebody is named, so it may be a name, though it is a word: 任命 毛豆."""
        self._called += [word for word in said.split() if could_be(word) and not TITLE.search(word)]
        self.__dict__.pop("maybe", None)

    @property
    def heard(self) -> tuple[str, ...]:
        """All that was."""
        return tuple(self._heard)

    @cached_property
    def maybe(self) -> tuple[str, ...]:
        """Who may have been named so far."""
        named = (name for words in dict.fromkeys(self._heard) for name in named_in(words))
        return tuple(dict.fromkeys([*named, *self._called]))

    @property
    def names(self) -> list[str]:
        """The same but for whom everybody may hear of."""
        return [name for name in self.maybe if not self._known(name)]

    def hidden(self, text: str) -> str:
        """The text without those names and without telephone numbers: 王小明 → 王××. Linear in its length."""
        text = numbers_hidden(text, HIDDEN)
        # Most texts hold none of them, and then nobody has to be looked up.
        if self.maybe and where(self.maybe, text):
            text = starred(text, self.names)
        return text.replace(EXAMPLE, "7号")

    def hidden_in(self, value: Any) -> Any:
        """The same for every text in lists and mappings."""
        if isinstance(value, str):
            return self.hidden(value)
        if isinstance(value, Mapping):
            return {key: self.hidden_in(each) for key, each in value.items()}
        return [self.hidden_in(each) for each in value] if isinstance(value, list | tuple) else value


def starred(text: str, names: Collection[str]) -> str:
    """The text with × for all but the first character of these names."""
    places = where(names, text) if names else set()
    return "".join(HIDDEN if at in places and at - 1 in places else each for at, each in enumerate(text))
