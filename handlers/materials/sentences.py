"""The sentences of an annual report from the catalogue's lines: flows of the period, stocks of its end or today."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from itertools import chain

from handlers.catalogue.model import Row
from handlers.materials.subjects import EVERYTHING, Figures
from handlers.wording import days, lines, programmes
from handlers.wording.lines import Line
from scheduling import spans
from storage.organisation import units

# Nobody writes 3,812 where 3800余 will do; two digits are what the reports keep.
_ROUNDED_FROM, _DIGITS = 1000, 2
# Who took part of how many is never rounded, nor is a year.
_EXACT = frozenset({"units", "targets", "gap", "rate", "period"})
_NUMBER = re.compile(r"(?<![\d.])(约|近)?(\d{4,}(?![\d.%]|余?万)|\d+\.\d+(?=万))(万)?(余?)")
# What nothing was told of: （–；–）, （结对 0校 0 组织）.
_NOTHING_IN = re.compile(r"（(?:–|无|–(?:[；，] ?–)*|[^（）\d]*(?:0(?![\d.])[^（）\d]*)+)）")
_BEFORE_MEASURE = re.compile(
    r"(?<=[\d余万]) (?=(?:场次?|个|人次|人|支|项|次|校|班|件|条|天|家|对|元|位|类|站|篇|处)(?![\u4e00-\u9fff]))"
)
_NONE = r"[^，、。（）\d]{1,8}(?:\d+ 日内到期)? 0(?:/\d+)?(?:[个天项条件元]|人次?)?(?:（0\.0%）)?"
# Who was not counted in took part all the same: of a whole school's event 覆盖中队 0 个 would be no praise.
_NONE_OF_IT = re.compile(rf"(?<=[，、]){_NONE}[，、]|[，、]{_NONE}(?=[，。（]|$)")
_FULL_WIDTH = str.maketrans(",;()", "，；（）")


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report; `sentences` end with a full stop."""

    title: str
    sentences: tuple[str, ...]


def written(figures: Figures, period: str, rounded: bool) -> list[Section]:
    """The sections that have something to say, in the order of a digest; `rounded` numbers are 3800余, 20余万."""
    found: dict[str, list[str]] = {name: [] for name in lines.SECTIONS}
    for row in figures.told():
        line = figures.line(row, period)
        if line.text and _is_told(figures, line):
            found[row.section].append(_sentence(line, rounded))
    told = [(name, tuple(sentences)) for name, sentences in found.items() if sentences]
    return [
        Section(f"{mark}、{name}", sentences) for mark, (name, sentences) in zip("一二三四五六", told, strict=False)
    ]


def text(figures: Figures, period: str, rounded: bool) -> list[str]:
    """The report line by line: what it is of, then the sections; one line that says so where there is nothing."""
    head = f"{units.full_name(figures.db, figures.unit)} {name_of(figures, period)}工作材料"
    parts = [[each.title, *each.sentences] for each in written(figures, period, rounded)]
    return [head, *chain.from_iterable(parts)] if parts else [f"{head}：这段时间还没有记录。"]


def _is_told(figures: Figures, line: Line) -> bool:
    """Nobody boasts of what is only due and has not come."""
    row, values = line.row, line.values
    if row is EVERYTHING:
        return figures.days(line.period).squads_due > 1
    if row.shape == "roster":
        return values["holding"] != "0"
    if row.shape == "case" and "awarded" in row.placeholders and "submitted" not in row.placeholders:
        return values["awarded"] != "0"
    return row.shape != "report" or values["count"] != "0" or values["units"] != "0"


def _sentence(line: Line, rounded: bool) -> str:
    shown: Mapping[str, str] = line.values
    if rounded:
        shown = {name: value if name in _EXACT else _NUMBER.sub(_about, value) for name, value in shown.items()}
    parts = "".join(f"（{each}）" for each in _parts(line.row, shown))
    text = (lines.filled(line.row, shown) + parts).translate(_FULL_WIDTH)
    return _NONE_OF_IT.sub("", _BEFORE_MEASURE.sub("", _NOTHING_IN.sub("", text))) + "。"


def _parts(row: Row, shown: Mapping[str, str]) -> Iterator[str]:
    """What the line leaves out for want of room: how many of each kind and choice, what each choice came to."""
    said = set(row.placeholders)
    if "parts" in said:
        return
    counted = [each.name for each in row.fields if each.agg == "by"]
    for name in [*counted, *(["by_kind"] if len(row.kinds) > 1 else [])]:
        if name not in said and not said & {part for part, (_, by, _) in row.split.items() if by == name}:
            yield shown.get(name, "–")
    if said.isdisjoint(row.split):
        yield from row.of_choices(shown)


def _about(match: "re.Match[str]") -> str:
    """The number with its own hedge, shortened: 3812 → 3800余, 1507余 → 1500余, 约213500 → 约21万, 300000 → 30万."""
    hedge, told, wan, over = match.groups(default="")
    exact = Decimal(told) * (10_000 if wan else 1)
    if hedge == "近" or exact < _ROUNDED_FROM:
        return match[0]
    step = Decimal(1).scaleb(exact.adjusted() + 1 - _DIGITS)
    short = exact.quantize(step, ROUND_HALF_UP if hedge else ROUND_DOWN)
    if over or (short != exact and not hedge):
        return programmes.number(Decimal(int(short)), "ge")
    return hedge + (f"{(short / 10_000).normalize():f}万" if short >= 10_000 else str(int(short)))


def name_of(figures: Figures, period: str) -> str:
    """2026年, and up to which day where it still runs."""
    last = spans.span_of(period)[1]
    running = f"（截至{days.short(figures.today)}）" if last > figures.today else ""
    return spans.said(period, figures.today) + running
