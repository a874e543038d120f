"""A plan of changes that waits until somebody agrees: written row by row, so that nobody has to wait for it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from storage.base.upsert import add_one
from storage.roster.roster import Facts, Plan
from storage.roster.tree import OPEN, SHOWN, WHOLE
from storage.tables import roster_batch, staged

# So many rows are written, or swept away, at a time: some 10 ms of the writer.
AT_ONCE = 500
KEPT = timedelta(hours=24)
Row = dict[str, Any]
_EMPTY: Row = {column.name: None for column in staged.c}


@dataclass(frozen=True, slots=True)
class Batch:
    """A file that was compared with the database; `person_id` None: the operator's."""

    id: int
    person_id: int | None
    state: str
    made_at: datetime


_BATCH = tuple(roster_batch.c[name] for name in Batch.__slots__)


def rows_of(plan: Plan) -> Iterator[Row]:
    """The plan as rows to be staged, one at a time."""
    for new in plan.new_units:
        place = {"ref": -new.ref, "name": new.name, "depth": new.depth, **_where(new.parent)}
        yield {"part": "unit", **place, **_said(new.facts)}
    for id, facts, becomes in plan.changed_units:
        yield {"part": "becomes" if becomes else "change", "unit_id": id, **_said(facts)}
    for ref, name in plan.new_people:
        yield {"part": "person", "ref": -ref, "name": name}
    for id, name in plan.renamed:
        yield {"part": "rename", "person_id": id, "name": name}
    for who, channel, address in plan.accounts:
        yield {"part": "account", "channel": channel, "address": address, **_who(who)}
    for part, roles in (("grant", plan.grants), ("ask", plan.asked)):
        for who, where, role in roles:
            yield {"part": part, "role": role, **_who(who), **_where(where)}
    for who, where, channel, address in plan.asked_accounts:
        yield {"part": "ask", "channel": channel, "address": address, **_who(who), **_where(where)}
    yield from ({"part": "again", "row_id": id} for id in plan.reopened)
    yield from ({"part": "end", "row_id": id} for id in plan.ended)


def _where(unit: int | None) -> Row:
    return {"unit_ref": -unit} if unit is not None and unit < 0 else {"unit_id": unit}


def _who(person: int) -> Row:
    return {"person_ref": -person} if person < 0 else {"person_id": person}


def _said(facts: Facts) -> Row:
    entry = date(facts.entry_year, 9, 1) if facts.entry_year else None
    return {
        "kind": facts.kind, "grade": facts.grade, "class_no": facts.class_no, "members": facts.members,
        "aliases": list(facts.aliases), "active": facts.active, "entry_year": facts.entry_year, "active_from": entry,
    }  # fmt: skip


def begin(db: Connection, person_id: int | None, tops: Sequence[str], seen: str, now: datetime) -> int:
    """A new batch, to be filled with `put`; returns its number."""
    said = {"person_id": person_id, "state": "staging", "paths": list(tops), "seen": seen}
    return add_one(db, roster_batch, **said, made_at=now)


def put(db: Connection, batch_id: int, first: int, rows: Iterable[Row]) -> None:
    """Write rows of `rows_of`, numbered from `first` on."""
    whole = [{**_EMPTY, **row, "batch_id": batch_id, "place": place} for place, row in enumerate(rows, first)]
    if whole:
        db.execute(insert(staged), whole)


def show(db: Connection, batch_id: int, state: str = SHOWN) -> None:
    """The batch is complete and may be agreed to."""
    db.execute(update(roster_batch).where(roster_batch.c.id == batch_id).values(state=state))


def waiting(db: Connection, person_id: int, now: datetime) -> list[list[Batch]]:
    """What this person may still agree to, the oldest first: each file's, with that of its hidden rows behind it."""
    mine = (roster_batch.c.person_id == person_id) & roster_batch.c.state.in_(OPEN)
    query = select(*_BATCH).where(mine, roster_batch.c.made_at > now - KEPT).order_by(roster_batch.c.id)
    found: list[list[Batch]] = []
    for each in (Batch(*row) for row in db.execute(query)):
        if each.state == WHOLE and found and found[-1][-1].state == SHOWN:
            found[-1].append(each)
        else:
            found.append([each])
    return found


def parts(db: Connection, batch_id: int) -> dict[str, int]:
    """How many changes of each part it makes."""
    query = select(staged.c.part, func.count()).where(staged.c.batch_id == batch_id).group_by(staged.c.part)
    return {part: count for part, count in db.execute(query)}


def find(db: Connection, batch_id: int) -> Batch | None:
    """The batch with this number."""
    row = db.execute(select(*_BATCH).where(roster_batch.c.id == batch_id)).first()
    return None if row is None else Batch(*row)


def drop(db: Connection, batch_id: int) -> None:
    """Nothing of it is wanted."""
    db.execute(update(roster_batch).where(roster_batch.c.id == batch_id).values(state="dropped"))


def sweep(db: Connection, now: datetime) -> bool:
    """Forget some rows of a batch that is over, or that nobody agreed to in time; False when there are none."""
    batch_id = db.scalar(select(func.min(staged.c.batch_id)))
    found = None if batch_id is None else find(db, batch_id)
    if found is None or (found.state in ("staging", *OPEN) and found.made_at > now - KEPT):
        return False
    first = db.scalar(select(func.min(staged.c.place)).where(staged.c.batch_id == found.id)) or 0
    db.execute(delete(staged).where(staged.c.batch_id == found.id, staged.c.place < first + AT_ONCE))
    return True
