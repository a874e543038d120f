"""Until when a letter is of use, and when it may have reached somebody first."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    with op.batch_alter_table("outbox") as batch:
        batch.add_column(sa.Column("perhaps_at", sa.DateTime()))
        batch.add_column(sa.Column("expires_at", sa.DateTime()))
    op.execute("UPDATE outbox SET perhaps_at = due_at WHERE doubts > 0 AND state IN ('new', 'claimed')")
    op.drop_column("outbox", "doubts")
