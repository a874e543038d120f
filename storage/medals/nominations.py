"""Nominations for medals: one open case per medal, nominee and term, and every step with who, when and why."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, insert, or_, select, update

from storage.audit.audit import Action, note
from storage.base import numbered
from storage.base.vault import Vault
from storage.checkins.rollups import week_of
from storage.organisation.units import PLAIN, Unit, within
from storage.tables import nomination, nomination_step, person, unit

LETTER = "N"


class State(StrEnum):
    """Where a case stands in the school; `submitted` and `approved` keep a second one for the same nominee out."""

    SUBMITTED = "submitted"
    # By the school: of a medal that a higher level awards, this is the 大队审核 and nothing more.
    APPROVED = "approved"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    # Taken away again after it was approved, by two persons.
    REVOKED = "revoked"


_STANDING = (State.SUBMITTED, State.APPROVED)
_DEEDS = {
    State.SUBMITTED: Action.NOMINATED,
    State.APPROVED: Action.APPROVED,
    State.RETURNED: Action.RETURNED,
    State.WITHDRAWN: Action.WITHDRAWN,
    State.REVOKED: Action.REVOKED,
}


@dataclass(frozen=True, slots=True)
class Draft:
    """What a new case is about; `child_id` None: the unit itself is the nominee. `term` is like `2026春`."""

    unit_id: int
    child_id: int | None
    medal: str
    term: str
    nominator_id: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A stored nomination; `reason` is sealed, None where none was given."""

    id: int
    number: str
    child_id: int | None
    medal: str
    term: str
    nominator_id: int
    nominator: str
    reason: bytes | None
    state: State
    made_at: datetime
    keeper_id: int | None
    keeper: str | None
    # The day of the ceremony on which it was handed over.
    presented_on: date | None
    unit: Unit

    @property
    def holder(self) -> int:
        """Who looks after it and hears what comes of it: the nominator, or who took over from them."""
        return self.keeper_id or self.nominator_id


@dataclass(frozen=True, slots=True)
class Step:
    """Who put a case into a state, when, and the sealed why."""

    state: State
    person_id: int
    by: str
    reason: bytes | None
    at: datetime


_KEEPER = person.alias("keeper")
_NAMES = {"nominator": person.c.name, "keeper": _KEEPER.c.name}
_CASES = (
    select(*(_NAMES[name] if name in _NAMES else nomination.c[name] for name in Case.__slots__[:-1]), *PLAIN)
    .join(unit, unit.c.id == nomination.c.unit_id)
    .join(person, person.c.id == nomination.c.nominator_id)
    .outerjoin(_KEEPER, _KEEPER.c.id == nomination.c.keeper_id)
)


def _cases(db: Connection, query: Select[Any]) -> list[Case]:
    return [Case(*(*row[:8], State(row[8]), *row[9:13], Unit(*row[13:]))) for row in db.execute(query)]


def _same(about: Draft | Case) -> ColumnElement[bool]:
    nominee = nomination.c.child_id.is_(None) if about.child_id is None else nomination.c.child_id == about.child_id
    here = nomination.c.unit_id == (about.unit.id if isinstance(about, Case) else about.unit_id)
    return here & nominee & (nomination.c.medal == about.medal) & (nomination.c.term == about.term)


def standing(db: Connection, about: Draft) -> Case | None:
    """The submitted or approved case for the same medal, nominee and term, if there is one."""
    query = _CASES.where(_same(about), nomination.c.state.in_(_STANDING))
    return next(iter(_cases(db, query)), None)


def returned(db: Connection, about: Draft | Case) -> Case | None:
    """The latest returned case for the same medal, nominee and term: what a new one is a second try of."""
    query = _CASES.where(_same(about), nomination.c.state == State.RETURNED).order_by(nomination.c.id.desc()).limit(1)
    return next(iter(_cases(db, query)), None)


def open_case(db: Connection, vault: Vault, new: Draft, day: date, now: datetime) -> tuple[Case, bool]:
    """(the case, True), or (the one that stands already, False); `day` is the business day that numbers it.

    Another process may open one at the same moment: the unique indexes decide, and the loser looks again.
    Raises IntegrityError when it lost every time, or when a unit or person does not exist.
    """

    def make(number: str) -> tuple[Case, bool]:
        found = standing(db, new)
        return (found, False) if found else (_insert(db, vault, new, number, day, now), True)

    return numbered.store(db, nomination.c.number, LETTER, day, make)


def _insert(db: Connection, vault: Vault, new: Draft, number: str, day: date, now: datetime) -> Case:
    more = {"number": number, "state": State.SUBMITTED, "made_at": now, "week": week_of(day)}
    sealed = vault.seal(new.reason) if new.reason else None
    db.execute(insert(nomination).values({**asdict(new), **more, "reason": sealed}))
    case = by_number(db, number)
    assert case is not None
    _step(db, case, State.SUBMITTED, new.nominator_id, None, now)
    return case


def _step(db: Connection, case: Case, state: State, person_id: int, reason: bytes | None, now: datetime) -> None:
    values = {"nomination_id": case.id, "person_id": person_id, "state": state, "reason": reason, "at": now}
    db.execute(insert(nomination_step).values(values))
    note(db, _DEEDS[state], now, unit_id=case.unit.id, subject=f"nomination:{case.id}", medal=case.medal)


