"""The levels that decide on a medal, one after the other up to the one that awards it (its row says which)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from sqlalchemy import Connection

from handlers.catalogue import current
from handlers.catalogue.catalogue import Catalogue
from handlers.catalogue.model import Row
from handlers.kit import Person, Role, Unit
from storage.medals import nominations
from storage.medals.nominations import Case, Reach
from storage.organisation import units
from storage.organisation.units import Kind
from storage.people import people

SCHOOL, NATIONAL = "school", "national"
REVIEWERS = frozenset({Role.BRIGADE, Role.SCHOOL_ADMIN})
# From below: the kind of the level's office, and who decides there (domain §1.2).
OFFICES: Mapping[str, tuple[Kind | None, frozenset[Role]]] = {
    SCHOOL: (Kind.SCHOOL, REVIEWERS),
    "county": (Kind.COUNTY, frozenset({Role.COUNTY_ADMIN})),
    "city": (Kind.CITY, frozenset({Role.CITY_ADMIN})),
    "province": (Kind.PROVINCE, frozenset({Role.PROVINCE_ADMIN})),
    NATIONAL: (None, frozenset()),
}
ORDER = tuple(OFFICES)
DECIDERS = frozenset(role for _, roles in OFFICES.values() for role in roles)
_STARS = ("一星章", "二星章", "三星章", "四星章", "五星章")
_OF_ROW: Mapping[str, str] = dict(zip(("学校", "县", "市", "省", "全国"), ORDER, strict=True))
# What has waited so long at one level may be decided on by the next one as well (design §5).
PATIENCE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Ladder:
    """The levels that decide on a case, from below, and all that have an office above the nominee.

    What a last level without an office has decided is entered by the highest one that has.
    """

    levels: tuple[str, ...]
    offices: tuple[str, ...]

    @property
    def top(self) -> str:
        """The level that awards the medal."""
        return self.levels[-1]

    def after(self, level: str) -> str:
        """The next level; empty behind the last one."""
        return next((each for each in self.levels if ORDER.index(each) > ORDER.index(level)), "")

    def deciding(self, level: str) -> str:
        """The level whose people decide, or enter what was decided elsewhere."""
        return next((each for each in self.offices[::-1] if ORDER.index(each) <= ORDER.index(level)), level)

    def above(self, level: str) -> str:
        """The next office, whether it has a say in this medal or not; empty for the highest one."""
        return next((each for each in self.offices if ORDER.index(each) > ORDER.index(level)), "")


def _kind(medal: str) -> str:
    """What the rows call it: all basic badges are one kind, and so are all of a school's own."""
    head, _, name = medal.partition(":")
    return {"B": "基础章", "F": "特色章", "H": name}.get(head) or _STARS[int(medal[1]) - 1]


def row_of(db: Connection, medal: str) -> Row | None:
    """The row that a medal is of; None for an honour that no row names."""
    return _row_in(current.catalogue_of(db), medal)


def _row_in(rows: Catalogue, medal: str) -> Row | None:
    return next((row for row in rows.rows if _kind(medal) in row.awards), None)


def awarding(db: Connection, medal: str) -> str:
    """The level that awards it, of an honour without a row the county."""
    return _awarding(medal, row_of(db, medal))


def _awarding(medal: str, row: Row | None) -> str:
    return _OF_ROW[row.awards[_kind(medal)]] if row else "county"


def medals_of(db: Connection, of: Collection[str]) -> list[str]:
    """The stars and honours that these levels award."""
    found = [(kind, _OF_ROW[level]) for row in current.catalogue_of(db).rows for kind, level in row.awards.items()]
    named = [kind for kind, level in found if level in of]
    return [f"S{_STARS.index(kind) + 1}" if kind in _STARS else f"H:{kind}" for kind in named]


class Ladders:
    """The ladders of many cases, asked for once a medal and school; the rows of the medals, once for all."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._known: dict[tuple[str, str], Ladder] = {}

    @cached_property
    def _rows(self) -> Catalogue:
        return current.catalogue_of(self._db)

    def notice_days(self, medal: str) -> int:
        """How many working days it stands on public notice, 0: not at all."""
        row = _row_in(self._rows, medal)
        return row.notices.get(_kind(medal), row.notice) if row else 0

    def of(self, medal: str, unit: Unit) -> Ladder:
        """The ladder of this medal for this nominee."""
        key = medal, unit.path if unit.kind == Kind.SCHOOL else unit.path.rstrip("/").rpartition("/")[0]
        if key not in self._known:
            self._known[key] = self._made(medal, unit)
        return self._known[key]

    def _made(self, medal: str, unit: Unit) -> Ladder:
        there = {each.kind for each in units.around(self._db, unit.path, ())}
        top = _awarding(medal, _row_in(self._rows, medal))
        offices = tuple(level for level in ORDER if OFFICES[level][0] in there)
        return Ladder((*(each for each in offices if ORDER.index(each) < ORDER.index(top)), top), offices)


def roles(case: Case, ladder: Ladder, nominator: Person, now: datetime) -> frozenset[Role]:
    """Who may decide on it now: its level, and once that has been silent for long the office above it too."""
    level = ladder.deciding(case.level)
    able = OFFICES[level][1]
    if level == SCHOOL:
        own = {grant.role for grant in nominator.grants if grant.unit.covers(case.unit)}
        # What the brigade counselor proposes the school decides, and it enters what was decided elsewhere.
        able = frozenset({Role.SCHOOL_ADMIN}) if level != case.level or Role.BRIGADE in own else REVIEWERS
    late = days_waited(case, now) >= PATIENCE.days and level == case.level and ladder.above(level)
    return able | (OFFICES[ladder.above(level)][1] if late else frozenset())


def days_waited(case: Case, now: datetime) -> int:
    """For how many days it has stood where it stands."""
    return (now.date() - case.since.astimezone(now.tzinfo).date()).days


def reach(person: Person, at: datetime) -> Reach:
    """In which subtrees somebody may have to decide for which levels: at once, or after it has waited for long."""
    now: dict[str, list[str]] = {}
    late: dict[str, list[str]] = {}
    for place, (_, held) in enumerate(OFFICES.values()):
        if paths := person.paths(held):
            # Where a level above has no office, it enters what was decided there.
            for above in ORDER[place:]:
                now.setdefault(above, []).extend(paths)
            for below in ORDER[:place]:
                late.setdefault(below, []).extend(paths)
    return Reach(now, late, at.replace(hour=23, minute=59, second=59) - PATIENCE)


def roles_of(
    db: Connection, cases: Sequence[Case], now: datetime, ladders: Ladders | None = None
) -> dict[int, frozenset[Role]]:
    """Case → who may decide on it now."""
    ladders = ladders or Ladders(db)
    nominators = {id_: people.by_id(db, id_, now) for id_ in {case.nominator_id for case in cases}}
    return {
        case.id: roles(case, ladders.of(case.medal, case.unit), nominators[case.nominator_id], now) for case in cases
    }


def waiting(db: Connection, person: Person, now: datetime, ladders: Ladders | None = None) -> list[Case]:
    """What this person may decide on now, without their own, the oldest first."""
    cases = nominations.pending(db, reach(person, now), but_by=person.id)
    able = roles_of(db, cases, now, ladders) if cases else {}
    return [case for case in cases if held(person, case) & able[case.id]]


def held(person: Person, case: Case) -> frozenset[Role]:
    """The roles that somebody holds above this nominee and that decide somewhere."""
    return frozenset(grant.role for grant in person.grants if grant.unit.covers(case.unit)) & DECIDERS
