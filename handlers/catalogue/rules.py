"""Rules between the figures of one report, and the arithmetic that is shown when one is broken."""

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

Number = int | Decimal
Values = Mapping[str, Number]
TOTAL = "total."
_COMPARISONS: Mapping[str, tuple[Callable[[Decimal, Decimal], bool], str]] = {
    "<=": (operator.le, "超过"),
    ">=": (operator.ge, "不到"),
    "<": (operator.lt, "不小于"),
    ">": (operator.gt, "不大于"),
    "=": (operator.eq, "不等于"),
}
_RULE = re.compile(r"(?:(?P<when>[^:<>=]{1,12}):)?(?P<left>[^<>=]+)(?P<op><=|>=|<|>|=)(?P<right>[^<>=]+)")
_TERM = re.compile(r"\s*(?P<sign>[+-]?)\s*(?:(?P<number>\d+(?:\.\d+)?)(?P<percent>%?))?\s*(?P<name>[a-z][a-z_.]*)?")


@dataclass(frozen=True, slots=True)
class Term:
    """`30% base`, `total.claimed`, `10`: a share of a figure, of the unit's running total, or a plain number."""

    factor: Decimal
    name: str = ""
    percent: bool = False

    def value(self, values: Values) -> Decimal:
        """What it comes to; a quota is rounded down (domain §1.4: 不超过 r → floor). Raises KeyError."""
        if not self.name:
            return self.factor
        whole = self.factor * Decimal(values[self.name])
        return whole.to_integral_value(ROUND_FLOOR) if self.percent else whole

    def said(self, values: Values) -> str:
        """`30% × 42`, or the number."""
        if not self.percent:
            return f"{self.value(values):f}"
        return f"{abs(self.factor) * 100:f}".rstrip("0").rstrip(".") + f"% × {Decimal(values[self.name]):f}"


@dataclass(frozen=True, slots=True)
class Rule:
    """`left op right`, both sums of terms; `when` is the word that a report must hold for the rule to count."""

    text: str
    left: tuple[Term, ...]
    sign: str
    right: tuple[Term, ...]
    when: str = ""
    soft: bool = False

    @property
    def names(self) -> frozenset[str]:
        """The figures that it speaks of, those of the running total with `total.` in front."""
        return frozenset(term.name for term in (*self.left, *self.right) if term.name)

    def broken(self, values: Values, said: str = "") -> str:
        """
        Empty, or the arithmetic: `13 超过 30% × 42 = 12`. A rule about a figure that was not told holds.

        `said` is the message, for rules that count only with their word.
        """
        if (self.when and self.when not in said) or not self.names <= values.keys():
            return ""
        left, right = _sum(self.left, values), _sum(self.right, values)
        holds, word = _COMPARISONS[self.sign]
        return "" if holds(left, right) else f"{left:f} {word} {_side(self.right, right, values)}"


def _sum(terms: tuple[Term, ...], values: Values) -> Decimal:
    return sum((term.value(values) for term in terms), Decimal(0))


def _side(terms: tuple[Term, ...], whole: Decimal, values: Values) -> str:
    said = " + ".join(term.said(values) for term in terms)
    return said if said == f"{whole:f}" else f"{said} = {whole:f}"


def parse(text: str, soft: bool = False) -> Rule:
    """The rule that `text` says; raises ValueError with the cure."""
    match = _RULE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"规则「{text}」看不懂，应像 claimed <= collected 或 首批: admitted <= 30% base")
    left, right = (tuple(_terms(match[side], text)) for side in ("left", "right"))
    return Rule(text, left, match["op"], right, (match["when"] or "").strip(), soft)


def _terms(side: str, text: str) -> Iterator[Term]:
    at = 0
    side = side.strip()
    while at < len(side):
        match = _TERM.match(side, at)
        if match is None or match.end() == at or not (match["number"] or match["name"]):
            raise ValueError(f"规则「{text}」里的「{side[at:].strip()}」看不懂，应是字段名、数字或 30% base")
        if at and not match["sign"]:
            raise ValueError(f"规则「{text}」里「{side[at:].strip()}」前面缺少 + 或 -")
        if match["percent"] and not match["name"]:
            raise ValueError(f"规则「{text}」里的百分数后面要写字段名，如 30% base")
        factor = Decimal(match["number"] or 1) / (100 if match["percent"] else 1)
        yield Term(-factor if match["sign"] == "-" else factor, match["name"] or "", bool(match["percent"]))
        at = match.end()
