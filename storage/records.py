"""Records that nobody changes."""

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

_T = TypeVar("_T")


@dataclass_transform(frozen_default=True)
def record(made: type[_T]) -> type[_T]:
    """`dataclass(frozen=True, slots=True)`, held by mypy alone: a record of twenty fields costs 1 µs and not 10."""
    return dataclass(slots=True, unsafe_hash=True)(made)
