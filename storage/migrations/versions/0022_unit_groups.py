"""Groups of units beside the tree."""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import ref

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.create_table(
        "unit_group",
        sa.Column("set", sa.String(10), primary_key=True),
        ref("unit_id", "unit", primary_key=True),
        sa.Column("name", sa.String(20), nullable=False),
    )
