"""Letters of the same words in one call, cards of several people, what 企业微信 wants to be remembered."""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import id_column, where

revision = "0004"
down_revision = "0003"

OPEN = "state in ('new', 'claimed')"


def upgrade() -> None:
    with op.batch_alter_table("outbox") as batch:
        batch.add_column(sa.Column("same", sa.String(length=32), nullable=True))
    op.create_index("ix_outbox_same", "outbox", ["channel", "same"], **where(f"{OPEN} and same is not null"))
    op.create_index("ix_outbox_turn", "outbox", ["channel", "lane", "id"], **where(OPEN))
    with op.batch_alter_table("card") as batch:
        batch.add_column(sa.Column("about", sa.String(length=40), nullable=True))
        batch.add_column(sa.Column("closed", sa.String(length=60), nullable=True))
        batch.drop_constraint("pk_card", type_="primary")
        batch.create_primary_key("pk_card", ["token", "chat"])
    op.create_index("ix_card_about", "card", ["about"], **where("about is not null"))
    # It holds addresses of people, and those of 企业微信 are longer than those of Telegram.
    with op.batch_alter_table("fact") as batch:
        batch.alter_column("name", existing_type=sa.String(length=40), type_=sa.String(length=120))
    _tables()


def _tables() -> None:
    op.create_table(
        "access_token",
        sa.Column("name", sa.String(80), primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("until", sa.DateTime, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "card_code",
        id_column(),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("token", sa.String(24), nullable=False),
        sa.Column("task", sa.String(128), nullable=False),
        sa.Column("chats", sa.JSON),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False, index=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Index("ix_card_code_token", "token"),
        sa.Index("ix_card_code_wanted", "id", **where("state = 'wanted'")),
    )
