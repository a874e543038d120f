"""The rows of a roster file by their number, and what is said of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from handlers.privacy import gate
from storage.roster.roster import Names

# A row's number says its sheet as well, where several are read as one; no sheet has so many rows.
A_SHEET = 10_000_000
_QUOTED = re.compile("「[^」]*」")


def place(*numbers: int) -> str:
    """The rows as whoever wrote the file finds them."""
    sheets = groupby(numbers, key=lambda number: number // A_SHEET)
    rows = ((sheet, "、".join(str(number % A_SHEET) for number in mine)) for sheet, mine in sheets)
    return "、".join(f"第 {sheet} 张工作表第 {some} 行" if sheet else f"第 {some} 行" for sheet, some in rows)


class Record(NamedTuple):
    """A row of the file; `number` as the program shows it."""

    number: int
    cells: Sequence[str]
    hidden: bool = False


@dataclass(slots=True)
class Notes:
    """What to tell about the file, without the names in it; a problem forbids the import, a warning does not."""

    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    # The units whose rows have a problem: what follows from it for others is not said.
    broken: set[Names] = field(default_factory=set)

    def problem(self, number: int, words: str) -> None:
        """Something wrong in this row."""
        self.problems.append(f"{place(number)}：{_without_names(words)}")

    def warn(self, number: int, words: str) -> None:
        """Something odd in this row."""
        self.warnings.append(f"{place(number)}：{_without_names(words)}")


def _without_names(words: str) -> str:
    """What is quoted of the file may be anything: 「王小明」 → 「王××」."""
    return _QUOTED.sub(lambda match: gate.hidden(match[0]), words)
