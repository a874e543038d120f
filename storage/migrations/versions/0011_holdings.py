"""Who or what holds a place of a roster row."""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import id_column, ref

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "holding",
        id_column(),
        ref("unit_id", "unit", nullable=False),
        sa.Column("row", sa.String(30), nullable=False),
        sa.Column("name", sa.LargeBinary),
        sa.Column("figures", sa.JSON, nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("until", sa.Date),
        sa.Column("ended", sa.Date),
        ref("person_id", "person", nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
    )
    op.create_index("ix_holding_row_unit", "holding", ["row", "unit_id"])
