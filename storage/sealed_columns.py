"""Which columns are sealed, and whether a key opens them."""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Column, Connection, Executable, Table, inspect, select, union_all

from storage import migrate, tables
from storage.base import key_values
from storage.base.vault import Vault, WrongKey

# Every sealed column of every table (a test holds it against the tables).
SEALED: dict[Table, tuple[str, ...]] = {
    tables.child: ("name",),
    tables.child_note: ("words",),
    tables.nomination: ("reason",),
    tables.nomination_step: ("reason",),
    tables.guardian_request: ("wish", "outcome"),
    tables.incident: ("what",),
    tables.inbox: ("payload", "error"),
    tables.outbox: ("body",),
    tables.dialogue: ("payload",),
    tables.card: ("orders",),
    tables.screen: ("bubble",),
    tables.access_token: ("sealed",),
    tables.holding: ("name",),
    tables.form: ("content",),
    tables.row_case: ("name", "words"),
    tables.row_case_step: ("words",),
}
# Of each table so many of the newest rows are looked at: in between there may be some without words.
_NEWEST = 200
# The fact that tells which keys (their fingerprints) something may be sealed by.
_KEYS = "sealed-by"
_AT_ONCE = 1000


def any_unopened(db: Connection, vault: Vault | None) -> bool:
    """Whether there is sealed what this vault (None: no key) does not open.

    While no key was taken away, of each table the newest value tells; else every value is opened once, since two keys
    at a time, or a rotation that was not ended, leave what only the old one opens.
    """
    noted = key_values.get(db, _KEYS) if inspect(db).has_table(tables.fact.name) else None
    if vault is None:
        return noted is not None or any(True for _ in _values(db, _NEWEST))
    same = noted is None or set(noted.value.split()) <= set(_fingerprints(vault))
    for value in _values(db, _NEWEST if same else None):
        try:
            vault.open(value)
        except WrongKey:
            return True
    return False


def note_keys(db: Connection, vault: Vault, now: datetime) -> None:
    """Keep that nothing is sealed by other keys than these; where that is known it writes nothing."""
    keys, noted = " ".join(_fingerprints(vault)), key_values.get(db, _KEYS)
    if noted is None or noted.value != keys:
        key_values.put(db, _KEYS, keys, now)


def _fingerprints(vault: Vault) -> list[str]:
    return [each[:16] for each in vault.fingerprints(_KEYS)]


def _values(db: Connection, newest: int | None) -> Iterator[bytes]:
    """Every sealed value; of so many `newest` rows of each table only the first of each column."""
    if asked := tuple(_there(db)):
        # Whoever has seen enough goes, and the server's cursor with them.
        with db.execute(_query(asked, newest)) as values:
            yield from values.scalars()


def _there(db: Connection) -> list[Column[bytes]]:
    """The sealed columns; a database that is about to be migrated may lack some."""
    sealed = [table.c[name] for table, names in SEALED.items() for name in names]
    if migrate.revision_seen_by(db) == migrate.HEAD:
        return sealed
    seen = inspect(db)
    tables_there = [table.name for table in SEALED if seen.has_table(table.name)]
    there = {(name, column["name"]) for name in tables_there for column in seen.get_columns(name)}
    return [column for column in sealed if (column.table.name, column.name) in there]


@lru_cache(4)
def _query(columns: tuple[Column[bytes], ...], newest: int | None) -> Executable:
    asked = []
    for column in columns:
        latest = (key.desc() for key in column.table.primary_key)
        rows = select(column).order_by(*latest).limit(newest).subquery()
        found = select(rows.c[column.name]).where(rows.c[column.name] > b"").limit(newest and 1).subquery()
        asked.append(select(found.c[column.name]))
    return union_all(*asked).execution_options(yield_per=_AT_ONCE)
