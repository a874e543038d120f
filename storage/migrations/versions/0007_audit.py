"""The audit log and the anchors of its closed years; its triggers are made anew after every migration."""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import Id, id_column

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "audit",
        id_column(),
        sa.Column("chain", sa.String(16), nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False, index=True),
        sa.Column("deed", sa.String(24), nullable=False),
        sa.Column("person_id", Id),
        sa.Column("unit_id", Id),
        sa.Column("subject", sa.String(40), nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.UniqueConstraint("chain", "seq"),
    )
    op.create_table(
        "audit_anchor",
        sa.Column("chain", sa.String(16), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
