"""What it takes to be awarded: badges that were given by the class, and the frozen bases of quotas."""

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, UniqueConstraint

from storage.tables.base import Instant, id_column, metadata, ref, where

# Basic badges that were given by the class: one a child, badge and term (domain §4.1).
child_badge = Table(
    "child_badge",
    metadata,
    ref("child_id", "child", primary_key=True),
    Column("medal", String(40), primary_key=True),
    Column("term", String(10), primary_key=True),
    ref("given_by", "person", nullable=False),
    Column("at", Instant, nullable=False),
    sqlite_with_rowid=False,
)

# Made by a school or committee for everybody at and below it; paused, nobody can get it any more.
special_badge = Table(
    "special_badge",
    metadata,
    id_column(),
    ref("unit_id", "unit", nullable=False),
    Column("name", String(12), nullable=False),
    ref("made_by", "person", nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("paused_at", Instant),
    UniqueConstraint("unit_id", "name"),
)

# How many may have a medal in a term at and below a unit: floor(percent of the base), which an admin has frozen.
medal_quota = Table(
    "medal_quota",
    metadata,
    id_column(),
    ref("unit_id", "unit", nullable=False),
    Column("medal", String(40), nullable=False),
    Column("collective", Boolean, nullable=False),
    Column("term", String(10), nullable=False),
    Column("base", Integer, nullable=False),
    Column("percent", Integer, nullable=False),
    ref("frozen_by", "person", nullable=False),
    Column("frozen_at", Instant, nullable=False),
    UniqueConstraint("unit_id", "medal", "collective", "term"),
)

# A medal is to be taken away again: it takes a second person's word.
medal_revocation = Table(
    "medal_revocation",
    metadata,
    id_column(),
    ref("nomination_id", "nomination", nullable=False),
    Column("reason", String(20), nullable=False),
    ref("asked_by", "person", nullable=False),
    Column("asked_at", Instant, nullable=False),
    # waiting, done, declined.
    Column("state", String(10), nullable=False),
    ref("settled_by", "person"),
    Column("settled_at", Instant),
    Index("uq_medal_revocation_waiting", "nomination_id", unique=True, **where("state = 'waiting'")),
)
