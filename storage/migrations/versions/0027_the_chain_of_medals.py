"""Nominations go up level by level and stand on public notice before they are awarded."""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import where

revision = "0027"
down_revision = "0026"

STANDING = "state in ('submitted', 'passed', 'notice', 'objection', 'approved')"
_HIGHER = {"S2": "county", "S3": "city", "S4": "province", "S5": "national"}


def upgrade() -> None:
    op.add_column("nomination", sa.Column("level", sa.String(10), nullable=False, server_default="school"))
    op.add_column("nomination", sa.Column("since", sa.DateTime))
    op.add_column("nomination", sa.Column("notice_until", sa.Date))
    op.execute(
        "update nomination set since = coalesce("
        "(select max(at) from nomination_step where nomination_step.nomination_id = nomination.id), made_at)"
    )
    # What only the school had approved waits for the level that awards it, as it was said to.
    higher = [(f"medal = '{medal}'", level) for medal, level in _HIGHER.items()]
    for which, level in (*higher, ("medal like 'H:%' and medal <> 'H:优秀中队'", "county")):
        waits = f"{which} and state = 'approved' and presented_on is null"
        op.execute(sa.text(f"update nomination set state = 'passed', level = '{level}' where {waits}"))  # noqa: S608  # nosec B608
    for name, columns, child in (
        ("uq_nomination_child", ["child_id", "medal", "term"], "child_id is not null"),
        ("uq_nomination_unit", ["unit_id", "medal", "term"], "child_id is null"),
    ):
        op.drop_index(name, "nomination")
        op.create_index(name, "nomination", columns, unique=True, **where(f"{STANDING} and {child}"))
