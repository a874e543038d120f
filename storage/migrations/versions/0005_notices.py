"""Where notices go, codes that join accounts, groups that the settings bind, addresses of files."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("person") as batch:
        batch.add_column(sa.Column("heard_on", sa.String(length=20), nullable=True))
        batch.add_column(sa.Column("notices_on", sa.String(length=20), nullable=True))
    with op.batch_alter_table("group_chat") as batch:
        batch.alter_column("bound_by", existing_type=ID, nullable=True)
    with op.batch_alter_table("file") as batch:
        batch.alter_column("ref", existing_type=sa.String(length=250), type_=sa.Text(), existing_nullable=False)
    op.create_table(
        "link_code",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("chat", sa.String(length=80), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_link_code_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_link_code_code_hash")),
    )
    op.create_index(op.f("ix_link_code_person_id"), "link_code", ["person_id"])
