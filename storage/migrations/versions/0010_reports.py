"""Reports of the catalogue's rows, their steps and their sums."""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import id_column, ref, where

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "report",
        id_column(),
        ref("unit_id", "unit", nullable=False),
        sa.Column("row", sa.String(30), nullable=False),
        sa.Column("period", sa.String(10), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("figures", sa.JSON, nullable=False),
        sa.Column("hedges", sa.JSON, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("timing", sa.String(10), nullable=False),
        sa.Column("version", sa.String(12), nullable=False),
        ref("person_id", "person", nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
    )
    op.create_index("ix_report_row_unit", "report", ["row", "unit_id", "day"])
    standing = where("state <> 'withdrawn'")
    op.create_index("uq_report_standing", "report", ["row", "unit_id", "period", "sequence"], unique=True, **standing)
    op.create_table(
        "report_step",
        id_column(),
        ref("report_id", "report", nullable=False, index=True),
        ref("person_id", "person", nullable=False),
        sa.Column("action", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("before", sa.JSON, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "tally",
        sa.Column("period", sa.String(8), primary_key=True),
        ref("unit_id", "unit", primary_key=True),
        sa.Column("row", sa.String(30), primary_key=True),
        sa.Column("measure", sa.String(20), primary_key=True),
        sa.Column("choice", sa.String(20), primary_key=True),
        sa.Column("total", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.Integer, server_default="0", nullable=False) for name in ("over", "under", "about")),
        sqlite_with_rowid=False,
    )
