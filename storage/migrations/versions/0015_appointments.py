"""Roles and accounts that wait for the word of a second person."""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import id_column, ref, where

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "appointment",
        id_column(),
        ref("person_id", "person", nullable=False),
        ref("unit_id", "unit", nullable=False),
        sa.Column("role", sa.String(20)),
        sa.Column("since", sa.DateTime),
        sa.Column("until", sa.DateTime),
        ref("deputy_for", "person"),
        ref("from_id", "person"),
        sa.Column("channel", sa.String(20)),
        sa.Column("address", sa.String(80)),
        ref("asked_by", "person", nullable=False),
        sa.Column("asked_at", sa.DateTime, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        ref("settled_by", "person"),
        sa.Column("settled_at", sa.DateTime),
    )
    op.create_index("ix_appointment_waiting", "appointment", ["unit_id"], **where("state = 'waiting'"))
