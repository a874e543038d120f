"""The sums of reports by week and month, kept by deltas in the transaction of the report itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, String, bindparam, func, select

from storage.base.upsert import insert_into
from storage.checkins.rollups import week_of
from storage.organisation.units import end_of, within
from storage.statements import Prepared
from storage.tables import tally, unit

if TYPE_CHECKING:
    from storage.programmes.reports import Report

_HEDGES = {"ge": "over", "gt": "over", "lt": "under", "le": "under", "approx": "about"}
_COUNTED = ("total", "over", "under", "about")


_MONTHS = tuple(f"{month:02}" for month in range(1, 13))
# An outer join, so that both databases begin with these units, and not with all that was ever reported.
_TOTALS = (
    select(tally.c.measure, func.sum(tally.c.total))
    .select_from(unit)
    .outerjoin(
        tally,
        (tally.c.unit_id == unit.c.id)
        & (tally.c.row == bindparam("row"))
        & tally.c.period.in_([bindparam(month, type_=String) for month in _MONTHS])
        & (tally.c.measure != "")
        & (tally.c.choice == ""),
    )
    .where(unit.c.path >= bindparam("low"), unit.c.path < bindparam("high"))
    .group_by(tally.c.measure)
)


@dataclass(frozen=True, slots=True)
class Total:
    """A sum, and how exact it is: eq, ge (余), lt (近) or approx (约); ge + eq → ge, ge + lt → approx (domain §1.4)."""

    value: Decimal = Decimal(0)
    hedge: str = "eq"


@dataclass(frozen=True, slots=True)
class Sums:
    """What a row comes to in a part of the tree: its reports, the units that reported, figures, choices."""

    count: int = 0
    units: int = 0
    totals: Mapping[str, Total] = field(default_factory=dict)
    choices: Mapping[str, Mapping[str, Total]] = field(default_factory=dict)


def _upsert(dialect: str) -> Any:
    statement = insert_into(dialect, tally)
    more = {name: tally.c[name] + statement.excluded[name] for name in _COUNTED}
    keys = ["period", "unit_id", "row", "measure", "choice"]
    return statement.on_conflict_do_update(index_elements=keys, set_=more)


_ADD = Prepared(_upsert, ("period", "unit_id", "row", "measure", "choice", *_COUNTED))
_TOTALS_OF = Prepared(lambda _: _TOTALS)


def periods_of(day: date) -> tuple[str, str]:
    """The week and the month under which a day is added up: 2026-W14, 2026-04."""
    return week_of(day), f"{day:%Y-%m}"


def add(db: Connection, one: "Report", sign: int) -> None:
    """Count a report in (1) or out (−1); a zero report is a report without figures."""
    parts: list[dict[str, Any]] = [{"measure": "", "choice": "", "total": sign * 100}]
    for name in sorted(one.flows & one.figures.keys()):
        value = one.figures[name]
        if isinstance(value, Decimal):
            parts.append(_figure(name, "", value, one.hedges, sign))
        elif isinstance(value, str):
            parts.append({"measure": name, "choice": value[:20], "total": sign * 100})
    for measure, _, by in (name.partition("@") for name in one.flows if "@" in name):
        told, choice = one.figures.get(measure), one.figures.get(by)
        if isinstance(told, Decimal) and isinstance(choice, str):
            parts.append(_figure(measure, choice[:20], told, one.hedges, sign))
    blank = dict.fromkeys(_COUNTED[1:], 0)
    keys = {"unit_id": one.unit_id, "row": one.row}
    rows = [{"period": period, **keys, **blank, **part} for period in periods_of(one.day) for part in parts]
    _ADD.many(db, sorted(rows, key=lambda row: (row["period"], row["measure"], row["choice"])))


def _figure(measure: str, choice: str, value: Decimal, hedges: Mapping[str, str], sign: int) -> dict[str, Any]:
    hedge = _HEDGES.get(hedges.get(measure, ""), "")
    return {"measure": measure, "choice": choice, "total": sign * int(value * 100), **({hedge: sign} if hedge else {})}


def of(db: Connection, row: str, paths: Sequence[str], periods: Sequence[str]) -> Sums:
    """The sums of a row in these subtrees over these periods, all weeks or all months."""
    where = (tally.c.row == row) & tally.c.period.in_(periods) & within(paths)
    columns = [func.sum(tally.c[name]).label(name) for name in _COUNTED]
    query = select(tally.c.measure, tally.c.choice, *columns).join(unit, unit.c.id == tally.c.unit_id).where(where)
    totals: dict[str, Total] = {}
    choices: dict[str, dict[str, Total]] = {}
    count = 0
    for each in db.execute(query.group_by(tally.c.measure, tally.c.choice).order_by(tally.c.measure, tally.c.choice)):
        if not each.measure:
            count = int(each.total) // 100
        elif not each.choice:
            totals[each.measure] = _total(each)
        elif each.total:
            choices.setdefault(each.measure, {})[each.choice] = _total(each)
    return Sums(count, _units(db, where), totals, choices)


def lowest(
    db: Connection, row: str, measure: str, paths: Sequence[str], periods: Sequence[str], most: int
) -> list[tuple[str, Total]]:
    """(unit, what its figure comes to) of those with the least of it, of all that have reported any."""
    own = (tally.c.row == row) & (tally.c.measure == measure) & (tally.c.choice == "") & tally.c.period.in_(periods)
    total, *said = (func.sum(tally.c[name]).label(name) for name in _COUNTED)
    query = select(unit.c.name, total, *said).join(unit, unit.c.id == tally.c.unit_id).where(own, within(paths))
    query = query.group_by(unit.c.id, unit.c.name).having(total > 0).order_by(total, unit.c.id).limit(most)
    return [(each.name, _total(each)) for each in db.execute(query)]


def totals_of(db: Connection, row: str, path: str, year: int) -> dict[str, Decimal]:
    """What each figure of a row comes to in this subtree in the months of a year; one statement, made once."""
    months = {month: f"{year}-{month}" for month in _MONTHS}
    found = _TOTALS_OF.rows(db, {"row": row, "low": path, "high": end_of(path), **months})
    return {measure: Decimal(int(total)) / 100 for measure, total in found if measure is not None}


def told(db: Connection, paths: Sequence[str], period: str = "") -> frozenset[str]:
    """The rows of which anything was reported in these subtrees in a week or month, or ever."""
    query = select(tally.c.row).join(unit, unit.c.id == tally.c.unit_id).where(within(paths))
    query = query.where(tally.c.period == period) if period else query
    return frozenset(db.scalars(query.group_by(tally.c.row).having(func.sum(tally.c.total) > 0)))


def _units(db: Connection, where: Any) -> int:
    per = select(tally.c.unit_id).join(unit, unit.c.id == tally.c.unit_id).where(where, tally.c.measure == "")
    standing = per.group_by(tally.c.unit_id).having(func.sum(tally.c.total) > 0).subquery()
    return db.scalar(select(func.count()).select_from(standing)) or 0


def _total(each: Any) -> Total:
    return Total(Decimal(int(each.total)) / 100, _hedge(each))


def _hedge(each: Any) -> str:
    if each.about or (each.over and each.under):
        return "approx"
    return "ge" if each.over else "lt" if each.under else "eq"