def move(
    db: Connection, vault: Vault, case: Case, state: State, person_id: int, now: datetime, reason: str = ""
) -> bool:
    """Put a submitted case, to revoke it an approved one, into `state` with who, when and why.

    False when somebody else was faster.
    """
    before = State.APPROVED if state is State.REVOKED else State.SUBMITTED
    changed = db.execute(
        update(nomination).where(nomination.c.id == case.id, nomination.c.state == before).values(state=state)
    )
    if changed.rowcount:
        _step(db, case, state, person_id, vault.seal(reason) if reason else None, now)
    return bool(changed.rowcount)


def excepted(db: Connection, case: Case, reason: str) -> None:
    """Note why it is approved against a rule, one of a list."""
    db.execute(update(nomination).where(nomination.c.id == case.id).values(exception=reason))


def by_number(db: Connection, number: str) -> Case | None:
    """The case with this number, of whatever school: the caller checks the scope."""
    return next(iter(_cases(db, _CASES.where(nomination.c.number == number))), None)


def pending(db: Connection, paths: Sequence[str], but_by: int) -> list[Case]:
    """The submitted cases in these subtrees, the oldest first, without those that are person `but_by`'s own."""
    query = _CASES.where(nomination.c.state == State.SUBMITTED, within(paths), nomination.c.nominator_id != but_by)
    query = query.where(or_(nomination.c.keeper_id.is_(None), nomination.c.keeper_id != but_by))
    return _cases(db, query.order_by(nomination.c.id))


def of_person(db: Connection, person_id: int, limit: int) -> list[Case]:
    """What this person looks after, the newest first: what they nominated, or took over."""
    own = (nomination.c.nominator_id == person_id) & nomination.c.keeper_id.is_(None)
    query = _CASES.where(or_(own, nomination.c.keeper_id == person_id)).order_by(nomination.c.id.desc()).limit(limit)
    return _cases(db, query)


def of_child(db: Connection, child_id: int) -> list[Case]:
    """Every case of a child, the oldest first."""
    return _cases(db, _CASES.where(nomination.c.child_id == child_id).order_by(nomination.c.id))


def of_unit(db: Connection, unit_id: int) -> list[Case]:
    """Every case of this very unit and its children, the oldest first."""
    return _cases(db, _CASES.where(nomination.c.unit_id == unit_id).order_by(nomination.c.id))


def unpresented(db: Connection, paths: Sequence[str], medal: str) -> list[Case]:
    """The approved cases of this medal in these subtrees that were not handed over yet."""
    ready = (nomination.c.state == State.APPROVED) & nomination.c.presented_on.is_(None)
    return _cases(db, _CASES.where(ready, nomination.c.medal == medal, within(paths)).order_by(nomination.c.id))


def present(db: Connection, cases: Sequence[Case], day: date, now: datetime) -> int:
    """These were handed over on this day; how many were not yet."""
    ids = [case.id for case in cases]
    ready = nomination.c.id.in_(ids) & nomination.c.presented_on.is_(None) & (nomination.c.state == State.APPROVED)
    changed = db.execute(update(nomination).where(ready).values(presented_on=day)).rowcount
    for unit_id in sorted({case.unit.id for case in cases}):
        count = sum(case.unit.id == unit_id for case in cases)
        note(db, Action.PRESENTED, now, unit_id=unit_id, medal=cases[0].medal, count=count, day=day.isoformat())
    return changed


def undecided(db: Connection, before: datetime, most: int) -> list[Case]:
    """The oldest cases that were submitted before this instant and that nobody has decided on."""
    waiting = (nomination.c.state == State.SUBMITTED) & (nomination.c.made_at < before)
    return _cases(db, _CASES.where(waiting).order_by(nomination.c.id).limit(most))


def undecided_in(db: Connection, paths: Sequence[str]) -> list[Case]:
    """Everything that waits for a decision in these subtrees, whoever's it is, the oldest first."""
    return _cases(db, _CASES.where(nomination.c.state == State.SUBMITTED, within(paths)).order_by(nomination.c.id))


def forget(db: Connection, case_ids: Iterable[int], now: datetime) -> None:
    """Drop the reasons of these cases; number, medal, state and who decided stay."""
    ids = list(case_ids)
    db.execute(update(nomination).where(nomination.c.id.in_(ids)).values(reason=None, forgotten_at=now))
    db.execute(update(nomination_step).where(nomination_step.c.nomination_id.in_(ids)).values(reason=None))


def waiting(db: Connection, person_id: int, paths: Sequence[str]) -> list[Case]:
    """The submitted cases that this person looks after in these subtrees."""
    mine = or_(nomination.c.keeper_id == person_id, nomination.c.nominator_id == person_id)
    query = _CASES.where(mine, nomination.c.state == State.SUBMITTED, within(paths))
    return [case for case in _cases(db, query.order_by(nomination.c.id)) if case.holder == person_id]


def hand_over(db: Connection, cases: Iterable[Case], person_id: int) -> None:
    """Somebody else looks after these cases; who nominated stays as it was."""
    ids = [case.id for case in cases]
    db.execute(update(nomination).where(nomination.c.id.in_(ids)).values(keeper_id=person_id))


def last_steps(db: Connection, case_ids: Iterable[int]) -> dict[int, Step]:
    """The step that put each of these cases where it stands, by the case's id."""
    step = nomination_step.c
    query = select(step.nomination_id, step.state, step.person_id, person.c.name, step.reason, step.at)
    query = query.join(person, person.c.id == step.person_id).where(step.nomination_id.in_(list(case_ids)))
    return {case_id: Step(State(state), *rest) for case_id, state, *rest in db.execute(query.order_by(step.id))}
