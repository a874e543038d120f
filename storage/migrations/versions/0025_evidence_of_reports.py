"""Photos and documents are evidence of a report of the catalogue, too."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    with op.batch_alter_table("file") as batch:
        batch.add_column(sa.Column("report_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=True))
        batch.create_foreign_key("fk_file_report_id", "report", ["report_id"], ["id"])
        batch.create_index("ix_file_report_id", ["report_id"])
