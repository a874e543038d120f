"""Nominations for medals: one open case per medal, nominee and term, and every step with who, when and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, false, func, insert, or_, select, update

from storage.audit import audit
from storage.base import numbered
from storage.base.vault import Vault
from storage.checkins.rollups import week_of
from storage.medals import states
from storage.organisation.units import PLAIN, Unit, within
from storage.tables import nomination, nomination_step, person, unit

LETTER = "N"


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
    state: states.State
    made_at: datetime
    keeper_id: int | None
    keeper: str | None
    # The day of the ceremony on which it was handed over.
    presented_on: date | None
    # The level that it waits for, or that has decided, and since when it stands where it stands.
    level: str
    since: datetime
    # The first day of the public notice, None: that of the decision, and the last one.
    notice_from: date | None
    notice_until: date | None
    unit: Unit

    @property
    def holder(self) -> int:
        """Who looks after it and hears what comes of it: the nominator, or who took over from them."""
        return self.keeper_id or self.nominator_id


@dataclass(frozen=True, slots=True)
class Step:
    """Who put a case into a state, when, and the sealed why."""

    state: states.State
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
    return [Case(*(*row[:8], states.State(row[8]), *row[9:17], Unit(*row[17:]))) for row in db.execute(query)]


def _same(about: Draft | Case) -> ColumnElement[bool]:
    nominee = nomination.c.child_id.is_(None) if about.child_id is None else nomination.c.child_id == about.child_id
    here = nomination.c.unit_id == (about.unit.id if isinstance(about, Case) else about.unit_id)
    return here & nominee & (nomination.c.medal == about.medal) & (nomination.c.term == about.term)


def standing(db: Connection, about: Draft) -> Case | None:
    """The case that stands for the same medal, nominee and term, if there is one."""
    query = _CASES.where(_same(about), nomination.c.state.in_(states.STANDING))
    return next(iter(_cases(db, query)), None)


def returned(db: Connection, about: Draft | Case) -> Case | None:
    """The latest returned case for the same medal, nominee and term: what a new one is a second try of."""
    query = _CASES.where(_same(about), nomination.c.state == states.State.RETURNED)
    return next(iter(_cases(db, query.order_by(nomination.c.id.desc()).limit(1))), None)


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
    more = {"number": number, "state": states.State.SUBMITTED, "made_at": now, "since": now, "week": week_of(day)}
    sealed = vault.seal(new.reason) if new.reason else None
    db.execute(insert(nomination).values({**asdict(new), **more, "reason": sealed}))
    case = by_number(db, number)
    assert case is not None
    _step(db, case, states.State.SUBMITTED, new.nominator_id, None, now)
    return case


def _step(db: Connection, case: Case, state: states.State, person_id: int, reason: bytes | None, now: datetime) -> None:
    values = {"nomination_id": case.id, "person_id": person_id, "state": state, "reason": reason, "at": now}
    db.execute(insert(nomination_step).values(values))
    about = {"medal": case.medal, "level": case.level}
    if state not in (states.State.SUBMITTED, states.State.WITHDRAWN):
        about |= audit.standing_in(db, person_id, case.unit.path, now)
    audit.note(db, states.deed(case.state, state), now, unit_id=case.unit.id, subject=f"nomination:{case.id}", **about)


def move(
    db: Connection, vault: Vault, case: Case, state: states.State, person_id: int, now: datetime, reason: str = "", *,
    level: str = "", until: date | None = None,
) -> bool:  # fmt: skip
    """
    Put the case, as it was seen, into `state` with who, when and why; `level`: that it waits for then.

    `until`: the last day of the public notice. False when somebody else was faster, or where no step leads there.
    """
    if case.state not in states.FROM[state]:
        return False
    seen = (nomination.c.state == case.state) & (nomination.c.level == case.level)
    values = {"state": state, "level": level or case.level, "since": now, "notice_until": until or case.notice_until}
    changed = db.execute(update(nomination).where(nomination.c.id == case.id, seen).values(values))
    if changed.rowcount:
        _step(db, case, state, person_id, vault.seal(reason) if reason else None, now)
    return bool(changed.rowcount)


def put_up(db: Connection, case: Case, first: date, until: date, now: datetime) -> bool:
    """The public notice was put up on this day; False when it does not run any more."""
    runs = (nomination.c.id == case.id) & (nomination.c.state == states.State.NOTICE)
    changed = db.execute(update(nomination).where(runs).values(notice_from=first, notice_until=until)).rowcount
    if changed:
        audit.note(db, audit.Action.PUT_UP, now, unit_id=case.unit.id, subject=f"nomination:{case.id}", day=str(first))
    return bool(changed)


def excepted(db: Connection, case: Case, reason: str) -> None:
    """Note why it is approved against a rule, one of a list."""
    db.execute(update(nomination).where(nomination.c.id == case.id).values(exception=reason))


def by_number(db: Connection, number: str) -> Case | None:
    """The case with this number, of whatever school: the caller checks the scope."""
    return next(iter(_cases(db, _CASES.where(nomination.c.number == number))), None)


@dataclass(frozen=True, slots=True)
class Reach:
    """Level → the subtrees whose cases somebody decides on; of `late` only those that have waited since `before`."""

    now: Mapping[str, Sequence[str]]
    late: Mapping[str, Sequence[str]]
    before: datetime


def pending(db: Connection, reach: Reach, but_by: int) -> list[Case]:
    """What waits within this reach, the oldest first, without what is person `but_by`'s own."""
    late = nomination.c.since <= reach.before
    mine = [(nomination.c.level == level) & within(paths) for level, paths in reach.now.items()]
    mine += [(nomination.c.level == level) & within(paths) & late for level, paths in reach.late.items()]
    query = _CASES.where(
        nomination.c.state.in_(states.WAITING), or_(false(), *mine), nomination.c.nominator_id != but_by
    )
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
    ready = (nomination.c.state == states.State.APPROVED) & nomination.c.presented_on.is_(None)
    return _cases(db, _CASES.where(ready, nomination.c.medal == medal, within(paths)).order_by(nomination.c.id))


