"""Reports of the catalogue's rows: stored, corrected, taken back, decided; every change keeps what was before."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, and_, bindparam, cast, func, insert, or_, select, true, update

from storage.base.upsert import insert_into
from storage.organisation.units import within
from storage.programmes import sums
from storage.statements import Prepared
from storage.tables import report, report_step, unit

LETTER = "R"
SUBMITTED, ACCEPTED, RETURNED, ZERO, WITHDRAWN = "submitted", "accepted", "returned", "zero", "withdrawn"
# A report that is added up: a returned one is to be made again, of a zero report there is nothing to add.
COUNTS = (SUBMITTED, ACCEPTED)
Figures = Mapping[str, Decimal | str | bool]


@dataclass(frozen=True, slots=True)
class Report:
    """A report; `period` is the label of the row's kind of period, `flows` names the figures that add up."""

    unit_id: int
    row: str
    period: str
    day: date
    figures: Figures = field(default_factory=dict)
    hedges: Mapping[str, str] = field(default_factory=dict)
    flows: frozenset[str] = frozenset()
    sequence: int = 0
    state: str = SUBMITTED
    timing: str = "on_time"
    version: str = ""
    id: int = 0
    person_id: int = 0
    unit_name: str = ""
    path: str = ""
    made_at: datetime | None = None


_PLAIN = ("unit_id", "row", "period", "day", "sequence", "state", "timing", "version")
_STORED = (*_PLAIN, "figures", "hedges", "person_id", "made_at")
_SELECT = select(report, unit.c.name, unit.c.path).join(unit, unit.c.id == report.c.unit_id)


def _from(row: Any) -> Report:
    return Report(
        row.unit_id, row.row, row.period, row.day, _read(row.figures), row.hedges, frozenset(), row.sequence, row.state,
        row.timing, row.version, row.id, row.person_id, row.name, row.path, row.made_at,
    )  # fmt: skip


def _read(kept: Mapping[str, Any]) -> Figures:
    """Numbers are kept as text, so that 0.1 stays 0.1; words carry a mark."""
    return {name: value if isinstance(value, bool) else _value(value) for name, value in kept.items()}


def _value(kept: str) -> Decimal | str:
    return kept[1:] if kept.startswith("'") else Decimal(kept)


def _kept(figures: Figures) -> dict[str, Any]:
    return {
        name: value if isinstance(value, bool) else f"'{value}" if isinstance(value, str) else f"{value:f}"
        for name, value in figures.items()
    }


def _insert(dialect: str, further: bool) -> Any:
    """The statement; of a row that takes several a period it also finds the next place."""
    same = (report.c.row == bindparam("row")) & (report.c.unit_id == bindparam("unit_id"))
    newest = select(func.max(report.c.sequence)).where(same, report.c.period == bindparam("period"))
    place = {"sequence": func.coalesce(newest.scalar_subquery() + 1, 0)} if further else {}
    values: dict[str, Any] = {name: bindparam(name) for name in _STORED if name not in place}
    statement = insert_into(dialect, report).values(**values, **place)
    return statement.on_conflict_do_nothing().returning(report.c.id, report.c.sequence)


_INSERT, _INSERT_FURTHER = (Prepared(partial(_insert, further=further)) for further in (False, True))


def store(db: Connection, new: Report, person_id: int, now: datetime, *, further: bool = False) -> Report | None:
    """
    Keep a report and add it up; None, and nothing done, where one of that row, unit, period and place stands.

    `further`: it takes the next place, since its row takes several a period.
    """
    values = {
        **{name: getattr(new, name) for name in _PLAIN if not (further and name == "sequence")},
        "figures": _kept(new.figures), "hedges": dict(new.hedges), "person_id": person_id,
        "made_at": now,
    }  # fmt: skip
    kept = (_INSERT_FURTHER if further else _INSERT).rows(db, values)
    if not kept:
        return None
    if new.state in COUNTS:
        sums.add(db, new, 1)
    [(number, sequence)] = kept
    return replace(new, id=number, sequence=sequence, person_id=person_id, made_at=now)


