"""That there was nothing to report of a duty: a tap, or 没有 in answer to its letter."""

from datetime import date, timedelta

from handlers.attendance.requests import Asked
from handlers.catalogue import current
from handlers.catalogue.loader import calendar_of
from handlers.catalogue.model import Row
from handlers.kit import Button, Due
from handlers.wording import programmes
from scheduling import spans

_MOST = 3
_COPIED = timedelta(days=7)


def asked(said: Due) -> list[Asked]:
    """That there was nothing, of each unit; the numbers are told by the row's own words."""
    row = row_of(said)
    if row is None or said.lead <= -calendar_of(said.db).duty.brigade:
        return []
    own = programmes.units_for(said.person, row)
    return [
        Asked(row.name if len(own) == 1 else f"{row.name} {unit.name}", (row.name, *row.words), unit.name,
              said.now.date(), nothing(said, row, unit.name)) for unit in own[:_MOST]
    ]  # fmt: skip


def row_of(said: Due) -> Row | None:
    """The row that a letter is about; None when it is gone."""
    return current.catalogue_of(said.db).by_key.get(said.payload["row"])


def period_said(row: Row, period: str, today: date) -> str:
    """The period, where a line that is copied within a week would else be told of another one; empty otherwise."""
    label = {spans.label_of(row.period, day) for day in (today, today + _COPIED)}
    return "" if row.period == "day" or label == {period} else spans.said(period, today)


def nothing(said: Due, row: Row, unit: str) -> Button:
    """Of this unit, in the period that is asked for."""
    when = spans.said(said.payload["period"], said.now.date())
    return Button(f"没有{row.name}", "上报", f"{unit} {when}没有{row.name}")
