"""Links by which one person opens a digest as a web page."""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import id_column, ref

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    op.create_table(
        "page_link",
        id_column(),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        ref("person_id", "person", nullable=False, index=True),
        sa.Column("expires_at", sa.DateTime, nullable=False),
    )
