"""What `digest` prints: the words, or as JSON the names that programs rely on."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from handlers.digests.period.figures import of_days
from handlers.digests.period.wording import text as text_of
from handlers.digests.week.wording import whole_text
from handlers.kit import Unit
from handlers.wording import lines, periods
from scheduling import closed_periods
from storage.digests import figures
from storage.organisation import history


def text(db: Connection, of: Unit, span: periods.Span, now: datetime) -> str:
    """What people read."""
    if "W" in span.label:
        return whole_text(db, closed_periods.shown(db, of, span.label, now), of, now.date())
    return text_of(db, of, span, of_days(db, of, span, now), now)


def body(db: Connection, of: Unit, span: periods.Span, now: datetime) -> Mapping[str, Any]:
    """What programs read: the figures, and of all periods `period`, `lines` and `schools`."""
    today, label = now.date(), span.label
    if "W" in label:
        week = closed_periods.shown(db, of, label, now, named=None)
        told, schools, found = figures.as_json(week), week.schools, lines.of_week(db, of, label, today)
    else:
        days = of_days(db, of, span, now)
        told, schools = {"unit": history.path_names(db, [of])[of.id], **asdict(days)}, days.schools
        found = lines.of_period(db, of, label, today) if label else []
    return {
        **told,
        "period": label or f"{span.first}/{span.last}",
        "lines": [
            {"key": each.row.key, "ids": each.row.ids, "text": each.text, "values": dict(each.values)} for each in found
        ],
        "schools": [
            {
                "unit": each.name, "squads_due": each.due, "squads_covered": each.covered,
                "attendance": {
                    "attended": each.attended, "rated_due": each.rated_due, "rated_attended": each.rated_attended,
                    "rate": figures.percent(each.rated_attended, each.rated_due),
                },
            } for each in schools
        ],
    }  # fmt: skip
