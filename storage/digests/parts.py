"""What a figure of a digest is made of: the check-ins behind it, those of one event, and those that came late."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, case, func, select

from storage.checkins import checkins
from storage.digests.whereabouts import NAMED, NAMES, REPORTS, TOLD, named_in, shared_in, told_in
from storage.organisation.units import Unit
from storage.tables import checkin, event, unit


@dataclass(frozen=True, slots=True)
class Parts:
    """
    The valid check-ins of some days in a part of the tree.

    `alone` are events of one unit each, `shared` those of several units or of a whole school: each is one 场, whatever
    number of check-ins tells it. `heads_alone` is 人次 of the first; `rated_…` are of those with both numbers. `squads`
    have reported themselves, `named` have only been named by others.
    """

    reports: int
    alone: int
    shared: int
    heads: int
    heads_alone: int
    rated: int
    rated_due: int
    rated_attended: int
    late: int
    backfilled: int
    squads: frozenset[int]
    named: frozenset[int]

    @property
    def events(self) -> int:
        """Distinct events, 场."""
        return self.alone + self.shared

    @property
    def repeated(self) -> int:
        """How many check-ins tell of an event that another one has told already; none where others told all."""
        return max(self.reports - self.events, 0)


@dataclass(frozen=True, slots=True)
class Which:
    """Some days of a part of the tree; of one activity, if it is named."""

    of: Unit
    first: date
    last: date
    activity: str = ""

    @property
    def reports(self) -> ColumnElement[bool]:
        """The condition of its check-ins."""
        found = told_in(self.of, self.first, self.last)
        return found & (checkin.c.activity == self.activity) if self.activity else found


def of(db: Connection, which: Which) -> Parts:
    """The parts of what took place then."""
    one, rated = checkin.c.event_id.is_(None), checkin.c.due > 0
    counted = [
        func.count(),
        *(_sum(each, 1) for each in (one, rated, checkin.c.timing == checkins.LATE)),
        _sum(checkin.c.timing == checkins.BACKFILLED, 1),
        func.coalesce(func.sum(checkin.c.attended), 0),
        *(_sum(each, checkin.c.attended) for each in (one, rated)),
        _sum(rated, checkin.c.due),
    ]
    row = db.execute(select(*counted).select_from(REPORTS).where(which.reports)).one()
    reports, alone, with_both, late, backfilled, heads, heads_alone, came, due = map(int, row)
    touching = event.c.id.in_(shared_in(which.of, which.first, which.last))
    shared = select(func.count()).where(touching, *([event.c.activity == which.activity] if which.activity else []))
    squads = frozenset(db.scalars(select(TOLD.squad).select_from(REPORTS).where(which.reports).distinct()))
    there = named_in(which.of, which.first, which.last)
    there = there & (event.c.activity == which.activity) if which.activity else there
    named = frozenset(db.scalars(select(NAMED.squad).select_from(NAMES).where(there).distinct()))
    return Parts(
        reports, alone, db.scalar(shared) or 0, heads, heads_alone, with_both, due, came, late, backfilled,
        squads, named - squads,
    )  # fmt: skip


def _sum(where: ColumnElement[bool], what: object) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((where, what), else_=0)), 0)


def reports(db: Connection, which: Which, kind: str, skip: int, most: int) -> list[tuple[str, checkins.Checkin]]:
    """
    (the school of then or nothing, the check-in), the newest first, without the first `skip`.

    `kind`: `rated` those with both numbers, `doubtful` those of them with fewer than half there, `late` and
    `backfilled` those that came so, else all.
    """
    wanted = {
        "rated": checkin.c.due > 0, "doubtful": 2 * checkin.c.attended < checkin.c.due,
        "late": checkin.c.timing == checkins.LATE, "backfilled": checkin.c.timing == checkins.BACKFILLED,
    }.get(kind)  # fmt: skip
    school = unit.alias("school")
    query = select(checkin.c.id, func.coalesce(school.c.name, "")).select_from(
        REPORTS.outerjoin(school, (school.c.id == TOLD.school) & (school.c.id != checkin.c.unit_id))
    )
    query = query.where(which.reports, *([] if wanted is None else [wanted]))
    rows = db.execute(query.order_by(checkin.c.day.desc(), checkin.c.id.desc()).offset(skip).limit(most)).all()
    found = checkins.by_ids(db, [id for id, _ in rows])
    return [(name, found[id]) for id, name in rows]
