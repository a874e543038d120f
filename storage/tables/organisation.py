"""Who there is: units, people, their accounts and roles, the codes by which they come."""

from sqlalchemy import JSON, Boolean, Column, Index, Integer, String, Table, UniqueConstraint

from storage.tables.base import Instant, Path, id_column, metadata, ref

unit = Table(
    "unit",
    metadata,
    id_column(),
    ref("parent_id", "unit"),
    ref("school_id", "unit"),
    Column("path", Path, nullable=False, unique=True),
    Column("kind", String(20), nullable=False),
    Column("name", String(80), nullable=False),
    Column("aliases", JSON, nullable=False, default=list),
    Column("grade", Integer),
    Column("class_no", Integer),
    Column("members", Integer),
    Column("active", Boolean, nullable=False, default=True),
    UniqueConstraint("parent_id", "name"),
    Index("ix_unit_school", "school_id", "grade", "class_no"),
)

person = Table(
    "person",
    metadata,
    id_column(),
    Column("name", String(40), nullable=False),
    Column("joined_at", Instant, nullable=False),
    # The channel of their last private message, and the one that they chose for what nobody asked for.
    Column("heard_on", String(20)),
    Column("notices_on", String(20)),
)

account = Table(
    "account",
    metadata,
    id_column(),
    ref("person_id", "person", nullable=False, index=True),
    Column("channel", String(20), nullable=False),
    Column("address", String(80), nullable=False),
    Column("reachable", Boolean, nullable=False, default=True),
    UniqueConstraint("channel", "address"),
)

# A role at a unit: what its holder may do in that unit and everything below it.
grant = Table(
    "role_grant",
    metadata,
    id_column(),
    ref("person_id", "person", nullable=False),
    ref("unit_id", "unit", nullable=False, index=True),
    Column("role", String(20), nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant),
    UniqueConstraint("person_id", "unit_id", "role"),
)

invite = Table(
    "invite",
    metadata,
    id_column(),
    Column("code_hash", String(64), nullable=False, unique=True),
    ref("unit_id", "unit", nullable=False),
    Column("role", String(20), nullable=False),
    ref("made_by", "person"),
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    ref("used_by", "person"),
)

wrong_code = Table(
    "wrong_code",
    metadata,
    id_column(),
    Column("channel", String(20), nullable=False),
    Column("address", String(80), nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_wrong_code_sender", "channel", "address", "at"),
)

# A code that somebody made to join an account of theirs on another platform.
link_code = Table(
    "link_code",
    metadata,
    id_column(),
    Column("code_hash", String(64), nullable=False, unique=True),
    ref("person_id", "person", nullable=False, index=True),
    # Where it was made: there it is said that it was used.
    Column("channel", String(20), nullable=False),
    Column("chat", String(80), nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
)
