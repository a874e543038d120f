"""Badges by the class, quotas with a frozen base, numbers and membership of children, exceptions and hand-overs."""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import id_column, ref, where

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.create_table(
        "child_badge",
        ref("child_id", "child", primary_key=True),
        sa.Column("medal", sa.String(40), primary_key=True),
        sa.Column("term", sa.String(10), primary_key=True),
        ref("given_by", "person", nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "medal_quota",
        id_column(),
        ref("unit_id", "unit", nullable=False),
        sa.Column("medal", sa.String(40), nullable=False),
        sa.Column("collective", sa.Boolean, nullable=False),
        sa.Column("term", sa.String(10), nullable=False),
        sa.Column("base", sa.Integer, nullable=False),
        sa.Column("percent", sa.Integer, nullable=False),
        ref("frozen_by", "person", nullable=False),
        sa.Column("frozen_at", sa.DateTime, nullable=False),
        sa.UniqueConstraint("unit_id", "medal", "collective", "term"),
    )
    op.add_column("child", sa.Column("number", sa.Integer))
    op.add_column("child", sa.Column("member_since", sa.Date))
    op.create_index("uq_child_number", "child", ["unit_id", "number"], unique=True, **where("number is not null"))
    op.add_column("nomination", sa.Column("exception", sa.String(20)))
    op.add_column("nomination", sa.Column("presented_on", sa.Date))
