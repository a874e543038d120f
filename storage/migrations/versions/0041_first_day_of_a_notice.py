"""A public notice may be put up later than on the day of the decision."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    op.add_column("nomination", sa.Column("notice_from", sa.Date))
