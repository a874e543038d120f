"""The roster of a part of the tree as it is now: its units in order, and who holds which role there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import ColumnElement, Connection, func, select

from storage.organisation import units
from storage.organisation.units import Unit, below, within
from storage.people import standing
from storage.people.people import Role
from storage.tables import account, grant, person, unit

WECOM, TELEGRAM = "wecom", "telegram"


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody's role at a unit, with the first account on each platform (empty: none)."""

    name: str
    role: Role
    wecom: str
    telegram: str


def count(db: Connection, paths: Sequence[str], now: datetime) -> int:
    """About how many rows the roster of these subtrees has."""
    here = db.scalar(select(func.count()).where(within(paths), unit.c.active)) or 0
    held = select(func.count()).select_from(unit).join(grant, grant.c.unit_id == unit.c.id)
    return here + (db.scalar(held.where(within(paths), _own(now))) or 0)


def _own(now: datetime) -> ColumnElement[bool]:
    """A role that is not over, and not only lent to a deputy."""
    return standing.lasts(now) & grant.c.deputy_for.is_(None)


def units_with_people(db: Connection, path: str, now: datetime) -> Iterator[tuple[Unit, list[Entry]]]:
    """The active units of a subtree, parents first, each with those who hold a role there themselves."""
    addresses = {channel: _first_accounts(db, path, channel) for channel in (WECOM, TELEGRAM)}
    held = select(unit.c.path, person.c.id, person.c.name, grant.c.role).select_from(unit)
    held = held.join(grant, grant.c.unit_id == unit.c.id).join(person, person.c.id == grant.c.person_id)
    rows = db.execute(held.where(below(path), unit.c.active, _own(now)).order_by(unit.c.path, grant.c.id))
    people = {at: list(group) for at, group in groupby(rows, key=lambda row: row.path)}
    for at in units.inside(db, path):
        entries = [
            Entry(name, Role(role), addresses[WECOM].get(id, ""), addresses[TELEGRAM].get(id, ""))
            for _, id, name, role in people.get(at.path, ())
        ]
        yield at, entries


def _first_accounts(db: Connection, path: str, channel: str) -> dict[int, str]:
    query = select(account.c.person_id, account.c.address).select_from(unit).join(grant, grant.c.unit_id == unit.c.id)
    query = query.join(account, account.c.person_id == grant.c.person_id)
    rows = db.execute(query.where(below(path), account.c.channel == channel).order_by(account.c.id.desc()))
    return {person_id: address for person_id, address in rows}
