"""Seals everything anew with the first key, some rows at a time; begun again it goes on where it was."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, and_, literal, or_, select, true, update
from sqlalchemy.exc import IntegrityError

from storage import tables
from storage.base.vault import Vault, WrongKey
from storage.sealed_columns import SEALED

MOST = 500


@dataclass(slots=True)
class Turned:
    """What became of the sealed values: sealed anew, sealed with the first key before, and opened by no key."""

    anew: int = 0
    before: int = 0
    lost: int = 0


def rotate(read: Engine, write: Engine, vault: Vault) -> Iterator[Turned]:
    """Go through all tables, a transaction for each batch; what is yielded grows with every batch."""
    turned = Turned()
    for table, columns in SEALED.items():
        keys = list(table.primary_key.columns)
        after: tuple[Any, ...] | None = None
        while True:
            with read.connect() as db:
                query = select(*keys, *(table.c[name] for name in columns)).order_by(*keys).limit(MOST)
                rows = db.execute(query.where(_beyond(keys, after))).all()
            if not rows:
                break
            with write.begin() as db:
                for row in rows:
                    for name, sealed in zip(columns, row[len(keys) :], strict=True):
                        _turn(db, vault, table, dict(zip(keys, row, strict=False)), name, sealed, turned)
            after = tuple(rows[-1][: len(keys)])
            yield turned


def _beyond(keys: list[Any], after: tuple[Any, ...] | None) -> Any:
    """The rows after the last one of the batch before, in the order of the key."""
    if after is None:
        return true()
    return or_(
        *(
            and_(*(keys[n] == after[n] for n in range(place)), keys[place] > literal(after[place]))
            for place in range(len(keys))
        )
    )


def _turn(
    db: Connection, vault: Vault, table: Any, key: dict[Any, Any], name: str, sealed: bytes | None, turned: Turned
) -> None:
    # Empty: the name of a child that was erased.
    if not sealed:
        return
    try:
        fresh = vault.again(sealed)
    except WrongKey:
        turned.lost += 1
        return
    if fresh is None:
        turned.before += 1
        return
    # Unless the running bot has changed it meanwhile: then that is sealed with the first key.
    here = and_(*(column == value for column, value in key.items()), table.c[name] == sealed)
    values: dict[str, Any] = {name: fresh}
    if table is tables.child:
        values["name_key"] = vault.fingerprints(vault.open(fresh))[0]
    try:
        with db.begin_nested():
            db.execute(update(table).where(here).values(values))
    except IntegrityError:
        # Stored once more under the new key already: the older row is found by its number only.
        db.execute(update(table).where(here).values({name: fresh}))
    turned.anew += 1
