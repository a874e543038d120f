"""The values of a line that no report told: those of check-ins, and of stars that were awarded."""

from collections import Counter
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection

from handlers.catalogue.model import Row
from handlers.kit import Unit
from handlers.wording import lines, medals, numbers
from storage.checkins.rollups import week_of
from storage.digests import funnel
from storage.digests.periods import Period


def checkins(row: Row | None, found: Period) -> dict[str, str]:
    """What an activity (None: all together) came to in a period."""
    one = next((each for each in found.by_activity if row and each.activity == row.name), None)
    if row is None:
        events, units, heads, rate = (
            found.events,
            found.squads_covered,
            found.attendance.attended,
            found.attendance.rate,
        )
    else:
        events, units, heads, rate = (one.events, one.squads, one.attended, one.rate) if one else (0, 0, 0, None)
    return {
        "count": str(events), "units": str(units), "attended": str(heads), "targets": str(found.squads_due),
        "gap": str(max(found.squads_due - units, 0)),
        "rate": lines.percent(Decimal(units), Decimal(found.squads_due)), "attendance": numbers.rate(rate),
    }  # fmt: skip


def awarded(db: Connection, row: Row, unit: Unit, first: date, last: date) -> dict[str, str]:
    """Of what is nominated: how many were awarded in the period, and of a star which share of the one below."""
    found: Counter[str] = Counter()
    handed = 0
    for medal, (given, presented) in funnel.awarded(db, unit, week_of(first), week_of(last)).items():
        if medals.label(medal) in row.kinds:
            found[medals.label(medal)] += given
            handed += presented
    told, below = [], 0
    for kind in row.kinds:
        share = f"（上一级的 {lines.percent(Decimal(found[kind]), Decimal(below))}）" if row.quotas and below else ""
        told += [f"{kind} {found[kind]}{share}"] if found[kind] else []
        below = found[kind]
    total = str(sum(found.values()))
    return {"count": total, "awarded": total, "presented": str(handed), "by_kind": " ".join(told) or "–"}
