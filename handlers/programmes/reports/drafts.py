"""What was told of a row and a unit as the report that it comes to."""

from datetime import date, timedelta

from handlers.catalogue.model import Row
from handlers.catalogue.telling.reports import Told
from handlers.kit import Ask, Unit
from handlers.wording import programmes
from scheduling import spans
from storage.programmes.reports import Report


def made(ask: Ask, row: Row, unit: Unit, told: Told, day: date, said: str) -> Report:
    """The report of the period that the day lies in; `said` tells by which word a rule counts."""
    period = spans.label_of(row.period, day)
    figures = {**told.values, **{f"lacks{place}": need for place, need in enumerate(told.lacks)}}
    # 首批: by which word a rule counts is known when the report is corrected, too.
    figures |= {f"when{place}": each.when for place, each in enumerate(row.checks) if each.when and each.when in said}
    if told.bonus:
        figures["bonus"] = told.bonus
    late = bool(row.due) and ask.today > spans.due_day(row.due, period) + timedelta(days=row.timely)
    return Report(
        unit.id, row.key, period, day, figures, told.hedges, programmes.flows_of(row),
        timing="late" if late else "on_time", version=row.version,
    )  # fmt: skip
