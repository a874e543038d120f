"""Special badges (特色章): made by a school or committee, for everybody at and below it (domain §4.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, or_, select, update

from storage.audit.audit import Action, note
from storage.base.upsert import add_one
from storage.base.words import Cleared
from storage.organisation import units
from storage.organisation.units import Unit
from storage.tables import child, child_badge, nomination, special_badge, unit

PREFIX = "F:"


@dataclass(frozen=True, slots=True)
class Badge:
    """A special badge; `paused_at` empty: it can be nominated for and given."""

    id: int
    name: str
    paused_at: datetime | None
    unit: Unit

    @property
    def medal(self) -> str:
        """As nominations and given badges have it: F:阅读章."""
        return f"{PREFIX}{self.name}"


_BADGES: Select[Any] = select(special_badge.c.id, special_badge.c.name, special_badge.c.paused_at, *units.PLAIN).join(
    unit, unit.c.id == special_badge.c.unit_id
)


def around(db: Connection, paths: Sequence[str]) -> list[Badge]:
    """The badges made at, above or below the units with these paths, in the order of the tree."""
    above = {int(id_) for path in paths for id_ in path.split("/") if id_}
    query = _BADGES.where(or_(unit.c.id.in_(sorted(above)), units.within(paths))).order_by(
        unit.c.path, special_badge.c.id
    )
    return [Badge(row.id, row.name, row.paused_at, Unit(*row[3:])) for row in db.execute(query)]


def usable(db: Connection, path: str) -> list[str]:
    """The names of those that children at this path can have now."""
    return [each.name for each in around(db, [path]) if not each.paused_at and path.startswith(each.unit.path)]


def add(db: Connection, at: Unit, name: Cleared, by: int, now: datetime) -> None:
    """Make one; the caller sees to it that no other there is called so."""
    id_ = add_one(db, special_badge, unit_id=at.id, name=name, made_by=by, made_at=now)
    note(db, Action.SPECIAL_BADGE, now, unit_id=at.id, subject=f"badge:{id_}", what="added")


def rename(db: Connection, badge: Badge, name: Cleared, now: datetime) -> None:
    """It is called so from now on, and so is what was given and nominated under the old name."""
    db.execute(update(special_badge).where(special_badge.c.id == badge.id).values(name=name))
    here = select(unit.c.id).where(units.below(badge.unit.path))
    named = {"medal": f"{PREFIX}{name}"}
    db.execute(
        update(nomination).where(nomination.c.medal == badge.medal, nomination.c.unit_id.in_(here)).values(named)
    )
    children = select(child.c.id).where(child.c.unit_id.in_(here))
    given = (child_badge.c.medal == badge.medal) & child_badge.c.child_id.in_(children)
    db.execute(update(child_badge).where(given).values(named))
    note(db, Action.SPECIAL_BADGE, now, unit_id=badge.unit.id, subject=f"badge:{badge.id}", what="renamed")


def pause(db: Connection, badge: Badge, paused: bool, now: datetime) -> None:
    """Nobody can get it any more, or again; whoever has it keeps it."""
    row = update(special_badge).where(special_badge.c.id == badge.id)
    db.execute(row.values(paused_at=now if paused else None))
    what = "paused" if paused else "resumed"
    note(db, Action.SPECIAL_BADGE, now, unit_id=badge.unit.id, subject=f"badge:{badge.id}", what=what)
