"""What guardians ask of the school about their child's data: received, due in fifteen working days, settled."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, insert, select, update

from storage.audit.audit import Action, note
from storage.base import numbered
from storage.base.vault import Vault
from storage.organisation.units import PLAIN, Unit, within
from storage.tables import guardian_request, unit

LETTER = "G"


class Wanted(StrEnum):
    """What a guardian wants (PIPL 44–47)."""

    VIEW = "view"
    CORRECT = "correct"
    ERASE = "erase"


@dataclass(frozen=True, slots=True)
class Request:
    """`wish` is sealed; `child_id` None: nothing is kept of such a child; `state`: open, done, declined."""

    id: int
    number: str
    child_id: int | None
    kind: Wanted
    wish: bytes | None
    received_at: datetime
    due: date
    state: str
    unit: Unit


_OWN = [guardian_request.c[name] for name in Request.__slots__[:-1]]
_REQUESTS = select(*_OWN, *PLAIN).join(unit, unit.c.id == guardian_request.c.unit_id)


def _all(db: Connection, query: Select[Any]) -> list[Request]:
    found = [Request(*(*row[: len(_OWN)], Unit(*row[len(_OWN) :]))) for row in db.execute(query)]
    return [replace(each, kind=Wanted(each.kind)) for each in found]


def receive(
    db: Connection, vault: Vault, squad: Unit, child_id: int | None, kind: Wanted, wish: str, person_id: int, due: date,
    now: datetime,
) -> Request:  # fmt: skip
    """Store a request under the day's next number."""
    values = {"unit_id": squad.id, "child_id": child_id, "kind": kind, "due": due, "state": "open",
              "wish": vault.seal(wish) if wish else None, "received_by": person_id, "received_at": now}  # fmt: skip

    def make(number: str) -> Request:
        db.execute(insert(guardian_request).values(**values, number=number))
        note(db, Action.REQUESTED, now, unit_id=squad.id, subject=f"request:{number}", kind=kind)
        found = by_number(db, number)
        assert found is not None
        return found

    return numbered.store(db, guardian_request.c.number, LETTER, now.date(), make)


def by_number(db: Connection, number: str) -> Request | None:
    """The request of this number, of whatever school: the caller checks the scope."""
    return next(iter(_all(db, _REQUESTS.where(guardian_request.c.number == number))), None)


def waiting(db: Connection, paths: Sequence[str] | None = None, until: date | None = None) -> list[Request]:
    """The open ones (in these subtrees; due by this day), those that are due first first."""
    query = _REQUESTS.where(guardian_request.c.state == "open")
    if paths is not None:
        query = query.where(within(paths))
    if until is not None:
        query = query.where(guardian_request.c.due <= until)
    return _all(db, query.order_by(guardian_request.c.due, guardian_request.c.id))


def settle(
    db: Connection, vault: Vault, one: Request, state: str, person_id: int, now: datetime, outcome: str = ""
) -> bool:
    """Close a request as done or declined; False when somebody else was faster."""
    still = (guardian_request.c.id == one.id) & (guardian_request.c.state == "open")
    sealed = vault.seal(outcome) if outcome else None
    values = {"state": state, "settled_by": person_id, "settled_at": now, "outcome": sealed}
    if db.execute(update(guardian_request).where(still).values(**values)).rowcount != 1:
        return False
    in_time = now.date() <= one.due
    note(db, Action.REQUEST_SETTLED, now, unit_id=one.unit.id, subject=f"request:{one.number}", state=state,
         in_time=in_time)  # fmt: skip
    return True
