"""Groups, chats that moved, albums, places, files a platform keeps; what edits and replies refer to."""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import id_column, ref, where

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _tables()
    with op.batch_alter_table("inbox") as batch:
        batch.add_column(sa.Column("spoken_as", sa.String(length=40), nullable=True))
    with op.batch_alter_table("outbox") as batch:
        batch.add_column(sa.Column("card", sa.String(length=24), nullable=True))
        batch.add_column(sa.Column("doubts", sa.Integer(), server_default="0", nullable=False))
    with op.batch_alter_table("card") as batch:
        batch.add_column(sa.Column("reply", sa.Integer(), nullable=True))
    with op.batch_alter_table("file") as batch:
        batch.add_column(sa.Column("album", sa.String(length=80), nullable=True))
    op.create_index("ix_inbox_unreadable", "inbox", ["id"], **where("state = 'unreadable'"))
    op.create_index("ix_file_album", "file", ["album"], **where("album is not null"))
    op.create_index("ix_outbox_said", "outbox", ["channel", "chat", "platform_id"], **where("card is not null"))


def _tables() -> None:
    op.create_table(
        "group_chat",
        id_column(),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("chat", sa.String(80), nullable=False),
        ref("unit_id", "unit", nullable=False, index=True),
        ref("bound_by", "person", nullable=False),
        sa.Column("bound_at", sa.DateTime, nullable=False),
        sa.Column("reachable", sa.Boolean, nullable=False),
        sa.Column("week", sa.String(8), nullable=False),
        sa.UniqueConstraint("channel", "chat"),
    )
    op.create_table(
        "moved_chat",
        sa.Column("channel", sa.String(20), primary_key=True),
        sa.Column("old", sa.String(80), primary_key=True),
        sa.Column("new", sa.String(80), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "album",
        sa.Column("channel", sa.String(20), primary_key=True),
        sa.Column("chat", sa.String(80), primary_key=True),
        sa.Column("name", sa.String(80), primary_key=True),
        ref("inbox_id", "inbox", nullable=False),
        ref("checkin_id", "checkin"),
        sa.Column("at", sa.DateTime, nullable=False, index=True),
    )
    op.create_table(
        "place",
        id_column(),
        ref("checkin_id", "checkin", nullable=False, index=True),
        ref("inbox_id", "inbox", nullable=False),
        ref("person_id", "person", nullable=False),
        sa.Column("latitude", sa.Float, nullable=False),
        sa.Column("longitude", sa.Float, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "sent_file",
        sa.Column("channel", sa.String(20), primary_key=True),
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("ref", sa.String(250), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False, index=True),
    )
