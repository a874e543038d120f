"""Consents, requests of guardians, leaks; what the nightly clean-up needs to find what is past its time."""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import id_column, ref, where

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    with op.batch_alter_table("child") as batch:
        batch.add_column(sa.Column("keep_until", sa.Date(), nullable=True))
        batch.add_column(sa.Column("erased_at", sa.DateTime(), nullable=True))
    with op.batch_alter_table("nomination") as batch:
        batch.add_column(sa.Column("forgotten_at", sa.DateTime(), nullable=True))
    for table in ("checkin", "file", "place", "album"):
        op.create_index(op.f(f"ix_{table}_inbox_id"), table, ["inbox_id"])
    op.create_index(op.f("ix_nomination_child_id"), "nomination", ["child_id"])
    _consent()
    _guardian_request()
    _incident()


def _consent() -> None:
    op.create_table(
        "consent",
        id_column(),
        ref("child_id", "child", nullable=False, index=True),
        sa.Column("method", sa.String(10), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("photos", sa.Boolean),
        ref("recorded_by", "person", nullable=False),
        sa.Column("recorded_at", sa.DateTime, nullable=False),
        sa.Column("ended_at", sa.DateTime),
        sa.Index("uq_consent_standing", "child_id", unique=True, **where("ended_at is null")),
    )


def _guardian_request() -> None:
    op.create_table(
        "guardian_request",
        id_column(),
        sa.Column("number", sa.String(20), nullable=False, unique=True),
        ref("unit_id", "unit", nullable=False, index=True),
        ref("child_id", "child"),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("wish", sa.LargeBinary),
        ref("received_by", "person", nullable=False),
        sa.Column("received_at", sa.DateTime, nullable=False),
        sa.Column("due", sa.Date, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        ref("settled_by", "person"),
        sa.Column("settled_at", sa.DateTime),
        sa.Column("outcome", sa.LargeBinary),
        sa.Index("ix_guardian_request_open", "due", **where("state = 'open'")),
    )


def _incident() -> None:
    op.create_table(
        "incident",
        id_column(),
        sa.Column("number", sa.String(20), nullable=False, unique=True),
        ref("unit_id", "unit", nullable=False, index=True),
        sa.Column("what", sa.LargeBinary),
        ref("opened_by", "person", nullable=False),
        sa.Column("opened_at", sa.DateTime, nullable=False),
        sa.Column("closed_at", sa.DateTime),
    )
    op.create_table(
        "incident_step",
        ref("incident_id", "incident", primary_key=True),
        sa.Column("step", sa.String(20), primary_key=True),
        ref("person_id", "person", nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
