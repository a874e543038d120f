"""Nominees' names: sealed in table child and nowhere else, found again by a keyed hash."""

import unicodedata
from collections.abc import Iterable

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from storage.tables import child
from storage.vault import Vault

# The middle dot of 阿依古丽·买买提, as phones type it; a name is the same child whichever was used.
_DOTS = str.maketrans(dict.fromkeys("•‧・∙⋅●.．。", "·"))


def plain(name: str) -> str:
    """The one spelling by which a name is stored and compared: no spaces, one kind of middle dot."""
    return "".join(unicodedata.normalize("NFKC", name).translate(_DOTS).split())


def find(db: Connection, vault: Vault, unit_id: int, name: str) -> int | None:
    """The id of the child of this name in the squad; None when nobody of this name was ever nominated there."""
    keys = vault.fingerprints(plain(name))
    return db.scalar(select(child.c.id).where(child.c.unit_id == unit_id, child.c.name_key.in_(keys)))


def find_or_add(db: Connection, vault: Vault, unit_id: int, name: str) -> int:
    """The id of the child of this name in the squad, stored if need be; two writers get the same id."""
    found = find(db, vault, unit_id, name)
    return _add(db, vault, unit_id, plain(name)) if found is None else found


def _add(db: Connection, vault: Vault, unit_id: int, name: str) -> int:
    values = {"unit_id": unit_id, "name": vault.seal(name), "name_key": vault.fingerprints(name)[0]}
    try:
        with db.begin_nested():
            return int(db.scalar(insert(child).returning(child.c.id), values))
    except IntegrityError:  # another process was faster: its row is the child
        found = find(db, vault, unit_id, name)
        if found is None:
            raise
        return found


def names(db: Connection, vault: Vault, ids: Iterable[int]) -> dict[int, str]:
    """id → name in clear, for saying it in a private chat; raises LookupError when NAME_KEY does not fit."""
    rows = db.execute(select(child.c.id, child.c.name).where(child.c.id.in_(sorted(set(ids)))))
    return {row.id: vault.open(row.name) for row in rows}
