"""Reports and cases of the catalogue's rows, what became of them, and the sums of reports."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Date, Index, Integer, LargeBinary, String, Table

from storage.tables.base import Instant, id_column, metadata, ref, where

# What a unit says of a row in a period; numbers are kept as they were said, `hedges` says which are not exact.
report = Table(
    "report",
    metadata,
    id_column(),
    ref("unit_id", "unit", nullable=False),
    Column("row", String(30), nullable=False),
    # 2026-04-03, 2026-W14, 2026-04, 2026-Q2, 2026-1 (term), 2026: by the row's own kind of period.
    Column("period", String(10), nullable=False),
    Column("day", Date, nullable=False),
    # 0 where a row is reported once a period; of rows with several a day, which one it is.
    Column("sequence", Integer, nullable=False, default=0),
    Column("figures", JSON, nullable=False, default=dict),
    Column("hedges", JSON, nullable=False, default=dict),
    # submitted, accepted, returned, zero (nothing to report), withdrawn.
    Column("state", String(10), nullable=False),
    Column("timing", String(10), nullable=False),
    # The mark of the row as it was then: a record keeps the meaning it was written with.
    Column("version", String(12), nullable=False),
    ref("person_id", "person", nullable=False),
    Column("made_at", Instant, nullable=False),
    Index("ix_report_row_unit", "row", "unit_id", "day"),
)
Index(
    "uq_report_standing", report.c.row, report.c.unit_id, report.c.period, report.c.sequence, unique=True,
    **where("state <> 'withdrawn'"),
)  # fmt: skip

# What a report said before it was corrected, and each decision about it.
report_step = Table(
    "report_step",
    metadata,
    id_column(),
    ref("report_id", "report", nullable=False, index=True),
    ref("person_id", "person", nullable=False),
    # corrected, withdrawn, restored, accepted, returned.
    Column("action", String(10), nullable=False),
    # A word from a list (材料不全 …), never free text.
    Column("reason", String(20), nullable=False, default=""),
    Column("before", JSON, nullable=False, default=dict),
    Column("at", Instant, nullable=False),
)

# Flows added up by week and by month; `measure` is a field, `choice` one of its choices; empty: the reports themselves.
tally = Table(
    "tally",
    metadata,
    Column("period", String(8), primary_key=True),
    ref("unit_id", "unit", primary_key=True),
    Column("row", String(30), primary_key=True),
    Column("measure", String(20), primary_key=True),
    Column("choice", String(20), primary_key=True),
    # In hundredths, so that sums are exact.
    Column("total", BigInteger, nullable=False),
    # How many of its reports said 余/多 (ge), 近 (lt), 约 (approx).
    Column("over", Integer, nullable=False, default=0, server_default="0"),
    Column("under", Integer, nullable=False, default=0, server_default="0"),
    Column("about", Integer, nullable=False, default=0, server_default="0"),
    sqlite_with_rowid=False,
)

# Who or what holds a place of a roster row, from a day to a day; without an end: until further notice.
holding = Table(
    "holding",
    metadata,
    id_column(),
    ref("unit_id", "unit", nullable=False),
    Column("row", String(30), nullable=False),
    # Sealed: volunteers and counselors without an account of their own.
    Column("name", LargeBinary),
    Column("figures", JSON, nullable=False, default=dict),
    Column("since", Date, nullable=False),
    Column("until", Date),
    # The first day on which it is no longer held, where it was ended before its time.
    Column("ended", Date),
    ref("person_id", "person", nullable=False),
    Column("made_at", Instant, nullable=False),
    Index("ix_holding_row_unit", "row", "unit_id"),
)

# A case of a row, with its number, state and last day.
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

# A form of the superior, to be filled with figures; without content its file is still to come.
form = Table(
    "form",
    metadata,
    id_column(),
    ref("unit_id", "unit", nullable=False, index=True),
    # Cleared words.
    Column("name", String(20), nullable=False),
    # Whether it is a docx, else an xlsx; the file is sealed.
    Column("document", Boolean, nullable=False),
    Column("content", LargeBinary),
    ref("person_id", "person", nullable=False, index=True),
    # What its file is fetched by, while it is on its way.
    Column("ref", String(400)),
    Column("made_at", Instant, nullable=False),
)
