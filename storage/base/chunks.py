"""Long lists in parts, so that no statement gets more values than a database takes."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

# PostgreSQL takes 65,535 in one statement, SQLite 32,766.
AT_ONCE = 5000
T = TypeVar("T")


def chunks(values: Iterable[T], size: int = AT_ONCE) -> Iterator[list[T]]:
    """The values in lists of at most `size`."""
    rest = iter(values)
    while some := list(islice(rest, size)):
        yield some
