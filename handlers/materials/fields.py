"""How a figure is named: 宣讲.场次.今年 is row, measure and period; 实验小学.宣讲.场次.今年 that of a unit."""

import re
import unicodedata
from dataclasses import dataclass
from difflib import get_close_matches

from handlers.catalogue.model import Row
from handlers.materials import measures
from handlers.materials.subjects import EVERYTHING, Figures
from handlers.wording import days, lines, numbers
from scheduling import spans
from storage.organisation import units

_HOW = {"checkin": "按签到算", "report": "各单位上报的汇总", "case": "逐级办理的事项", "roster": "在册名单"}
# What the fields without a row are called.
PLAIN = ("单位", "日期")
_MISSING, _NAMES = "缺报", "名单"
_NO_ONE_MEANT = 0.3
# A cell holds 32,767 characters, and programs cut off the rest without a word.
_MOST_NAMES = 500


@dataclass(frozen=True, slots=True)
class Field:
    """What a name comes to: `value` as it is written, `source` says of what it is made."""

    value: str
    source: str


class Unknown(LookupError):
    """A name that is none; `near` is the most similar one, empty without one."""

    def __init__(self, name: str, near: str) -> None:
        super().__init__(name)
        self.name, self.near = name, near


def names_of(rows: tuple[Row, ...]) -> dict[str, Row]:
    """The name of a row in a field → the row; where a report is called like a check-in, that is 宣讲签到."""
    taken = {row.name for row in rows if row.shape != "checkin"}
    return {f"{row.name}签到" if row.shape == "checkin" and row.name in taken else row.name: row for row in rows}


def measured(row: Row) -> list[str]:
    """The measures of a row, the one that is meant where none is named first."""
    return list(measures.of(lines.Line(row, "", "")))


def resolve(figures: Figures, name: str) -> Field:
    """The figure with this name, as of the day of `figures`; raises Unknown."""
    parts = [each.strip() for each in re.split(r"[.。·]", unicodedata.normalize("NFKC", name))]
    if parts[0] in PLAIN and len(parts) == 1:
        today = f"{figures.today.year}年{days.short(figures.today)}"
        return Field(units.full_name(figures.db, figures.unit) if parts[0] == PLAIN[0] else today, "")
    label, rest = spans.named(parts[-1], figures.today)
    if not label or rest:
        label = str(figures.today.year)
    else:
        parts = parts[:-1]
    if _is_unit(figures, parts):
        found = units.find(figures.db, parts[0], [figures.unit.path])
        if len(found) != 1:
            raise Unknown(name, "")
        figures, parts = figures.of(found[0]), parts[1:]
    return _field(figures, parts, label) or _unknown(figures, name, parts)


def _is_unit(figures: Figures, parts: list[str]) -> bool:
    return len(parts) > 1 and _row(figures, parts[0]) is None and bool(_row(figures, parts[1]))


def _row(figures: Figures, name: str) -> Row | None:
    names = names_of(figures.rows)
    if name == _MISSING:
        return EVERYTHING
    return names.get(name) or next((row for row in figures.rows if name in row.words), None)


def _field(figures: Figures, parts: list[str], period: str) -> Field | None:
    row = _row(figures, parts[0]) if parts else None
    if row is None or len(parts) > 2:
        return None
    first, last = spans.span_of(period)
    last = min(last, figures.today)
    if parts[0] == _MISSING:
        told = {"未签到中队": figures.line(row, period).values["gap"]}
        told |= {_NAMES: numbers.listed(figures.days(period).missing, _MOST_NAMES) or "无"}
    else:
        told = measures.of(figures.line(row, period))
    measure = parts[1] if len(parts) == 2 else next(iter(told))
    if measure not in told:
        return None
    said = f"{units.full_name(figures.db, figures.unit)} {parts[0]} {measure}"
    when = f"{spans.said(period, figures.today)}（{first}至{last}）"
    return Field(told[measure], f"{said}，{when}，{_HOW[row.shape]}")


def _unknown(figures: Figures, name: str, parts: list[str]) -> Field:
    known = [f"{each}.{measure}" for each, row in names_of(figures.rows).items() for measure in measured(row)]
    said = ".".join(parts)
    near = next(iter(get_close_matches(said, known, 1, _NO_ONE_MEANT)), "")
    behind = name.rpartition(".")[2] if name.count(".") >= len(parts) and near else ""
    raise Unknown(name, f"{near}.{behind}" if behind and behind not in parts else near)
