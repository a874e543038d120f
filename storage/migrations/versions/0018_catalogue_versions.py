"""Changes of the catalogue that were made in chat."""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import id_column, ref

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "catalogue_version",
        id_column(),
        ref("person_id", "person", nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("rows", sa.JSON, nullable=False),
        sa.Column("seen", sa.String(64), nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
    )
