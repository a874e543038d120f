"""What people want of their reminders, what of a preparation is done, dates and school days of one's own."""

from sqlalchemy import JSON, Boolean, Column, Date, Index, Integer, String, Table, UniqueConstraint, false

from storage.tables.base import Instant, id_column, metadata, ref

# What somebody does not want to hear of (`mute`, an occurrence), what they know is missing (`seen`, an occurrence), and
# when they want to be written to (`hours`, 07:30-20:00).
wish = Table(
    "wish",
    metadata,
    id_column(),
    ref("person_id", "person", nullable=False),
    Column("name", String(10), nullable=False),
    Column("value", String(80), nullable=False),
    Column("made_at", Instant, nullable=False),
    Index("ix_wish_person", "person_id", "name"),
)

# A step of the preparation of a key date that a school has done.
preparation = Table(
    "preparation",
    metadata,
    id_column(),
    ref("unit_id", "unit", nullable=False),
    Column("occurrence", String(80), nullable=False),
    Column("step", String(80), nullable=False),
    ref("person_id", "person", nullable=False),
    Column("day", Date, nullable=False),
    UniqueConstraint("unit_id", "occurrence", "step"),
)

# A date that somebody has added for their part of the tree; `version` grows with each change, `name` is cleared words.
own_date = Table(
    "own_date",
    metadata,
    id_column(),
    ref("unit_id", "unit", nullable=False, index=True),
    ref("person_id", "person", nullable=False),
    Column("name", String(40), nullable=False),
    Column("day", Date, nullable=False),
    Column("yearly", Boolean, nullable=False),
    Column("leads", JSON, nullable=False),
    Column("paused", Boolean, nullable=False, default=False, server_default=false()),
    Column("version", Integer, nullable=False, default=0, server_default="0"),
    Column("made_at", Instant, nullable=False),
    # Numbers that people type and buttons hold are given once.
    sqlite_autoincrement=True,
)

# What a part of the tree has noted of its year: days off, a vacation, make-up days, a term (whose end may be open).
school_day = Table(
    "school_day",
    metadata,
    id_column(),
    ref("unit_id", "unit", nullable=False, index=True),
    ref("person_id", "person", nullable=False),
    Column("kind", String(10), nullable=False),
    Column("first", Date, nullable=False),
    Column("last", Date),
    Column("made_at", Instant, nullable=False),
    # Numbers that people type and buttons hold are given once.
    sqlite_autoincrement=True,
)
