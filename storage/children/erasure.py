"""Erases what is kept of a child: name and reasons go, numbers stay, so that every count stays right."""

from datetime import datetime

from sqlalchemy import Connection, select

from storage.audit.audit import Action, note
from storage.base.vault import Vault
from storage.children import children, consents, sent_lists, traces
from storage.database import forget_pages
from storage.medals import nominations
from storage.medals.states import OPEN, State
from storage.tables import guardian_request


def erase(db: Connection, vault: Vault, child_id: int, person_id: int | None, now: datetime) -> int:
    """Erase a child; cases that are not closed are withdrawn. Returns how many nominations there were.

    `person_id` None: once more, in a backup that was restored.
    """
    cases, name = nominations.of_child(db, child_id), children.names(db, vault, [child_id])[child_id]
    for case in cases:
        if case.state in OPEN:
            nominations.move(db, vault, case, State.WITHDRAWN, person_id or case.nominator_id, now)
    nominations.forget(db, [case.id for case in cases], now)
    consents.end(db, child_id, now)
    at = children.unit_of(db, child_id)
    note(db, Action.ERASED, now, unit_id=at, subject=f"child:{child_id}", cases=len(cases))
    children.forget(db, [child_id], now)
    asked = db.scalars(select(guardian_request.c.number).where(guardian_request.c.child_id == child_id))
    traces.remove(db, vault, name, [*(case.number for case in cases), *asked])
    sent_lists.take_back(db, vault, at, now)
    forget_pages(db)
    return len(cases)