def revise(db: Connection, old: Report, new: Report, person_id: int, now: datetime) -> None:
    """Replace what a report says; `old` is kept as a step. A returned report that is revised is submitted again."""
    values = {"figures": _kept(new.figures), "hedges": dict(new.hedges), "day": new.day, "state": SUBMITTED}
    db.execute(update(report).where(report.c.id == old.id).values(**values))
    _step(db, old, "corrected", person_id, now)
    if old.state in COUNTS:
        sums.add(db, old, -1)
    sums.add(db, replace(new, state=SUBMITTED), 1)


def withdraw(db: Connection, old: Report, person_id: int, now: datetime) -> None:
    """Take it back; it stays in the table."""
    _decide(db, old, WITHDRAWN, "withdrawn", person_id, now)


def restore(db: Connection, old: Report, person_id: int, now: datetime) -> bool:
    """A withdrawn report stands again; False when another one has taken its place."""
    if of_period(db, old.row, [old.unit_id], old.period, old.sequence):
        return False
    steps = select(report_step.c.before).where(report_step.c.report_id == old.id).order_by(report_step.c.id.desc())
    before = (db.scalar(steps.limit(1)) or {}).get("state")
    _decide(db, old, ZERO if before == ZERO else SUBMITTED, "restored", person_id, now)
    return True


def accept(db: Connection, old: Report, person_id: int, now: datetime) -> None:
    """The level above has taken it; from now on it changes by correction only."""
    _decide(db, old, ACCEPTED, "accepted", person_id, now)


def sign(db: Connection, old: Report, person_id: int, now: datetime) -> None:
    """One of several levels has taken it: it waits for the next one."""
    _step(db, old, ACCEPTED, person_id, now)


