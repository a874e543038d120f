"""Which steps of the preparation of a key date a school has done."""

from collections.abc import Collection, Iterable
from datetime import date

from sqlalchemy import Connection, delete, select

from storage.base.upsert import add_new
from storage.tables import preparation

# A step is kept by its words, so that another order of the list changes nothing.
_LONGEST = 80


def done(db: Connection, unit_ids: Collection[int], occurrence: str) -> dict[int, set[str]]:
    """The steps that each of these schools has done, as `kept` has them; without the schools that have done none."""
    query = select(preparation.c.unit_id, preparation.c.step).where(
        preparation.c.unit_id.in_(unit_ids), preparation.c.occurrence == occurrence
    )
    found: dict[int, set[str]] = {}
    for unit_id, step in db.execute(query):
        found.setdefault(unit_id, set()).add(step)
    return found


def kept(step: str) -> str:
    """The words by which a step is kept."""
    return step[:_LONGEST]


def tick(db: Connection, unit_id: int, occurrence: str, steps: Iterable[str], person_id: int, day: date) -> None:
    """These are done; once more it changes nothing. `day` is that of the key date."""
    own = {"unit_id": unit_id, "occurrence": occurrence, "person_id": person_id, "day": day}
    add_new(db, preparation, [{**own, "step": kept(step)} for step in steps])


def untick(db: Connection, unit_id: int, occurrence: str, steps: Iterable[str]) -> None:
    """These are not done after all."""
    mine = (preparation.c.unit_id == unit_id) & (preparation.c.occurrence == occurrence)
    db.execute(delete(preparation).where(mine, preparation.c.step.in_([kept(step) for step in steps])))
