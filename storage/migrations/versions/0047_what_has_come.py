"""Roles that have begun or ended say so, whatever the clock says later; the first tick marks those that have."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"

# By which a tick finds at once what has come since the last.
_COMES = (("begun", "since", "begun = {no}"), ("over", "until", "over = {no} AND until IS NOT NULL"))


def upgrade() -> None:
    for column, at, waits in _COMES:
        op.add_column("role_grant", sa.Column(column, sa.Boolean, nullable=False, server_default=sa.false()))
        where = {"sqlite_where": sa.text(waits.format(no=0)), "postgresql_where": sa.text(waits.format(no="false"))}
        op.create_index(f"ix_role_grant_{column}", "role_grant", [at], **where)
