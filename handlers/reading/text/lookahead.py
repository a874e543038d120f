"""A look at the next character before a pattern is tried: at most places of a text it cannot begin.

`re` does so by itself where every alternative begins with a plain character, and not where one of them begins with a
group, a look-around or something optional. What is not known to be safe here is left as it is.
"""

import re
from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any

_parser = import_module("re._parser")
_ZERO_WIDTH = ("ASSERT", "ASSERT_NOT", "AT")
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
_CATEGORIES = {"CATEGORY_DIGIT": r"\d", "CATEGORY_SPACE": r"\s"}
# Of a range as wide as all Chinese characters nothing is to be gained.
_WIDEST = 1000


class _AnyCharacter(Exception):
    """The pattern may begin with nearly everything, or with what is not known here."""


def looking_ahead(source: str, flags: int) -> str:
    """`source`, matching the same, behind a look at the characters that it can begin with."""
    tree = _parser.parse(source, flags)
    try:
        if _is_plain(*tree[0]):
            return source
        may_be_empty, firsts = _of_sequence(tree)
    except _AnyCharacter:
        return source
    return source if may_be_empty else f"(?=[{''.join(sorted(firsts))}])(?:{source})"


def _is_plain(op: Any, what: Any) -> bool:
    """Whether `re` looks at the first character by itself, or the pattern does."""
    kind = str(op)
    if kind == "BRANCH":
        return all(branch and str(branch[0][0]) == "LITERAL" for branch in what[1])
    if kind == "SUBPATTERN":
        return bool(what[3]) and _is_plain(*what[3][0])
    return kind in ("LITERAL", "IN") or (kind == "ASSERT" and what[0] > 0 and _is_plain(*what[1][0]))


def _of_sequence(parts: Iterable[tuple[Any, Any]]) -> tuple[bool, set[str]]:
    """(whether it may match nothing, the characters it may begin with, as they stand in a class)."""
    found: set[str] = set()
    for op, what in parts:
        may_be_empty, firsts = _of_one(str(op), what)
        found |= firsts
        if not may_be_empty:
            return False, found
    return True, found


def _of_one(kind: str, what: Any) -> tuple[bool, set[str]]:
    if kind in _ZERO_WIDTH:
        return True, set()
    if kind == "LITERAL":
        return False, {re.escape(chr(what))}
    if kind == "IN":
        return False, set(_of_class(what))
    if kind == "SUBPATTERN" and not (what[1] or what[2]):
        return _of_sequence(what[3])
    if kind in _REPEATS:
        may_be_empty, firsts = _of_sequence(what[2])
        return may_be_empty or what[0] == 0, firsts
    if kind != "BRANCH":
        raise _AnyCharacter
    each = [_of_sequence(branch) for branch in what[1]]
    return any(may_be_empty for may_be_empty, _ in each), set().union(*(firsts for _, firsts in each))


def _of_class(parts: Iterable[tuple[Any, Any]]) -> Iterator[str]:
    for op, what in parts:
        if str(op) == "LITERAL":
            yield re.escape(chr(what))
        elif str(op) == "RANGE" and what[1] - what[0] < _WIDEST:
            yield f"{re.escape(chr(what[0]))}-{re.escape(chr(what[1]))}"
        elif str(op) == "CATEGORY" and str(what) in _CATEGORIES:
            yield _CATEGORIES[str(what)]
        else:
            raise _AnyCharacter
