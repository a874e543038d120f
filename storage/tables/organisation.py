"""Who there is: units and what they were before, people, their accounts and roles, the codes by which they come."""

from datetime import date

from sqlalchemy import JSON, Boolean, Column, Date, Index, Integer, String, Table, UniqueConstraint, false, text

from storage.tables.base import Instant, Path, id_column, metadata, ref, where

ALWAYS = date(1, 1, 1)

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
    # A class: the year in which its children came to the school; the unit stays with them.
    Column("entry_year", Integer),
    # The first day that it is counted and the first that it is not any more; empty: always.
    Column("active_from", Date),
    Column("active_to", Date),
    # From which Monday on it has been what it is now; what it was before stands in `unit_past`.
    Column("since", Date, nullable=False, default=ALWAYS, server_default=ALWAYS.isoformat()),
    # Of a school: the grade after which classes leave, and the school year (2026: from 1 September) of their names.
    Column("last_grade", Integer),
    Column("school_year", Integer),
    # What is closed gives its name free: each September there is a new 六(1)中队.
    Index("uq_unit_name", "parent_id", "name", unique=True, **where("active")),
    # Looked up by without regard to `active`, which the index above cannot serve.
    Index("ix_unit_parent", "parent_id", "name"),
    Index("ix_unit_name", "name", "path"),
    Index("ix_unit_school", "school_id", "grade", "class_no"),
    # What is above and beside squads, one in fifteen units: who owes a report of the catalogue.
    Index("ix_unit_wider", "path", **where("kind <> '中队'")),
    # How many squads a school has in a week is counted from this alone.
    Index(
        "ix_unit_squads",
        "school_id",
        "since",
        "active_from",
        "path",
        sqlite_where=text("kind = '中队' and active = 1"),
        postgresql_where=text("kind = '中队' and active"),
    ),
)

# What a unit was from one Monday to the next: digests of those weeks show it where and as it was then.
unit_past = Table(
    "unit_past",
    metadata,
    id_column(),
    ref("unit_id", "unit", nullable=False, index=True),
    ref("parent_id", "unit"),
    ref("school_id", "unit"),
    Column("path", Path, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("name", String(80), nullable=False),
    Column("grade", Integer),
    Column("class_no", Integer),
    Column("members", Integer),
    Column("active", Boolean, nullable=False),
    Column("active_from", Date),
    Column("since", Date, nullable=False),
    Column("until", Date, nullable=False),
    Index("ix_unit_past_path", "path", "until"),
)

# A second way to add units up: 协作组, 片区. Of one set a unit is in one group.
unit_group = Table(
    "unit_group",
    metadata,
    Column("set", String(10), primary_key=True),
    ref("unit_id", "unit", primary_key=True),
    Column("name", String(20), nullable=False),
)

person = Table(
    "person",
    metadata,
    id_column(),
    Column("name", String(40), nullable=False, index=True),
    Column("joined_at", Instant, nullable=False),
    # The channel of their last private message, and the one that they chose for what nobody asked for.
    Column("heard_on", String(20)),
    Column("notices_on", String(20)),
    # Of somebody who reports for several schools: the one that is meant when none is named.
    ref("school_id", "unit"),
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
    # What a deputy holds, and what they gave by it: for whom. Who gave it; empty: the operator, or before it was noted.
    ref("deputy_for", "person"),
    ref("given_by", "person"),
    # Whether it has come, though the clock be put back (people/standing.py).
    Column("begun", Boolean, nullable=False, default=False, server_default=false()),
    Column("over", Boolean, nullable=False, default=False, server_default=false()),
    UniqueConstraint("person_id", "unit_id", "role"),
    Index("ix_role_grant_begun", "since", sqlite_where=text("begun = 0"), postgresql_where=text("begun = false")),
    Index(
        "ix_role_grant_over",
        "until",
        sqlite_where=text("over = 0 AND until IS NOT NULL"),
        postgresql_where=text("over = false AND until IS NOT NULL"),
    ),
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
    # Whose code it is: another phone of somebody known. Whose work goes over to the one who comes.
    ref("person_id", "person"),
    ref("from_id", "person"),
    # Of a staff room: for everybody there whom the roster knows.
    Column("room", Boolean, nullable=False, default=False, server_default=false()),
)

# A role for somebody, or without a role another account of theirs: it waits for the word of a second person.
appointment = Table(
    "appointment",
    metadata,
    id_column(),
    ref("person_id", "person", nullable=False),
    ref("unit_id", "unit", nullable=False),
    Column("role", String(20)),
    Column("since", Instant),
    Column("until", Instant),
    # For whom they would stand in; whose work would go over to them.
    ref("deputy_for", "person"),
    ref("from_id", "person"),
    # The account: by it they write to us.
    Column("channel", String(20)),
    Column("address", String(80)),
    ref("asked_by", "person", nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("state", String(10), nullable=False),
    # Empty though settled: the operator, on the command line.
    ref("settled_by", "person"),
    Column("settled_at", Instant),
    Index("ix_appointment_waiting", "unit_id", **where("state = 'waiting'")),
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

# A link by which one person opens digests as web pages; without a row it opens nothing.
page_link = Table(
    "page_link",
    metadata,
    id_column(),
    Column("token_hash", String(64), nullable=False, unique=True),
    ref("person_id", "person", nullable=False, index=True),
    Column("expires_at", Instant, nullable=False),
)
