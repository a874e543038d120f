"""What the cases of a row come to in a part of the tree and a period: counts only, never who it is about."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import Connection

from handlers.catalogue import chain, current
from handlers.catalogue.loader import calendar_of
from handlers.catalogue.model import Row
from scheduling import spans
from storage.digests import figures
from storage.organisation import units
from storage.organisation.units import Unit
from storage.programmes import cases, coverage
from storage.programmes.cases import Case

# /1/ is the top of the tree.
_TOP = 2
# Until a second person agrees it is not taken away.
_AWARDED = frozenset({"awarded", "presented", "promoted", "revoking"})


def instants(db: Connection, period: str) -> tuple[datetime, datetime]:
    """The beginning of a period, and the first instant behind it."""
    zone = calendar_of(db).zone
    first, last = spans.span_of(period)
    return datetime.combine(first, time(), zone), datetime.combine(last + timedelta(days=1), time(), zone)


def shown(db: Connection, row: Row, paths: Sequence[str], period: str, today: date) -> dict[str, str]:
    """What the row's line may say, as of the end of the period or today, whichever is first."""
    begin, end = instants(db, period)
    first, last = spans.span_of(period)
    day = min(last, max(first, today))
    found = cases.as_of(db, row.key, paths, chain.period_of(row, day), begin, end)
    standing = [one for one, _ in found if one.state not in chain.FAILED]
    still = [one for one, closed in found if not closed]
    awarded = [one for one in standing if one.state in _AWARDED]
    targets = _targets(db, row, paths)
    late, soon = day, day + timedelta(days=max(row.remind, default=30))
    kinds = Counter(one.kind for one in standing)
    caps = {kind: row.caps.get(kind, row.cap_each) for kind in row.kinds}
    # Beside what was awarded nobody else is counted; of what is put forward, all are.
    told = standing if "submitted" in row.placeholders or "awarded" not in row.placeholders else awarded
    counts = {
        "count": len(standing), "submitted": len(standing), "open": len(still), "awarded": len(awarded),
        "targets": targets, "people": sum(one.personal for one in awarded),
        "presented": sum(one.state == "presented" for one in standing),
        "promoted": sum(one.state == "promoted" for one in standing),
        "done": sum(closed and one.state not in chain.FAILED for one, closed in found),
        "overdue": sum(one.due is not None and one.due < late for one in still),
        "soon": sum(one.due is not None and late <= one.due <= soon for one in still),
        "units": len({one.unit_id for one in standing}), "places": sum(caps.values()),
        "over": sum(0 < cap < kinds[kind] for kind, cap in caps.items()),
        "opened": sum(begin <= one.made_at < end for one in standing if one.made_at),
        "closed": sum(closed and _closed_since(one, begin) for one, closed in found),
    }  # fmt: skip
    choices = {each.name: _by(standing, each.choices, _choice(each.name)) for each in row.fields if each.choices}
    said = {
        "gap": str(targets - counts["units"]),
        "period": spans.said(period, today),
        "rate": f"{figures.percent(len(awarded), targets)}%" if targets else "–",
        # What must be reached is a matter of all together, and nothing that one school has failed at.
        "floor": f"{row.floor}{' ✓' if len(awarded) >= row.floor else ''}" if _is_whole(paths) else "–",
        "by_kind": _by(told, row.kinds, lambda one: one.kind),
        "by_state": _by(standing, (each.state for each in (*row.chain,)), lambda one: one.state, row),
        "by_subject": _by_subject(len(awarded) - counts["people"], counts["people"]),
    }
    return {name: str(count) for name, count in counts.items()} | choices | said


def _closed_since(one: cases.Case, begin: datetime) -> bool:
    return one.state != chain.WITHDRAWN and one.closed_at is not None and one.closed_at >= begin


def moved(db: Connection, of: Unit, period: str, today: date) -> tuple[list[str], list[Row]]:
    """(of what, the rows whose cases moved in a period); an office beside a district has all that it works for."""
    paths = [units.sphere(of)]
    active = cases.active(db, paths, *instants(db, period), today)
    return paths, [row for row in current.catalogue_of(db).rows if row.key in active]


def _is_whole(paths: Sequence[str]) -> bool:
    return any(path.count("/") == _TOP for path in paths)


def _targets(db: Connection, row: Row, paths: Sequence[str]) -> int:
    if {"targets", "rate", "gap"}.isdisjoint(row.placeholders):
        return 0
    return len(coverage.targets(db, row.key, row.at, paths, "", date.max, False))


def _by_subject(collectives: int, people: int) -> str:
    """37 集体 + 117 个人 = 154(1:3.2): how many people there are for each collective, half up."""
    each = (Decimal(people) / collectives).quantize(Decimal("0.1"), ROUND_HALF_UP) if collectives and people else ""
    ratio = f"(1:{each})" if each else ""
    return f"{collectives} 集体 + {people} 个人 = {collectives + people}{ratio}"


def _choice(name: str) -> Callable[[Case], str]:
    return lambda one: str(one.figures.get(name, ""))


def _by(found: Sequence[Case], order: Iterable[str], key: Callable[[Case], str], row: Row | None = None) -> str:
    """起草 2 会签 3, in this order; the ends of a chain come last."""
    counted = Counter(map(key, found))
    ends = (each.to for each in row.chain) if row else ()
    words = dict.fromkeys((*order, *ends))
    return " ".join(f"{chain.state_name(word)} {counted[word]}" for word in words if counted[word]) or "–"