def signed(db: Connection, numbers: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """Number → who has taken the report as it is now, the first one first; what was changed since is taken anew."""
    query = select(report_step.c.report_id, report_step.c.action, report_step.c.person_id)
    found: dict[int, tuple[int, ...]] = {}
    for number, action, person_id in db.execute(
        query.where(report_step.c.report_id.in_(numbers)).order_by(report_step.c.id)
    ):
        found[number] = (*found.get(number, ()), person_id) if action == ACCEPTED else ()
    return found


def give_back(db: Connection, old: Report, reason: str, person_id: int, now: datetime) -> None:
    """The level above wants it made again; `reason` is a word from a list."""
    _decide(db, old, RETURNED, "returned", person_id, now, reason)


def _decide(
    db: Connection, old: Report, state: str, action: str, person_id: int, now: datetime, reason: str = ""
) -> None:
    db.execute(update(report).where(report.c.id == old.id).values(state=state))
    _step(db, old, action, person_id, now, reason)
    counted, counts = old.state in COUNTS, state in COUNTS
    if counted != counts:
        sums.add(db, old, 1 if counts else -1)


def _step(db: Connection, old: Report, action: str, person_id: int, now: datetime, reason: str = "") -> None:
    before = {"figures": _kept(old.figures), "hedges": dict(old.hedges), "day": old.day.isoformat(), "state": old.state}
    values = {"report_id": old.id, "person_id": person_id, "action": action, "reason": reason, "before": before}
    db.execute(insert(report_step).values(**values, at=now))


def by_id(db: Connection, number: int, flows: frozenset[str] = frozenset()) -> Report | None:
    """The report with this number; `flows` of its row, for whoever changes it."""
    found = db.execute(_SELECT.where(report.c.id == number)).first()
    return None if found is None else replace(_from(found), flows=flows)


def of_period(
    db: Connection, row: str, unit_ids: Sequence[int], period: str, sequence: int | None = None
) -> list[Report]:
    """The standing reports of these units for one period, in the order they came."""
    same = and_(report.c.row == row, report.c.unit_id.in_(unit_ids), report.c.period == period)
    if sequence is not None:
        same &= report.c.sequence == sequence
    query = _SELECT.where(same, report.c.state != WITHDRAWN).order_by(report.c.id)
    return [_from(each) for each in db.execute(query)]


def in_line(db: Connection, one: Report) -> list[Report]:
    """What else is added up of its row and period at its unit, above and below it; the newest first."""
    above = [int(part) for part in one.path.strip("/").split("/")]
    same = and_(report.c.row == one.row, report.c.period == one.period, report.c.state.in_(COUNTS))
    where = and_(same, report.c.id != one.id, report.c.unit_id.in_(above) | within([one.path]))
    return [_from(each) for each in db.execute(_SELECT.where(where).order_by(report.c.id.desc()))]


def newest_by(
    db: Connection, person_id: int, since: datetime, state: Iterable[str] = COUNTS, **of: str | int | None
) -> Report | None:
    """What this person reported last since an instant, in one of these states; `of`: with these columns, if any."""
    mine = (report.c.person_id == person_id) & (report.c.made_at >= since) & report.c.state.in_(tuple(state))
    mine &= and_(true(), *(report.c[name] == value for name, value in of.items() if value is not None))
    found = db.execute(_SELECT.where(mine).order_by(report.c.id.desc()).limit(1)).first()
    return None if found is None else _from(found)


def _same(_dialect: str) -> Any:
    return (
        select(report.c.id, cast(report.c.figures, Text))
        .where(report.c.person_id == bindparam("person_id"), report.c.made_at >= bindparam("since"))
        .where(*(report.c[name] == bindparam(name) for name in ("row", "unit_id", "day")))
        .where(or_(*(report.c.state == each for each in COUNTS)))
        .order_by(report.c.id.desc())
        .limit(1)
    )


_SAME = Prepared(_same)


def same_by(db: Connection, new: Report, person_id: int, since: datetime) -> tuple[int, Figures] | None:
    """(number, figures) of what this person reported last since an instant of the same row, unit and day."""
    values = {"person_id": person_id, "since": since, "row": new.row, "unit_id": new.unit_id, "day": new.day}
    found = _SAME.rows(db, values)
    return (found[0][0], _read(json.loads(found[0][1]))) if found else None


def newest_gone(db: Connection, person_id: int, since: datetime) -> tuple[Report, datetime] | None:
    """What this person took back last since an instant and stands no more, and when."""
    taken = (report_step.c.action == "withdrawn") & (report_step.c.person_id == person_id) & (report_step.c.at >= since)
    query = _SELECT.add_columns(report_step.c.at).join(report_step, report_step.c.report_id == report.c.id)
    query = query.where(taken, report.c.state == WITHDRAWN).order_by(report_step.c.id.desc()).limit(1)
    found = db.execute(query).first()
    return (_from(found), found.at) if found else None


def below(db: Connection, row: str, paths: Sequence[str], first: date, last: date) -> list[Report]:
    """All standing reports of a row in these subtrees with a day from `first` to `last`, by unit and day."""
    query = _SELECT.where(_of(row, first, last), report.c.state != WITHDRAWN, within(paths))
    return [_from(each) for each in db.execute(query.order_by(unit.c.path, report.c.day, report.c.id))]


def stocks(db: Connection, row: str, paths: Sequence[str], until: date) -> list[Report]:
    """The newest report that counts of each unit up to a day: what stands then (agg = last)."""
    latest = (
        select(report.c.unit_id, func.max(report.c.day).label("day"))
        .where(report.c.row == row, report.c.day <= until, report.c.state.in_((SUBMITTED, ACCEPTED)))
        .group_by(report.c.unit_id)
        .subquery()
    )
    query = _SELECT.join(latest, (latest.c.unit_id == report.c.unit_id) & (latest.c.day == report.c.day))
    counts = (report.c.row == row) & report.c.state.in_((SUBMITTED, ACCEPTED))
    found = [_from(each) for each in db.execute(query.where(counts, within(paths)).order_by(report.c.id))]
    return list({each.unit_id: each for each in found}.values())


def waiting(db: Connection, rows: Sequence[str], paths: Sequence[str]) -> list[Report]:
    """What was submitted and waits for the level above, the oldest first."""
    query = _SELECT.where(report.c.row.in_(rows), report.c.state == SUBMITTED, within(paths))
    return [_from(each) for each in db.execute(query.order_by(report.c.made_at, report.c.id))]


def _of(row: str, first: date, last: date) -> ColumnElement[bool]:
    return and_(report.c.row == row, report.c.day >= first, report.c.day <= last)
