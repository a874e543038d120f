"""Special badges: made in chat by a school or committee."""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import id_column, ref

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.create_table(
        "special_badge",
        id_column(),
        ref("unit_id", "unit", nullable=False),
        sa.Column("name", sa.String(12), nullable=False),
        ref("made_by", "person", nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("paused_at", sa.DateTime),
        sa.UniqueConstraint("unit_id", "name"),
    )
