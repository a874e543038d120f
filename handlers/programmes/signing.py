"""Level by level: whose turn it is to take a report, who has taken it already."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from handlers.catalogue.model import Row
from handlers.kit import ADMINS, Ask, Grant, Role
from handlers.programmes.cases import case_rights
from handlers.programmes.cases.case_rights import ABOVE
from storage.organisation import unit_groups, units
from storage.people import people
from storage.programmes import reports
from storage.programmes.reports import Report

REVIEWERS = ADMINS | {Role.CARE_ADMIN, Role.GROUP_HEAD, Role.STATION_HEAD}


@dataclass(frozen=True, slots=True)
class Turn:
    """A report with the levels that take it, in their order, and whoever of them has taken it as it is now."""

    one: Report
    levels: tuple[str, ...]
    signers: tuple[int, ...]
    offices: frozenset[int]

    @property
    def taken(self) -> tuple[str, ...]:
        """The levels that have taken it."""
        return self.levels[: len(self.signers)]

    @property
    def level(self) -> str:
        """Whose turn it is."""
        return self.levels[min(len(self.signers), len(self.levels) - 1)]

    @property
    def after(self) -> str:
        """Who takes it after that; empty at the last level."""
        return next(iter(self.levels[len(self.signers) + 1 :]), "")


def turns(ask: Ask, row: Row, found: Sequence[Report]) -> list[Turn]:
    """Where each of these reports of the row stands. A level that nobody holds for a unit is left out there."""
    held = _held(ask, row.review)
    signed = reports.signed(ask.db, [each.id for each in found])
    groups = unit_groups.heads(ask.db, (each.unit_id for each in found)) if "协作组" in row.review else {}
    return [
        Turn(one, _levels(row, held, one, offices), signed.get(one.id, ()), offices)
        for one in found
        for offices in [frozenset(each.id for each in groups.get(one.unit_id, ()))]
    ]


def takes(ask: Ask, turn: Turn) -> bool:
    """Whether it is the asker's turn: never of what they reported or have taken themselves (two sign, not one)."""
    mine = any(_is_of(grant, turn.level, turn.one, turn.offices) for grant in ask.me.grants)
    return mine and ask.me.id not in (turn.one.person_id, *turn.signers)


def paths(ask: Ask) -> list[str]:
    """The parts of the tree in which the asker may have something to take."""
    return sorted({units.sphere(grant.unit) for grant in ask.me.grants if grant.role in REVIEWERS})


def _holds(grant: Grant, by: str) -> bool:
    kinds, roles = case_rights.LEVELS.get(by, case_rights.NOBODY)
    return grant.role in REVIEWERS if by == ABOVE else grant.role in roles and grant.unit.kind in kinds


def _is_of(grant: Grant, by: str, one: Report, offices: frozenset[int]) -> bool:
    if grant.unit.id == one.unit_id or not _holds(grant, by):
        return False
    if by == ABOVE:
        return one.path.startswith(grant.unit.path)
    return one.path.startswith(units.sphere(grant.unit)) or grant.unit.id in offices


# Level → path of all that an office works for → ids of such offices.
_Held = dict[str, dict[str, set[int]]]


def _held(ask: Ask, review: Iterable[str]) -> _Held:
    found: _Held = {}
    top = [f"/{path.split('/')[1]}/" for path in ask.me.paths()]
    for by in review:
        _, roles = case_rights.LEVELS.get(by, case_rights.NOBODY)
        found[by] = defaultdict(set)
        for person in people.holding(ask.db, roles, top, ask.now) if roles else ():
            for grant in person.grants:
                if _holds(grant, by):
                    found[by][units.sphere(grant.unit)].add(grant.unit.id)
    return found


def _levels(row: Row, held: _Held, one: Report, offices: frozenset[int]) -> tuple[str, ...]:
    parts = one.path.split("/")[1:-1]
    around = ["/" + "/".join(parts[:depth]) + "/" for depth in range(1, len(parts) + 1)]
    there = [by for by in row.review if by == ABOVE or _somebody(held[by], around, one, offices)]
    return tuple(there) or (ABOVE,)


def _somebody(held: dict[str, set[int]], around: Sequence[str], one: Report, offices: frozenset[int]) -> bool:
    beside = offices and any(offices & ids for ids in held.values())
    return bool(beside) or any(held[path] - {one.unit_id} for path in around if path in held)
