"""Cases of the catalogue's rows: opened, moved on from state to state, corrected; every change adds a step."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select, update

from storage.audit.audit import Action, note
from storage.base import numbered
from storage.organisation import unit_groups
from storage.organisation.units import Unit, within
from storage.tables import file, row_case, row_case_step, unit

LETTER = "D"
OPENED, CORRECTED = "立", "更正"
# An adult's name is of no use a year after nobody is waited for any more.
NAME_KEPT = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Case:
    """A case; `name` and `words` are sealed, `due` is the last day in time, `closed_at` since when nobody is awaited.

    `personal`: an adult is put forward. `period`: the year or round whose places it takes.
    """

    row: str
    unit_id: int
    kind: str
    personal: bool
    figures: Mapping[str, Any]
    due: date | None
    period: str
    state: str
    name: bytes | None
    words: bytes | None
    version: str
    closed_at: datetime | None = None
    person_id: int = 0
    number: str = ""
    made_at: datetime | None = None
    changed_at: datetime | None = None
    id: int = 0
    unit_name: str = ""
    unit_kind: str = ""
    path: str = ""
    # The 协作组 that the unit is in beside the tree.
    groups: tuple[Unit, ...] = ()

    @property
    def unit(self) -> Unit:
        """The unit that it is about, as far as rights need it."""
        return Unit(self.unit_id, self.unit_kind, self.unit_name, self.path)


@dataclass(frozen=True, slots=True)
class CaseStep:
    """One step: who, what, to which state, by which level; `before` holds what was otherwise before it."""

    person_id: int
    action: str
    state: str
    level: str
    words: bytes | None
    at: datetime
    before: Mapping[str, Any] = field(default_factory=dict)


_CONTENT = ("kind", "personal", "figures", "due", "period", "name", "words", "version")
_OWN = tuple(Case.__dataclass_fields__)[:-4]
_SELECT = select(*(row_case.c[name] for name in _OWN), unit.c.name, unit.c.kind, unit.c.path).join(
    unit, unit.c.id == row_case.c.unit_id
)


def _all(db: Connection, query: Any) -> list[Case]:
    found = [Case(*row) for row in db.execute(query)]
    heads = unit_groups.heads(db, (one.unit_id for one in found)) if found else {}
    return [replace(one, groups=heads.get(one.unit_id, ())) for one in found]


def add(db: Connection, new: Case, person_id: int, now: datetime) -> Case:
    """Keep it under the day's next number, with its first step."""
    values = {name: getattr(new, name) for name in ("row", "unit_id", "state", "closed_at", *_CONTENT)}
    values |= {"person_id": person_id, "made_at": now, "changed_at": now}

    def make(number: str) -> Case:
        made = db.scalar(insert(row_case).returning(row_case.c.id), {**values, "number": number})
        return replace(new, id=int(made or 0), number=number, person_id=person_id, made_at=now, changed_at=now)

    kept = numbered.store(db, row_case.c.number, LETTER, now.date(), make)
    _step(db, kept, CaseStep(person_id, OPENED, new.state, "", None, now), Action.CASE_OPENED)
    return replace(kept, groups=unit_groups.heads(db, [kept.unit_id]).get(kept.unit_id, ()))


def _step(db: Connection, one: Case, step: CaseStep, action: Action) -> None:
    db.execute(insert(row_case_step).values(case_id=one.id, **{name: getattr(step, name) for name in step.__slots__}))
    about = {"row": one.row, "step": step.action, "before": step.before.get("state", ""), "state": step.state}
    note(db, action, step.at, unit_id=one.unit_id, subject=f"case:{one.number}", **about)


def move(db: Connection, old: Case, step: CaseStep, closed: bool) -> bool:
    """It is in the state of the step from now on; False, and nothing done, where somebody else moved it meanwhile."""
    same = (row_case.c.id == old.id) & (row_case.c.state == old.state)
    values = {"state": step.state, "changed_at": step.at, "closed_at": step.at if closed else None}
    if not db.execute(update(row_case).where(same).values(values)).rowcount:
        return False
    _step(db, old, replace(step, before={"state": old.state}), Action.CASE_MOVED)
    return True


def revise(db: Connection, old: Case, new: Case, person_id: int, now: datetime) -> None:
    """It says `new` from now on, in the state of `new`; what it said before is kept with the step."""
    values = {name: getattr(new, name) for name in ("state", "closed_at", *_CONTENT)}
    db.execute(update(row_case).where(row_case.c.id == old.id).values(**values, changed_at=now))
    before = {"state": old.state, "kind": old.kind, "figures": dict(old.figures), "due": old.due and str(old.due)}
    step = CaseStep(person_id, CORRECTED, new.state, "", old.words, now, before)
    _step(db, old, step, Action.CASE_CORRECTED)


def by_number(db: Connection, number: str) -> Case | None:
    """The case with this number."""
    return next(iter(_all(db, _SELECT.where(row_case.c.number == number))), None)


def by_id(db: Connection, case_id: int) -> Case | None:
    """The case with this id."""
    return next(iter(_all(db, _SELECT.where(row_case.c.id == case_id))), None)


def steps(db: Connection, case_id: int) -> list[CaseStep]:
    """What was done in it, in order."""
    columns = [row_case_step.c[name] for name in CaseStep.__slots__]
    query = select(*columns).where(row_case_step.c.case_id == case_id).order_by(row_case_step.c.id)
    return [CaseStep(*row) for row in db.execute(query)]


