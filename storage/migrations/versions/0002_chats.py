"""Groups, chats that moved, albums, places, files a platform keeps; what edits and replies refer to."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


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
    _partial("ix_inbox_unreadable", "inbox", ["id"], "state = 'unreadable'")
    _partial("ix_file_album", "file", ["album"], "album is not null")
    _partial("ix_outbox_said", "outbox", ["channel", "chat", "platform_id"], "card is not null")


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _tables() -> None:
    op.create_table(
        "group_chat",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("chat", sa.String(length=80), nullable=False),
        sa.Column("unit_id", ID, nullable=False),
        sa.Column("bound_by", ID, nullable=False),
        sa.Column("bound_at", sa.DateTime(), nullable=False),
        sa.Column("reachable", sa.Boolean(), nullable=False),
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_group_chat_unit_id")),
        sa.ForeignKeyConstraint(["bound_by"], ["person.id"], name=op.f("fk_group_chat_bound_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_chat")),
        sa.UniqueConstraint("channel", "chat", name=op.f("uq_group_chat_channel_chat")),
    )
    op.create_index(op.f("ix_group_chat_unit_id"), "group_chat", ["unit_id"])
    op.create_table(
        "moved_chat",
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("old", sa.String(length=80), nullable=False),
        sa.Column("new", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "old", name=op.f("pk_moved_chat")),
    )
    op.create_table(
        "album",
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("chat", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("inbox_id", ID, nullable=False),
        sa.Column("checkin_id", ID, nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name=op.f("fk_album_inbox_id")),
        sa.ForeignKeyConstraint(["checkin_id"], ["checkin.id"], name=op.f("fk_album_checkin_id")),
        sa.PrimaryKeyConstraint("channel", "chat", "name", name=op.f("pk_album")),
    )
    op.create_index(op.f("ix_album_at"), "album", ["at"])
    op.create_table(
        "place",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("checkin_id", ID, nullable=False),
        sa.Column("inbox_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("latitude", sa.Float(), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["checkin_id"], ["checkin.id"], name=op.f("fk_place_checkin_id")),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name=op.f("fk_place_inbox_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_place_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
    )
    op.create_index(op.f("ix_place_checkin_id"), "place", ["checkin_id"])
    op.create_table(
        "sent_file",
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("ref", sa.String(length=250), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "key", name=op.f("pk_sent_file")),
    )
    op.create_index(op.f("ix_sent_file_at"), "sent_file", ["at"])
