"""Forms of the superior."""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import id_column, ref

revision = "0038"
down_revision = "0036"


def upgrade() -> None:
    op.create_table(
        "form",
        id_column(),
        ref("unit_id", "unit", nullable=False, index=True),
        sa.Column("name", sa.String(20), nullable=False),
        sa.Column("document", sa.Boolean, nullable=False),
        sa.Column("content", sa.LargeBinary),
        ref("person_id", "person", nullable=False, index=True),
        sa.Column("ref", sa.String(400)),
        sa.Column("made_at", sa.DateTime, nullable=False),
    )
