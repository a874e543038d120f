"""Cases of the catalogue's rows (inspection, project, document, honour) and every step that was taken in them."""

from sqlalchemy import JSON, Boolean, Column, Date, Index, LargeBinary, String, Table

from storage.tables.base import Instant, id_column, metadata, ref, where

row_case = Table(
    "row_case",
    metadata,
    id_column(),
    Column("number", String(20), nullable=False, unique=True),
    Column("row", String(30), nullable=False),
    # The unit that it is about, or that puts it forward.
    ref("unit_id", "unit", nullable=False),
    # Who opened it.
    ref("person_id", "person", nullable=False),
    Column("kind", String(16), nullable=False, default=""),
    # Whether a person is put forward, whose name is sealed beside it; else a unit or a matter.
    Column("personal", Boolean, nullable=False, default=False),
    Column("figures", JSON, nullable=False, default=dict),
    Column("due", Date),
    # The year or round whose places it takes.
    Column("period", String(10), nullable=False),
    Column("state", String(16), nullable=False),
    # Sealed: the adult who is put forward; what it is about, without names of others.
    Column("name", LargeBinary),
    Column("words", LargeBinary),
    Column("version", String(12), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    # Since when nobody is waited for any more.
    Column("closed_at", Instant),
    Index("ix_row_case_row_unit", "row", "unit_id"),
    Index("ix_row_case_changed_at", "changed_at"),
    Index("ix_row_case_open", "unit_id", **where("closed_at is null")),
)

# Only added to: who did what, and what the case was before.
row_case_step = Table(
    "row_case_step",
    metadata,
    id_column(),
    ref("case_id", "row_case", nullable=False, index=True),
    ref("person_id", "person", nullable=False),
    Column("action", String(16), nullable=False),
    # The state that it led to; `before`: the state, figures, kind and day before it.
    Column("state", String(16), nullable=False),
    # By which level of the row's chain; empty for what is no step of it.
    Column("level", String(10), nullable=False, default=""),
    Column("words", LargeBinary),
    Column("before", JSON, nullable=False, default=dict),
    Column("at", Instant, nullable=False),
)
