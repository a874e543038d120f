"""What is said beside the reason for looking at a child's name is kept with the child, sealed."""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import id_column, ref

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "child_note",
        id_column(),
        ref("child_id", "child", nullable=False, index=True),
        ref("person_id", "person", nullable=False),
        sa.Column("words", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
