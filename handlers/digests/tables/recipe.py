"""What a recipe's values ask for: the digest of a unit for a week, or for longer."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from handlers.digests.period import figures, wording
from handlers.digests.tables.contents import Figures, Shown
from handlers.digests.week import phrases
from handlers.wording import periods
from scheduling import closed_periods
from storage.organisation import units


def shown_of(db: Connection, unit_id: int, values: Mapping[str, Any]) -> Shown:
    """The digest of a unit in `week`, or from `first` to `last` (of `label` and `name`), as of `at` (ISO)."""
    unit, now = units.by_id(db, unit_id), datetime.fromisoformat(values["at"])
    found: Figures
    if "week" in values:
        span = periods.of_week(values["week"])
        week = found = closed_periods.shown(db, unit, span.label, now)
        title, stamp = week.title, phrases.stamp(week)
    else:
        first, last = date.fromisoformat(values["first"]), date.fromisoformat(values["last"])
        span = periods.Span(first, last, values["name"], values["label"])
        found = figures.of_days(db, unit, span, now)
        title, stamp = units.full_name(db, unit), wording.stamp(span, now)
    name, days = periods.name_of(span, unit), (span.first, span.last)
    return Shown(unit, title, name, span.label, *days, stamp, now, figures.closed(span, now), found)
