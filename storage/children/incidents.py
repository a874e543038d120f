"""Leaks of personal data: one row each, and which steps of the plan were done, by whom, when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, insert, select, update

from storage.audit.audit import Action, note
from storage.base import numbered
from storage.base.upsert import add_new
from storage.base.vault import Vault
from storage.organisation.units import PLAIN, Unit, within
from storage.tables import incident, incident_step, person, unit

LETTER = "X"


@dataclass(frozen=True, slots=True)
class Incident:
    """A leak; `what` is sealed."""

    id: int
    number: str
    what: bytes | None
    opened_at: datetime
    closed_at: datetime | None
    unit: Unit


_OWN = [incident.c[name] for name in Incident.__slots__[:-1]]
_INCIDENTS = select(*_OWN, *PLAIN).join(unit, unit.c.id == incident.c.unit_id)


def _all(db: Connection, query: Select[Any]) -> list[Incident]:
    return [Incident(*(*row[: len(_OWN)], Unit(*row[len(_OWN) :]))) for row in db.execute(query)]


def begin(db: Connection, vault: Vault, at: Unit, what: str, person_id: int, now: datetime) -> Incident:
    """Store a leak under the day's next number."""
    values = {"unit_id": at.id, "what": vault.seal(what) if what else None, "opened_by": person_id, "opened_at": now}

    def make(number: str) -> Incident:
        db.execute(insert(incident).values(**values, number=number))
        note(db, Action.INCIDENT_OPENED, now, unit_id=at.id, subject=f"incident:{number}")
        found = by_number(db, number)
        assert found is not None
        return found

    return numbered.store(db, incident.c.number, LETTER, now.date(), make)


def by_number(db: Connection, number: str) -> Incident | None:
    """The leak of this number, of whatever unit: the caller checks the scope."""
    return next(iter(_all(db, _INCIDENTS.where(incident.c.number == number))), None)


def still_open(db: Connection, paths: Sequence[str]) -> list[Incident]:
    """Those in these subtrees that are not closed, the oldest first."""
    return _all(db, _INCIDENTS.where(within(paths), incident.c.closed_at.is_(None)).order_by(incident.c.id))


def done(db: Connection, one: Incident) -> dict[str, tuple[str, datetime]]:
    """Step → (who, when), of the steps that are done."""
    query = select(incident_step.c.step, person.c.name, incident_step.c.at)
    query = query.join(person, person.c.id == incident_step.c.person_id)
    return {step: (who, at) for step, who, at in db.execute(query.where(incident_step.c.incident_id == one.id))}


def do(db: Connection, one: Incident, step: str, person_id: int, now: datetime) -> bool:
    """Note that a step is done; False when it was."""
    if step in done(db, one):
        return False
    add_new(db, incident_step, [{"incident_id": one.id, "step": step, "person_id": person_id, "at": now}])
    note(db, Action.INCIDENT_STEP, now, unit_id=one.unit.id, subject=f"incident:{one.number}", step=step)
    return True


def close(db: Connection, one: Incident, now: datetime) -> bool:
    """Close a leak; False when it was closed."""
    still = (incident.c.id == one.id) & incident.c.closed_at.is_(None)
    if db.execute(update(incident).where(still).values(closed_at=now)).rowcount != 1:
        return False
    note(db, Action.INCIDENT_CLOSED, now, unit_id=one.unit.id, subject=f"incident:{one.number}")
    return True
