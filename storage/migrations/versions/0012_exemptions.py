"""What a unit need not report: weeks in which nothing took place, and times for which it is excused."""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import id_column, ref

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "exemption",
        id_column(),
        ref("unit_id", "unit", nullable=False, index=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("until", sa.Date, nullable=False),
        ref("person_id", "person", nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
    )
