"""Which columns are sealed, and whether a key opens what was written last."""

from collections.abc import Iterator

from sqlalchemy import Connection, Table, inspect, select

from storage import tables
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


def any_unopened(db: Connection, vault: Vault | None) -> bool:
    """Whether there is sealed what this vault (None: no key) does not open; of each table the newest value tells."""
    for value in _newest(db):
        if vault is None:
            return True
        try:
            vault.open(value)
        except WrongKey:
            return True
    return False


def _newest(db: Connection) -> Iterator[bytes]:
    found_there = inspect(db)
    tables_there = set(found_there.get_table_names())
    for table in (table for table in SEALED if table.name in tables_there):
        # A database that is about to be migrated may lack some.
        there = {column["name"] for column in found_there.get_columns(table.name)}
        names = [name for name in SEALED[table] if name in there]
        keys, columns = table.primary_key, [table.c[name] for name in names]
        if columns:
            newest = select(*columns).order_by(*(key.desc() for key in keys)).limit(_NEWEST).subquery()
            for name in names:
                found = db.execute(select(newest.c[name]).where(newest.c[name] > b"").limit(1)).scalar()
                if found:
                    yield found
