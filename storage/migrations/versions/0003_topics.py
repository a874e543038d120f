"""A topic of a group can be bound by itself."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    with op.batch_alter_table("group_chat") as batch:
        batch.add_column(sa.Column("topic", sa.String(length=20), server_default=sa.text("''"), nullable=False))
        batch.drop_constraint("uq_group_chat_channel_chat", type_="unique")
        batch.create_unique_constraint("uq_group_chat_channel_chat_topic", ["channel", "chat", "topic"])
