"""A keyed fingerprint of what a message said, by which an edit that changed no word is known."""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import where

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("inbox", sa.Column("said", sa.String(16)))
    op.create_index("ix_inbox_spoken", "inbox", ["channel", "chat", "spoken_as"], **where("said IS NOT NULL"))
