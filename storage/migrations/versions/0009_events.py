"""Events of several units, campaigns, the issue of a series, and whether a check-in came in time."""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import id_column, ref, where

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    _tables()
    _checkin()
    op.execute("ALTER TABLE rollup RENAME COLUMN checkins TO events")
    for name in ("late", "backfilled"):
        op.add_column("rollup", sa.Column(name, sa.Integer(), server_default="0", nullable=False))


def _tables() -> None:
    op.create_table(
        "event",
        id_column(),
        sa.Column("activity", sa.String(20), nullable=False),
        sa.Column("day", sa.Date, nullable=False, index=True),
    )
    op.create_table(
        "participation",
        ref("event_id", "event", primary_key=True),
        ref("unit_id", "unit", primary_key=True, index=True),
    )
    op.create_table(
        "campaign",
        id_column(),
        ref("unit_id", "unit", nullable=False, index=True),
        ref("person_id", "person", nullable=False),
        sa.Column("title", sa.String(40), nullable=False),
        sa.Column("activity", sa.String(20), nullable=False),
        sa.Column("issue", sa.Integer, nullable=False),
        sa.Column("grades", sa.JSON, nullable=False),
        sa.Column("begins_at", sa.DateTime, nullable=False),
        sa.Column("ends_at", sa.DateTime, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
    )


def _checkin() -> None:
    kind = "BIGINT" if op.get_bind().dialect.name == "postgresql" else "INTEGER"
    for name in ("event", "campaign"):
        # In words: Alembic would copy the whole table on SQLite to add a key that refers to another one.
        op.execute(
            f"ALTER TABLE checkin ADD COLUMN {name}_id {kind} CONSTRAINT fk_checkin_{name}_id REFERENCES {name} (id)"
        )
        op.create_index(f"ix_checkin_{name}", "checkin", [f"{name}_id"], **where(f"{name}_id is not null"))
    op.add_column("checkin", sa.Column("issue", sa.Integer(), server_default="0", nullable=False))
    op.add_column("checkin", sa.Column("timing", sa.String(length=10), server_default="on_time", nullable=False))
    op.create_index("ix_checkin_issue", "checkin", ["issue", "day"], **where("issue > 0"))
    op.drop_index("uq_checkin_valid", "checkin")
    valid = where("state = 'valid'")
    op.create_index("uq_checkin_valid", "checkin", ["unit_id", "day", "activity", "issue"], unique=True, **valid)
