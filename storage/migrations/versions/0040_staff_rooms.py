"""A code of a staff room serves everybody there whom the roster knows."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0038"


def upgrade() -> None:
    op.add_column("invite", sa.Column("room", sa.Boolean, nullable=False, server_default=sa.false()))
