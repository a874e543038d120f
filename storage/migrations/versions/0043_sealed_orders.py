"""What the buttons of a card go on with is sealed: it may be what somebody said."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    op.add_column("card", sa.Column("orders", sa.LargeBinary))
