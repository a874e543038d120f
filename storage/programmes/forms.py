"""Forms of the superior, kept by unit and name: sealed as they came, filled whenever they are asked for."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, select, update

from storage.base.upsert import add_one
from storage.base.vault import Vault
from storage.base.words import Cleared
from storage.tables import form, unit

# Who has said that a form comes sends it soon; after that a file is again what it was.
AWAITED = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Form:
    """One: `document` is it a docx, else an xlsx; `unit` is the name of the unit that keeps it."""

    id: int
    unit_id: int
    name: str
    document: bool
    person_id: int
    made_at: datetime
    unit: str


_SELECT = select(*(form.c[name] for name in Form.__slots__[:-1]), unit.c.name.label("unit")).join(
    unit, unit.c.id == form.c.unit_id
)
_KEPT = form.c.content.is_not(None)


def _from(row: Any) -> Form:
    return Form(*row)


def of(db: Connection, unit_ids: Sequence[int]) -> list[Form]:
    """The forms that these units keep."""
    query = _SELECT.where(_KEPT, form.c.unit_id.in_(list(unit_ids)))
    return [_from(row) for row in db.execute(query.order_by(form.c.name, form.c.id))]


def by_id(db: Connection, number: int) -> Form | None:
    """The form with this number, whether its file has come or not."""
    row = db.execute(_SELECT.where(form.c.id == number)).first()
    return None if row is None else _from(row)


def content(db: Connection, vault: Vault, number: int) -> bytes:
    """The file of a form as it came; raises LookupError when there is none any more."""
    sealed = db.scalar(select(form.c.content).where(form.c.id == number))
    if sealed is None:
        raise LookupError(f"form {number}")
    return base64.b64decode(vault.open(sealed))


def expect(db: Connection, unit_id: int, name: Cleared, person_id: int, now: datetime) -> int:
    """Wait for this person's file, and for no other form of theirs any more; returns the number."""
    # One whose file has come is being looked at, and its sender is told.
    given_up = form.c.ref.is_(None) | (form.c.made_at <= now - AWAITED)
    db.execute(delete(form).where(form.c.person_id == person_id, ~_KEPT, given_up))
    return add_one(db, form, unit_id=unit_id, name=name, document=False, person_id=person_id, made_at=now)


def expected(db: Connection, person_id: int, now: datetime) -> int | None:
    """The number of the form whose file this person is to send."""
    waits = (form.c.person_id == person_id) & ~_KEPT & form.c.ref.is_(None) & (form.c.made_at > now - AWAITED)
    return db.scalar(select(form.c.id).where(waits))


def sent(db: Connection, number: int, ref: str) -> None:
    """Its file has been sent, and is fetched under this name."""
    db.execute(update(form).where(form.c.id == number).values(ref=ref))


def by_file(db: Connection, person_id: int | None, ref: str) -> Form | None:
    """The form whose file somebody sent under this name."""
    row = db.execute(_SELECT.where(form.c.ref == ref, form.c.person_id == person_id, ~_KEPT)).first()
    return None if row is None else _from(row)


def keep(db: Connection, vault: Vault, one: Form, file: bytes, document: bool) -> None:
    """Its file is there, in place of an earlier one of that unit and name."""
    same = (form.c.unit_id == one.unit_id) & (form.c.name == one.name) & (form.c.id != one.id)
    db.execute(delete(form).where(same, _KEPT))
    values = {"content": vault.seal(base64.b64encode(file).decode()), "document": document, "ref": None}
    db.execute(update(form).where(form.c.id == one.id).values(**values))


def remove(db: Connection, number: int) -> None:
    """It is no more."""
    db.execute(delete(form).where(form.c.id == number))