def present(db: Connection, cases: Sequence[Case], day: date, now: datetime) -> int:
    """These were handed over on this day; how many were not yet."""
    ids = [case.id for case in cases]
    ready = (
        nomination.c.id.in_(ids) & nomination.c.presented_on.is_(None) & (nomination.c.state == states.State.APPROVED)
    )
    changed = db.execute(update(nomination).where(ready).values(presented_on=day)).rowcount
    for unit_id in sorted({case.unit.id for case in cases}):
        count = sum(case.unit.id == unit_id for case in cases)
        audit.note(
            db, audit.Action.PRESENTED, now, unit_id=unit_id, medal=cases[0].medal, count=count, day=day.isoformat()
        )
    return changed


def undecided(db: Connection, before: datetime, most: int) -> list[Case]:
    """The oldest cases that have waited for a decision since before this instant."""
    waiting = nomination.c.state.in_(states.WAITING) & (nomination.c.since < before)
    return _cases(db, _CASES.where(waiting).order_by(nomination.c.id).limit(most))


def undecided_in(db: Connection, paths: Sequence[str]) -> list[Case]:
    """Everything that waits for a decision in these subtrees, whoever's it is, the oldest first."""
    return _cases(db, _CASES.where(nomination.c.state.in_(states.WAITING), within(paths)).order_by(nomination.c.id))


def failed(db: Connection, before: datetime, most: int) -> list[tuple[int, int, int | None]]:
    """(case, unit, child) of what failed before this instant and still holds its reasons, the oldest first."""
    decided = select(func.max(nomination_step.c.at)).where(nomination_step.c.nomination_id == nomination.c.id)
    past = nomination.c.state.in_(states.FAILED) & (decided.scalar_subquery() < before)
    query = select(nomination.c.id, nomination.c.unit_id, nomination.c.child_id)
    rows = db.execute(query.where(nomination.c.forgotten_at.is_(None), past).order_by(nomination.c.id).limit(most))
    return [(case, unit_id, child) for case, unit_id, child in rows]


def forget(db: Connection, case_ids: Iterable[int], now: datetime) -> None:
    """Drop the reasons of these cases; number, medal, state and who decided stay."""
    ids = list(case_ids)
    db.execute(update(nomination).where(nomination.c.id.in_(ids)).values(reason=None, forgotten_at=now))
    db.execute(update(nomination_step).where(nomination_step.c.nomination_id.in_(ids)).values(reason=None))


def waiting(db: Connection, person_id: int, paths: Sequence[str]) -> list[Case]:
    """The cases that wait for a decision and that this person looks after in these subtrees."""
    mine = or_(nomination.c.keeper_id == person_id, nomination.c.nominator_id == person_id)
    query = _CASES.where(mine, nomination.c.state.in_(states.WAITING), within(paths))
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
    return {case_id: Step(states.State(state), *rest) for case_id, state, *rest in db.execute(query.order_by(step.id))}


def steps(db: Connection, case_id: int) -> list[Step]:
    """Everything that was done to a case, in order."""
    step = nomination_step.c
    query = select(step.state, step.person_id, person.c.name, step.reason, step.at).where(step.nomination_id == case_id)
    rows = db.execute(query.join(person, person.c.id == step.person_id).order_by(step.id))
    return [Step(states.State(state), *rest) for state, *rest in rows]


def on_notice(db: Connection, paths: Sequence[str], first: date, last: date) -> list[Case]:
    """What stands on public notice in these subtrees and ends in these days, the first to end first."""
    query = _CASES.where(nomination.c.state == states.State.NOTICE, within(paths))
    query = query.where(nomination.c.notice_until >= first, nomination.c.notice_until <= last)
    return _cases(db, query.order_by(nomination.c.notice_until, nomination.c.id))
