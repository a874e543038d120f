"""The numbers of own dates and of days of the school year are given once: a button of one that is gone is of no other.

PostgreSQL gives none again; SQLite did so with the highest.
"""

from alembic import op

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in ("own_date", "school_day"):
            with op.batch_alter_table(table, recreate="always", table_kwargs={"sqlite_autoincrement": True}):
                pass
