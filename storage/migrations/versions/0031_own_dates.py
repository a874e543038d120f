"""Dates that people add for their part of the tree."""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import id_column, ref

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.create_table(
        "own_date",
        id_column(),
        ref("unit_id", "unit", nullable=False, index=True),
        ref("person_id", "person", nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("yearly", sa.Boolean, nullable=False),
        sa.Column("leads", sa.JSON, nullable=False),
        sa.Column("paused", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("version", sa.Integer, nullable=False, server_default="0"),
        sa.Column("made_at", sa.DateTime, nullable=False),
    )
