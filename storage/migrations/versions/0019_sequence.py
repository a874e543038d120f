"""A second event of the same unit, activity and day has a number of its own."""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import where

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("checkin", sa.Column("sequence", sa.Integer(), server_default="1", nullable=False))
    op.drop_index("uq_checkin_valid", "checkin")
    unique = ["unit_id", "day", "activity", "issue", "sequence"]
    op.create_index("uq_checkin_valid", "checkin", unique, unique=True, **where("state = 'valid'"))
