"""What became of the reminders of a day is counted without looking at those of a year."""

from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    op.create_index("ix_delivery_settled", "delivery", ["settled_at"])
