"""What was told of a row and a unit as the report that it comes to."""

from datetime import date, timedelta
from decimal import Decimal

from handlers.catalogue.model import Row
from handlers.catalogue.telling.reports import Told, Value
from handlers.kit import Ask, Unit
from handlers.wording import programmes
from scheduling import spans
from storage.programmes.reports import Figures, Report


def made(ask: Ask, row: Row, unit: Unit, told: Told, day: date, said: str) -> Report:
    """The report of the period that is named, or that the day lies in; `said` tells by which word a rule counts."""
    period = told.period or spans.label_of(row.period, day)
    figures = over(told, {})
    # 首批: by which word a rule counts is known when the report is corrected, too.
    figures |= {f"when{place}": each.when for place, each in enumerate(row.checks) if each.when and each.when in said}
    return Report(
        unit.id, row.key, period, day, figures, told.hedges, programmes.flows_of(row),
        timing=timing(row, period, ask.today), version=row.version,
    )  # fmt: skip


def timing(row: Row, period: str, today: date) -> str:
    """Whether a report of this period that comes today is in time."""
    late = bool(row.due) and today > spans.due_day(row.due, period) + timedelta(days=row.timely)
    return "late" if late else "on_time"


def over(told: Told, before: Figures) -> dict[str, Value]:
    """What is told, with what an earlier report of the same period says besides: all but what is whole told anew."""
    figures = {name: value for name, value in before.items() if not name.startswith("lacks")}
    figures |= {name: value for name, value in told.values.items() if name not in told.filled or name not in figures}
    lacks = [] if told.full else [str(value) for name, value in before.items() if name.startswith("lacks")]
    lacking = dict.fromkeys(each for each in (*lacks, *told.lacks) if each not in told.has)
    figures |= {f"lacks{place}": need for place, need in enumerate(lacking)}
    bonus = Decimal(0) if told.full and told.bonus is None else told.bonus
    if bonus is not None:
        figures["bonus"] = bonus
    return {name: value for name, value in figures.items() if name != "bonus" or value}
