"""Which units have told the least of a row."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection

from handlers.wording import lines, programmes
from scheduling import spans
from storage.programmes import sums

_MOST = 5


def told(db: Connection, line: lines.Line, paths: Sequence[str], today: date) -> str:
    """听众最少的 2 家：…: by the figure that the row asks for; empty where one alone has told."""
    figure = next((each for each in line.row.fields if each.is_number and each.required and each.agg == "sum"), None)
    if figure is None:
        return ""
    first, last = spans.span_of(line.period)
    periods = lines.kept_periods(line.period, first, min(last, max(first, today)))
    found = sums.lowest(db, line.row.key, figure.name, paths, periods, _MOST)
    named = "、".join(f"{name} {programmes.value(figure, total.value, total.hedge)}" for name, total in found)
    return f"\n{figure.label}最少的 {len(found)} 家：{named}" if len(found) > 1 else ""
