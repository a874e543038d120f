"""What a file would change of roster or catalogue, until somebody agrees: all of it is done at once, or nothing."""

from sqlalchemy import JSON, Boolean, Column, Date, Index, Integer, String, Table

from storage.tables.base import Id, Instant, id_column, metadata, ref

# One file; `seen` names the state of the database that it was compared with.
roster_batch = Table(
    "roster_batch",
    metadata,
    id_column(),
    # Empty: the operator, on the command line.
    ref("person_id", "person"),
    Column("state", String(10), nullable=False),
    Column("paths", JSON, nullable=False),
    Column("seen", String(64), nullable=False),
    Column("made_at", Instant, nullable=False),
)

# One row to write. What is not there yet has a number of its own in `ref`, and an id when its turn has come.
staged = Table(
    "staged",
    metadata,
    ref("batch_id", "roster_batch", primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("part", String(10), nullable=False),
    Column("ref", Integer),
    Column("row_id", Id),
    Column("unit_ref", Integer),
    Column("unit_id", Id),
    Column("person_ref", Integer),
    Column("person_id", Id),
    # How many units are above a new one: parents are written first.
    Column("depth", Integer),
    Column("name", String(80)),
    Column("kind", String(20)),
    Column("grade", Integer),
    Column("class_no", Integer),
    Column("members", Integer),
    Column("aliases", JSON),
    Column("active", Boolean),
    Column("entry_year", Integer),
    Column("active_from", Date),
    Column("role", String(20)),
    Column("channel", String(20)),
    Column("address", String(80)),
    Index("ix_staged_ref", "batch_id", "part", "ref"),
)

# A change of the catalogue by chat: shown first, live when its sender agrees; `rows` are those that it changes.
catalogue_version = Table(
    "catalogue_version",
    metadata,
    id_column(),
    ref("person_id", "person", nullable=False),
    # shown, live, dropped.
    Column("state", String(10), nullable=False),
    Column("rows", JSON, nullable=False),
    # The mark of the catalogue that it was compared with.
    Column("seen", String(64), nullable=False),
    Column("made_at", Instant, nullable=False),
)
