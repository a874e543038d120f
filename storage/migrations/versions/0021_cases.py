"""Cases of the catalogue's rows, their steps, what is evidence of them; a unit may be excused from one row."""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import id_column, ref, where

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "row_case",
        id_column(),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("row", sa.String(30), nullable=False),
        ref("unit_id", "unit", nullable=False),
        ref("person_id", "person", nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("personal", sa.Boolean, nullable=False),
        sa.Column("figures", sa.JSON, nullable=False),
        sa.Column("due", sa.Date),
        sa.Column("period", sa.String(10), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("name", sa.LargeBinary),
        sa.Column("words", sa.LargeBinary),
        sa.Column("version", sa.String(12), nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("changed_at", sa.DateTime, nullable=False),
        sa.Column("closed_at", sa.DateTime),
        sa.UniqueConstraint("number", name="uq_row_case_number"),
    )
    op.create_index("ix_row_case_row_unit", "row_case", ["row", "unit_id"])
    op.create_index("ix_row_case_changed_at", "row_case", ["changed_at"])
    op.create_index("ix_row_case_open", "row_case", ["unit_id"], **where("closed_at is null"))
    op.create_table(
        "row_case_step",
        id_column(),
        ref("case_id", "row_case", nullable=False, index=True),
        ref("person_id", "person", nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("level", sa.String(10), nullable=False),
        sa.Column("words", sa.LargeBinary),
        sa.Column("before", sa.JSON, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
    with op.batch_alter_table("file") as batch:
        batch.add_column(sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=True))
        batch.create_foreign_key("fk_file_case_id", "row_case", ["case_id"], ["id"])
        batch.create_index("ix_file_case_id", ["case_id"])
    with op.batch_alter_table("exemption") as batch:
        batch.add_column(sa.Column("row", sa.String(30), server_default=sa.text("''"), nullable=False))
