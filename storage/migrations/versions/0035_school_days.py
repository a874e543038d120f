"""What a part of the tree has noted of its year: days off, vacations, make-up days, terms."""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import id_column, ref

revision = "0035"
down_revision = "0031"


def upgrade() -> None:
    op.create_table(
        "school_day",
        id_column(),
        ref("unit_id", "unit", nullable=False, index=True),
        ref("person_id", "person", nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("first", sa.Date, nullable=False),
        sa.Column("last", sa.Date),
        sa.Column("made_at", sa.DateTime, nullable=False),
    )
