"""Who owes which report: targets of a row in a part of the tree, and what each has done. Derived, never stored."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import Connection, and_, or_, select

from storage.checkins.coverage import KIND_SQUAD
from storage.organisation.units import Kind, within
from storage.programmes.reports import RETURNED, WITHDRAWN, ZERO
from storage.records import record
from storage.tables import report, unit

EXPECTED, OVERDUE, EXCUSED = "expected", "overdue", "excused"
ON_TIME, LATE = "on_time", "late"
# States in which a unit owes nothing any more.
DONE = frozenset({ON_TIME, LATE, ZERO, EXCUSED, "accepted"})


@record
class Target:
    """A unit that owes a report and its state: expected, overdue, on_time, late, zero, excused, returned, accepted."""

    unit_id: int
    name: str
    kind: str
    path: str
    school: str
    state: str
    report_id: int | None = None
    late: bool = False

    @property
    def in_time(self) -> bool:
        """Whether it was reported when it was due; that stays so when it is accepted later."""
        return self.state in (ON_TIME, "accepted", ZERO) and not self.late

    @property
    def done(self) -> bool:
        """Whether nothing is owed any more."""
        return self.state in DONE


def targets(
    db: Connection, row: str, kinds: Sequence[str], paths: Sequence[str], period: str, last: date, overdue: bool,
    excused: Collection[int] = (),
) -> list[Target]:  # fmt: skip
    """
    Every active unit of these kinds in these subtrees, in the order of the tree, with its state for one period.

    `last` is the last day of the period: a unit that begins later owes nothing. `overdue`: whether the time is over.
    Who is `excused` and has not reported owes nothing. Of several reports the one that is furthest counts: a returned
    one only where there is no other.
    """
    school = unit.alias("school")
    same = and_(report.c.unit_id == unit.c.id, report.c.row == row, report.c.period == period)
    in_force = or_(unit.c.active_from.is_(None), unit.c.active_from <= last)
    query = (
        select(
            unit.c.id, unit.c.name, unit.c.kind, unit.c.path, school.c.name.label("school"),
            report.c.id.label("report_id"), report.c.state, report.c.timing,
        )
        .select_from(unit)
        .outerjoin(school, and_(school.c.id == unit.c.school_id, school.c.id != unit.c.id))
        .outerjoin(report, and_(same, report.c.state != WITHDRAWN))
        .where(within(paths), unit.c.kind.in_(kinds), unit.c.active, in_force)
        .order_by(unit.c.path, report.c.sequence)
    )  # fmt: skip
    if Kind.SQUAD not in kinds:
        # Said in so many words it has an index without them.
        query = query.where(unit.c.kind != KIND_SQUAD)
    found: dict[int, Target] = {}
    for each in db.execute(query):
        before = found.get(each.id)
        if before is None or before.state == RETURNED:
            state = EXCUSED if each.state is None and each.id in excused else _state(each.state, each.timing, overdue)
            found[each.id] = Target(
                each.id, each.name, each.kind, each.path, each.school or "", state, each.report_id, each.timing == LATE
            )
    return list(found.values())


def _state(state: str | None, timing: str | None, overdue: bool) -> str:
    if state is None:
        return OVERDUE if overdue else EXPECTED
    return (timing or ON_TIME) if state == "submitted" else state


def choices_of(
    db: Connection, row: str, paths: Sequence[str], first: date, last: date, name: str
) -> dict[int, set[str]]:
    """Unit id → the choices of the field `name` that its reports of these days name: who has done all of three."""
    where = and_(report.c.row == row, report.c.day >= first, report.c.day <= last, report.c.state != WITHDRAWN)
    query = select(report.c.unit_id, report.c.figures).join(unit, unit.c.id == report.c.unit_id).where(where)
    found: dict[int, set[str]] = {}
    for unit_id, figures in db.execute(query.where(within(paths))):
        if isinstance(said := figures.get(name), str):
            found.setdefault(unit_id, set()).add(said.removeprefix("'"))
    return found
