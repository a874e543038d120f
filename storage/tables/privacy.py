"""Whose data may be kept: consents of guardians, what guardians ask for, leaks and what was done about them."""

from sqlalchemy import Boolean, Column, Date, Index, LargeBinary, String, Table

from storage.tables.base import Instant, id_column, metadata, ref, where

# The paper itself stays with the school; `reference` is the school's own number of it.
consent = Table(
    "consent",
    metadata,
    id_column(),
    ref("child_id", "child", nullable=False, index=True),
    Column("method", String(10), nullable=False),
    Column("day", Date, nullable=False),
    Column("reference", String(40), nullable=False),
    # Whether photos with the child may be kept; empty: not said.
    Column("photos", Boolean),
    ref("recorded_by", "person", nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("ended_at", Instant),
    # One that stands a child.
    Index("uq_consent_standing", "child_id", unique=True, **where("ended_at is null")),
)

# What was said beside the reason for looking at a child's name: sealed, and gone with the child.
child_note = Table(
    "child_note",
    metadata,
    id_column(),
    ref("child_id", "child", nullable=False, index=True),
    ref("person_id", "person", nullable=False),
    Column("words", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
)

# A guardian wants to see, correct or delete what is kept of a child; the words are sealed.
guardian_request = Table(
    "guardian_request",
    metadata,
    id_column(),
    Column("number", String(20), nullable=False, unique=True),
    ref("unit_id", "unit", nullable=False, index=True),
    # Empty: nothing is kept of a child of that name there.
    ref("child_id", "child"),
    Column("kind", String(10), nullable=False),
    Column("wish", LargeBinary),
    ref("received_by", "person", nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("due", Date, nullable=False),
    Column("state", String(10), nullable=False),
    ref("settled_by", "person"),
    Column("settled_at", Instant),
    Column("outcome", LargeBinary),
    Index("ix_guardian_request_open", "due", **where("state = 'open'")),
)  # fmt: skip

incident = Table(
    "incident",
    metadata,
    id_column(),
    Column("number", String(20), nullable=False, unique=True),
    ref("unit_id", "unit", nullable=False, index=True),
    Column("what", LargeBinary),
    ref("opened_by", "person", nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant),
)

incident_step = Table(
    "incident_step",
    metadata,
    ref("incident_id", "incident", primary_key=True),
    Column("step", String(20), primary_key=True),
    ref("person_id", "person", nullable=False),
    Column("at", Instant, nullable=False),
)
