"""Fixed words with two forms: the value, which is stored and programs read, and the label, which people read."""

from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """Its members are written as (value, Chinese label)."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        """The member with this value."""
        made = str.__new__(cls, value)
        made._value_, made.label = value, label
        return made

    @classmethod
    def named(cls, words: str) -> Self | None:
        """The member with this label or value."""
        return next((each for each in cls if words in (each.label, each.value)), None)
