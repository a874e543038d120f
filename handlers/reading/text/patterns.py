"""Regular expressions that are compiled when first used: 120 of them at import would cost a tenth of a second."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from handlers.reading.text.lookahead import looking_ahead

_METHODS = ("search", "match", "fullmatch", "sub", "split", "findall", "finditer")
_all: list["_Lazy"] = []


class _Lazy:
    """Stands for a compiled pattern; from the first use on it has that pattern's own methods."""

    def __init__(self, source: str, flags: int) -> None:
        self._source = source
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        if name not in _METHODS:
            raise AttributeError(name)
        compiled = re.compile(looking_ahead(self._source, self._flags), self._flags)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def pattern(source: str, flags: int = 0) -> re.Pattern[str]:
    """`re.compile`, put off until the pattern is used."""
    lazy = _Lazy(source, flags)
    _all.append(lazy)
    return cast("re.Pattern[str]", lazy)


def any_of(words: Iterable[str], guarded: Mapping[str, str]) -> str:
    """An alternative of `words`, the longest first; a guarded word stands with its look-around.

    The first characters are looked at before the words are tried: most places of a text begin none.
    """
    begun: dict[str, list[str]] = {}
    for word in sorted(words, key=len, reverse=True):
        begun.setdefault(word[0], []).append(word)
    return f"(?=[{''.join(begun)}])(?:{'|'.join(_begun(first, each, guarded) for first, each in begun.items())})"


def _begun(first: str, words: list[str], guarded: Mapping[str, str]) -> str:
    """The words that begin with this character."""
    if guarded.keys().isdisjoint(words):
        return f"{re.escape(first)}(?:{'|'.join(re.escape(word[1:]) for word in words)})"
    return f"(?={re.escape(first)})(?:{'|'.join(guarded.get(word) or re.escape(word) for word in words)})"


def compile_all(wanted: Callable[[], bool] = lambda: True) -> None:
    """Compile every pattern that is not yet, as long as that is `wanted`, so that no message has to wait for it."""
    for lazy in _all:
        if "search" not in vars(lazy) and wanted():
            lazy.__getattr__("search")
