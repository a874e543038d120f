"""The triggers by which the database itself refuses to change the audit log; made anew after every migration."""

from sqlalchemy import Connection

_TABLES = ("audit", "audit_anchor")
# A row may go only once an anchor holds the hash of it or of a later one in its chain: storage/audit_years.py.
_ANCHORED = "EXISTS (SELECT 1 FROM audit_anchor WHERE chain = OLD.chain AND seq >= OLD.seq)"
# REPLACE would take a row's place without a DELETE that a trigger sees.
_TAKEN = "EXISTS (SELECT 1 FROM {table} WHERE chain = NEW.chain AND seq = NEW.seq)"
_REFUSE = "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
_SQLITE = {
    "update": "CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} " + _REFUSE,
    "delete": "CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} {unless} " + _REFUSE,
    "other": f"CREATE TRIGGER {{table}}_other BEFORE INSERT ON {{table}} WHEN {_TAKEN} {_REFUSE}",
}
_FUNCTION = f"""
CREATE OR REPLACE FUNCTION audit_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'audit' THEN
        IF {_ANCHORED} THEN RETURN OLD; END IF;
    END IF;
    RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only';
END $$
"""
_POSTGRESQL = {
    "update": "CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION audit_stands()",
    "delete": "CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION audit_stands()",
    "other": "CREATE TRIGGER {table}_other BEFORE TRUNCATE ON {table} EXECUTE FUNCTION audit_stands()",
}


def make(db: Connection) -> None:
    """Put them in place, whatever was there before."""
    drop(db)
    sqlite = db.dialect.name == "sqlite"
    if not sqlite:
        db.exec_driver_sql(_FUNCTION)
    for table in _TABLES:
        unless = f"WHEN NOT {_ANCHORED}" if table == "audit" else ""
        for statement in (_SQLITE if sqlite else _POSTGRESQL).values():
            db.exec_driver_sql(statement.format(table=table, unless=unless))


def drop(db: Connection) -> None:
    """Take them away: before a database is emptied as a whole, as the practice page does."""
    on = "" if db.dialect.name == "sqlite" else " ON {table}"
    for table in _TABLES:
        for name in _SQLITE:
            db.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}_{name}{on.format(table=table)}")
