"""Medals that are to be taken away again wait for a second person."""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import id_column, ref, where

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.create_table(
        "medal_revocation",
        id_column(),
        ref("nomination_id", "nomination", nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        ref("asked_by", "person", nullable=False),
        sa.Column("asked_at", sa.DateTime, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        ref("settled_by", "person"),
        sa.Column("settled_at", sa.DateTime),
    )
    op.create_index(
        "uq_medal_revocation_waiting", "medal_revocation", ["nomination_id"], unique=True, **where("state = 'waiting'")
    )
