"""The reports that a line of a digest comes from, and who owes it; a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection

from handlers.catalogue.model import Row
from handlers.kit import Ask, Button, Reply, Unit
from handlers.wording import days, lines, numbers, programmes
from scheduling import spans
from storage.organisation import history, units
from storage.programmes import reports

PAGE = 8
_MOST_TERMS, _MOST_NAMES = 8, 10


@dataclass(frozen=True, slots=True)
class Meant:
    """A line of a digest, of which unit, and the field that is meant, if one was."""

    of: Unit
    line: lines.Line
    label: str = ""


def told(ask: Ask, one: Meant, page: int) -> Reply:
    """The line, what the field that was named is added up from, the reports, and who has not reported."""
    line, row = one.line, one.line.row
    period = spans.said(line.period, ask.today)
    text = line.text if line.text.startswith(period) else f"{period} {line.text}"
    found = _reports(ask.db, one, ask.today)
    said = [f"{units.full_name(ask.db, one.of)}{text}", _sum(row, one.label, found)]
    shown = found[(page - 1) * PAGE :][:PAGE]
    again = f"{row.name} {one.label} {line.period} {history.path_names(ask.db, [one.of])[one.of.id]}"
    buttons = [Button("下一页", "为什么", f"{again} 第{page + 1}页")] if len(found) > page * PAGE else []
    buttons += [Button("上一页", "为什么", f"{again} 第{page - 1}页")] if page > 1 else []
    if shown:
        said.append(f"上报（第 {page} 页）：" if buttons else "上报：")
        said += [f"· {_place(ask, each)} {days.short(each.day)} {_figures(row, each)}" for each in shown]
    owed = [f"{each.school}{each.name}" for each in line.missing] if row.due else []
    if owed:
        said.append(f"还没有报的 {len(owed)} 家：{numbers.listed(owed, _MOST_NAMES, '家')}")
    return Reply("\n".join(filter(None, said)), tuple(buttons))


def _reports(db: Connection, one: Meant, today: date) -> list[reports.Report]:
    """What counts in it: of flows all of the period, of stocks the newest of each unit at its end."""
    row, (first, last) = one.line.row, spans.span_of(one.line.period)
    if any(figure.agg == "last" for figure in row.fields):
        return reports.stocks(db, row.key, [one.of.path], min(last, max(first, today)))
    return [each for each in reports.below(db, row.key, [one.of.path], first, last) if each.state in reports.COUNTS]


def _sum(row: Row, label: str, found: Sequence[reports.Report]) -> str:
    """认领 7 = 5 + 2, of the field that was named."""
    figure = next((each for each in row.fields if label in (each.label, *each.words)), None)
    parts = [
        (each.figures[figure.name], each.hedges.get(figure.name, "eq")) for each in found if figure.name in each.figures
    ] if figure else []  # fmt: skip
    exact = [(each, hedge) for each, hedge in parts if isinstance(each, Decimal)]
    if figure is None or len(exact) < 2 or len(exact) > _MOST_TERMS:
        return ""
    total = sum((each for each, _ in exact), Decimal(0))
    terms = " + ".join(programmes.number(each, hedge) for each, hedge in exact)
    return f"{figure.label} {programmes.number(total)} = {terms}"


def _place(ask: Ask, one: reports.Report) -> str:
    return units.full_name(ask.db, units.by_id(ask.db, one.unit_id))


def _figures(row: Row, one: reports.Report) -> str:
    """Its numbers; free words are not shown here."""
    told = [
        f"{each.label} {programmes.value(each, one.figures[each.name], one.hedges.get(each.name, 'eq'))}"
        for each in row.fields
        if each.name in one.figures and not isinstance(one.figures[each.name], str)
    ]
    return "，".join(told) or "已报"
