"""How far the stars of a school year have come: nominated, agreed to, on public notice, awarded, handed over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, case, func, select, true

from storage.checkins.rollups import week_of
from storage.organisation.history import monday_of, school_year
from storage.organisation.units import Unit, below, end_of
from storage.tables import medal_quota, nomination, unit

_STARS = ("S1", "S2", "S3", "S4", "S5")
_WAITING, _NOTICE, _AWARDED = ("submitted", "passed"), ("notice", "objection"), "approved"
# A day of each term by which it is known whose places count in a period.
_TERMS = {"春": (3, 15), "秋": (9, 15)}
_AGREED = ("passed", *_NOTICE, _AWARDED)


@dataclass(frozen=True, slots=True)
class Star:
    """One star, of children or of collectives: how many stand where; `places`: 0 where nobody has set any.

    `nominated` leaves out what was withdrawn, sent back or taken away; `agreed` are all whom some level agreed to.
    """

    medal: str
    collective: bool
    nominated: int
    waiting: int
    agreed: int
    on_notice: int
    awarded: int
    presented: int
    places: int = 0
    # Whether there is anything to say of it this week.
    moved: bool = True


def of_week(db: Connection, of: Unit, week: str) -> tuple[Star, ...]:
    """The stars of the school year of this week, as they stand now at and below a unit.

    One moved when something was nominated or handed over in this week, or waits for a decision or a ceremony.
    """
    monday = monday_of(week)
    sunday = monday + timedelta(days=6)
    year = school_year(sunday)
    terms = (f"{year}秋", f"{year + 1}春")
    begun = {"begun": week_of(date(year, 9, 1)), "terms": terms}
    return _counted(db, of, _of_week(), {**begun, "week": week, "monday": monday, "sunday": sunday}, terms)


def of_days(db: Connection, of: Unit, first: date, last: date, zone: tzinfo | None) -> tuple[Star, ...]:
    """The stars that were nominated in these days, as they stand now, with the places of their terms."""
    terms = [f"{year}{term}" for year in range(first.year, last.year + 1) for term, day in _TERMS.items()
             if first <= date(year, *day) <= last]  # fmt: skip
    begin, end = (datetime.combine(day, time(), zone) for day in (first, last + timedelta(days=1)))
    made = {"begin": begin, "end": end, "from": week_of(first), "to": week_of(last)}
    return _counted(db, of, _of_days(), made, terms)


# Made once: making a statement costs more than asking it.
@cache
def _of_week() -> Select[Any]:
    state, handed = nomination.c.state, nomination.c.presented_on
    open_ones = state.in_((*_WAITING, *_NOTICE)) | ((state == _AWARDED) & handed.is_(None))
    moved = (
        open_ones | (nomination.c.week == bindparam("week")) | handed.between(bindparam("monday"), bindparam("sunday"))
    )
    # The week is what the index has.
    in_terms = nomination.c.term.in_(bindparam("terms", expanding=True))
    return _stages((nomination.c.week >= bindparam("begun")) & in_terms, moved)


@cache
def _of_days() -> Select[Any]:
    made = (nomination.c.made_at >= bindparam("begin")) & (nomination.c.made_at < bindparam("end"))
    # The week is what the index has.
    return _stages(nomination.c.week.between(bindparam("from"), bindparam("to")) & made, true())


def _stages(wanted: ColumnElement[bool], moves: ColumnElement[bool]) -> Select[Any]:
    state, collective = nomination.c.state, nomination.c.child_id.is_(None)
    awarded = state == _AWARDED
    tests = (
        state.in_(("submitted", *_AGREED)), state.in_(_WAITING), state.in_(_AGREED), state.in_(_NOTICE), awarded,
        awarded & nomination.c.presented_on.is_not(None), moves,
    )  # fmt: skip
    query = select(nomination.c.medal, collective, *(func.sum(case((test, 1), else_=0)) for test in tests))
    here = (unit.c.path >= bindparam("low")) & (unit.c.path < bindparam("high"))
    query = query.join(unit, unit.c.id == nomination.c.unit_id).where(here, wanted)
    return query.where(nomination.c.medal.in_(_STARS)).group_by(nomination.c.medal, collective)


def _counted(
    db: Connection, of: Unit, stages: Select[Any], values: Mapping[str, Any], terms: Sequence[str]
) -> tuple[Star, ...]:
    rows = sorted(db.execute(stages, {**values, "low": of.path, "high": end_of(of.path)}).all())
    places = _places(db, of, terms) if rows else {}
    found = []
    for medal, whole, *counts, moved in rows:
        nominated, waiting, agreed, on_notice, given, presented = map(int, counts)
        set_ = places.get((medal, bool(whole)), 0)
        if nominated:
            numbers = nominated, waiting, agreed, on_notice, given, presented
            found.append(Star(medal, bool(whole), *numbers, places=set_, moved=bool(moved)))
    return tuple(found)


def awarded(db: Connection, of: Unit, first: str, last: str) -> dict[str, tuple[int, int]]:
    """Medal → (awarded, handed over) of what was nominated from one week to another at and below a unit."""
    handed = func.sum(case((nomination.c.presented_on.is_not(None), 1), else_=0))
    query = select(nomination.c.medal, func.count(), handed).join(unit, unit.c.id == nomination.c.unit_id)
    query = query.where(below(of.path), nomination.c.week.between(first, last), nomination.c.state == _AWARDED)
    return {medal: (count, int(given)) for medal, count, given in db.execute(query.group_by(nomination.c.medal))}


def _places(db: Connection, of: Unit, terms: Sequence[str]) -> dict[tuple[str, bool], int]:
    """(star, of collectives) → how many places were set at and below a unit, each rounded down, the widest only."""
    quota = medal_quota.c
    query = select(quota.medal, quota.collective, quota.term, quota.base, quota.percent, unit.c.path)
    query = query.join(unit, unit.c.id == quota.unit_id).where(below(of.path), quota.term.in_(terms))
    counted: list[tuple[str, bool, str, str]] = []
    found: dict[tuple[str, bool], int] = {}
    for medal, whole, term, base, percent, path in db.execute(query.order_by(unit.c.path)):
        if not any(path.startswith(above) and same == [medal, whole, term] for *same, above in counted):
            counted.append((medal, whole, term, path))
            found[medal, whole] = found.get((medal, whole), 0) + base * percent // 100
    return found
