"""Rates, changes, and the numbers of cases."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import groupby

from handlers.kit import Ask, Refusal
from storage.base import numbered
from storage.base.numbered import Unreadable
from storage.digests import figures

# More in a row are written by their ends.
_SHORT_ROW = 2


def rate(value: float | None) -> str:
    """90.9%, or a dash where there is nothing to divide by."""
    return "–" if value is None else f"{value:.1f}%"


def share(part: int, whole: int) -> str:
    """How much of it, as a rate: 10 of 11 → 90.9%."""
    return rate(figures.percent(part, whole))


def change(by: float, unit: str = "") -> str:
    """+3, −3 or 持平."""
    return f"{'+' if by > 0 else '−'}{abs(by)}{unit}" if by else "持平"


def points(new: float | None, old: float | None) -> float | None:
    """By how many percentage points a rate changed; None when one of them is unknown."""
    return None if new is None or old is None else round(new - old, 1)


def in_rows(numbers: Sequence[int]) -> str:
    """Numbers of children in a class: 3、7、12-40号."""
    rows = [[number for _, number in row] for _, row in groupby(enumerate(numbers), key=lambda each: each[1] - each[0])]
    said = [f"{row[0]}-{row[-1]}" if len(row) > _SHORT_ROW else "、".join(map(str, row)) for row in rows]
    return "、".join(said) + "号"


@dataclass(frozen=True, slots=True)
class CaseNumbers:
    """The numbers of one kind of case: `what` it is called, `known` are those that the asker is likely to mean."""

    letter: str
    what: str
    known: Callable[[Ask], Iterable[str]]

    def first(self, ask: Ask, words: str) -> tuple[str, str]:
        """(the number that the words begin with, the rest), ("", words) without one; raises Refusal."""
        try:
            return numbered.first(words, self.letter)
        except Unreadable as error:
            raise self.unreadable(ask, error.said) from None

    def leading(self, ask: Ask, words: str) -> tuple[tuple[str, ...], str]:
        """(all numbers that the words begin with, the rest); raises Refusal."""
        try:
            return numbered.leading(words, self.letter)
        except Unreadable as error:
            raise self.unreadable(ask, error.said) from None

    def unreadable(self, ask: Ask, said: str) -> Refusal:
        """Said when no case can be told."""
        return Refusal(f"「{said}」不是{self.what}的编号，什么都没有做。{self.what}的编号像 {self.like(ask, said)}。")

    def like(self, ask: Ask, said: str = "") -> str:
        """A number as it should be: of what is known the most similar one."""
        return self._nearest(ask, said) or f"{self.letter}{ask.today:%Y%m%d}-01"

    def unknown(self, ask: Ask, number: str) -> str:
        """That there is no such case, with the most similar one that there is."""
        near = self._nearest(ask, number)
        return f"没有找到{self.what} {number}。" + (f"最接近的是 {near}。" if near else "")

    def _nearest(self, ask: Ask, said: str) -> str:
        return next(iter(get_close_matches(said, list(self.known(ask)), 1, 0)), "")


def listed(names: Sequence[str], most: int, measure: str = "个") -> str:
    """三(1)中队、三(2)中队等 12 个; one more than the most is named as well: that is as short."""
    shown = names if len(names) <= most + 1 else names[:most]
    return "、".join(shown) + (f"等 {len(names)} {measure}" if len(names) > len(shown) else "")