def waiting(db: Connection, states: Mapping[str, Iterable[str]], paths: Sequence[str], most: int) -> list[Case]:
    """The open cases in these subtrees that are in one of the states of their row, the first due first."""
    wanted = [and_(row_case.c.row == row, row_case.c.state.in_(list(each))) for row, each in states.items()]
    if not wanted:
        return []
    query = _SELECT.where(row_case.c.closed_at.is_(None), or_(*wanted), within(paths))
    return _all(db, query.order_by(row_case.c.due.is_(None), row_case.c.due, row_case.c.id).limit(most))


def lock(db: Connection, row: str, period: str, kind: str) -> None:
    """Until the transaction ends nobody else counts the cases of this row, period and kind who does the same."""
    mine = (row_case.c.row == row) & (row_case.c.period == period) & (row_case.c.kind == kind)
    db.execute(select(row_case.c.id).where(mine).order_by(row_case.c.id).with_for_update())


def open_until(db: Connection, first: date, last: date) -> list[Case]:
    """The open cases whose last day is one of these, the first due first."""
    query = _SELECT.where(row_case.c.closed_at.is_(None), row_case.c.due.between(first, last))
    return _all(db, query.order_by(row_case.c.due, row_case.c.id))


def standing(db: Connection, row: str, period: str, paths: Sequence[str], kind: str | None = None) -> list[Case]:
    """The cases of a row, of this kind if one is given, that take a place of the period in these subtrees."""
    same = (row_case.c.row == row) & (row_case.c.period == period)
    same = same if kind is None else same & (row_case.c.kind == kind)
    return _all(db, _SELECT.where(same, within(paths)).order_by(row_case.c.id))


def of_unit(db: Connection, row: str, unit_id: int) -> list[Case]:
    """The open cases of a row and unit."""
    same = (row_case.c.row == row) & (row_case.c.unit_id == unit_id) & row_case.c.closed_at.is_(None)
    return _all(db, _SELECT.where(same).order_by(row_case.c.id))


def newest_by(db: Connection, person_id: int, since: datetime) -> tuple[Case, datetime] | None:
    """(the case in which this person did something last since an instant, when that was)."""
    mine = (row_case_step.c.person_id == person_id) & (row_case_step.c.at >= since)
    newest = select(row_case_step.c.case_id, row_case_step.c.at).where(mine)
    found = db.execute(newest.order_by(row_case_step.c.id.desc()).limit(1)).first()
    one = by_id(db, found.case_id) if found else None
    return (one, found.at) if found and one else None


def as_of(
    db: Connection, row: str, paths: Sequence[str], period: str, first: datetime, last: datetime
) -> list[tuple[Case, bool]]:
    """
    (case, whether it was closed by then) in these subtrees as they stood at `last`, each in the state of then.

    Those that take a place of `period`, were not closed by then, or were closed since `first`.
    """
    newest = select(func.max(row_case_step.c.id)).where(row_case_step.c.at < last).group_by(row_case_step.c.case_id)
    closed = row_case.c.closed_at
    concerns = or_(row_case.c.period == period, closed.is_(None), closed >= first)
    query = _SELECT.add_columns(row_case_step.c.state.label("then"))
    query = query.join(row_case_step, row_case_step.c.case_id == row_case.c.id)
    query = query.where(row_case.c.row == row, row_case_step.c.id.in_(newest), within(paths), concerns)
    found = [(Case(*each[:-1]), each.then) for each in db.execute(query.order_by(row_case.c.id))]
    return [(replace(one, state=then), one.closed_at is not None and one.closed_at < last) for one, then in found]


def rows(db: Connection, paths: Sequence[str]) -> frozenset[str]:
    """The rows of which there ever was a case in these subtrees."""
    query = select(row_case.c.row).join(unit, unit.c.id == row_case.c.unit_id).where(within(paths))
    return frozenset(db.scalars(query.distinct()))


def active(db: Connection, paths: Sequence[str], first: datetime, last: datetime, today: date) -> frozenset[str]:
    """The rows of which something was opened or closed from `first` to `last`, or is overdue."""
    late = and_(row_case.c.closed_at.is_(None), row_case.c.due < today, row_case.c.made_at < last)
    query = select(row_case.c.row).join(unit, unit.c.id == row_case.c.unit_id).where(within(paths))
    moved = or_(_between(row_case.c.made_at, first, last), _between(row_case.c.closed_at, first, last))
    return frozenset(db.scalars(query.where(or_(moved, late)).distinct()))


def _between(column: Any, first: datetime, last: datetime) -> ColumnElement[bool]:
    return and_(column >= first, column < last)


def forget_names(db: Connection, now: datetime, most: int) -> int:
    """The names of adults go a year after nobody is waited for."""
    over = (row_case.c.closed_at < now - NAME_KEPT) & row_case.c.name.is_not(None)
    ids = list(db.scalars(select(row_case.c.id).where(over).order_by(row_case.c.id).limit(most)))
    db.execute(update(row_case).where(row_case.c.id.in_(ids)).values(name=None))
    return len(ids)


def forget(db: Connection, before: datetime, most: int) -> int:
    """Cases in which nothing was done since an instant go with their steps and their files."""
    query = select(row_case.c.id).where(row_case.c.changed_at < before)
    ids = list(db.scalars(query.order_by(row_case.c.id).limit(most)))
    for table in (row_case_step, file):
        db.execute(delete(table).where(table.c.case_id.in_(ids)))
    db.execute(delete(row_case).where(row_case.c.id.in_(ids)))
    return len(ids)
