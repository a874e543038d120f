"""Where notices go, codes that join accounts, groups that the settings bind, addresses of files."""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import Id, id_column, ref

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    with op.batch_alter_table("person") as batch:
        batch.add_column(sa.Column("heard_on", sa.String(length=20), nullable=True))
        batch.add_column(sa.Column("notices_on", sa.String(length=20), nullable=True))
    with op.batch_alter_table("group_chat") as batch:
        batch.alter_column("bound_by", existing_type=Id, nullable=True)
    with op.batch_alter_table("file") as batch:
        batch.alter_column("ref", existing_type=sa.String(length=250), type_=sa.Text(), existing_nullable=False)
    op.create_table(
        "link_code",
        id_column(),
        sa.Column("code_hash", sa.String(64), nullable=False, unique=True),
        ref("person_id", "person", nullable=False, index=True),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("chat", sa.String(80), nullable=False),
        sa.Column("expires_at", sa.DateTime, nullable=False),
        sa.Column("used_at", sa.DateTime),
    )
