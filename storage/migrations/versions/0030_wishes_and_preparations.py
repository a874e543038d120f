"""What people want of their reminders, and what of a preparation is done."""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import id_column, ref

revision = "0030"
down_revision = "0027"


def upgrade() -> None:
    op.create_table(
        "wish",
        id_column(),
        ref("person_id", "person", nullable=False),
        sa.Column("name", sa.String(10), nullable=False),
        sa.Column("value", sa.String(80), nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
    )
    op.create_index("ix_wish_person", "wish", ["person_id", "name"])
    op.create_table(
        "preparation",
        id_column(),
        ref("unit_id", "unit", nullable=False),
        sa.Column("occurrence", sa.String(80), nullable=False),
        sa.Column("step", sa.String(80), nullable=False),
        ref("person_id", "person", nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.UniqueConstraint("unit_id", "occurrence", "step"),
    )
