"""What several units do together: events with many participants, campaigns to which units are called."""

from sqlalchemy import JSON, Column, Date, Integer, String, Table, text

from storage.tables.base import Instant, id_column, metadata, ref

# One 场 in which several units take part. What a squad does alone has no row here: its check-in is its event.
event = Table(
    "event",
    metadata,
    id_column(),
    Column("activity", String(20), nullable=False),
    Column("day", Date, nullable=False, index=True),
)

# Units that took part in an event and whose heads are told in the check-in of the whole school or grade.
participation = Table(
    "participation",
    metadata,
    ref("event_id", "event", primary_key=True),
    ref("unit_id", "unit", primary_key=True, index=True),
)

# A call of an admin: the squads of `unit_id` (of these grades; none: all) are due to report between two instants.
campaign = Table(
    "campaign",
    metadata,
    id_column(),
    ref("unit_id", "unit", nullable=False, index=True),
    ref("person_id", "person", nullable=False),
    Column("title", String(40), nullable=False),
    Column("activity", String(20), nullable=False),
    Column("issue", Integer, nullable=False, default=0),
    Column("grades", JSON, nullable=False, default=list),
    Column("begins_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("state", String(10), nullable=False),
    Column("made_at", Instant, nullable=False),
)

# A squad (or all below a unit) need not report from a day to a day: zero (nothing took place), excused.
exemption = Table(
    "exemption",
    metadata,
    id_column(),
    ref("unit_id", "unit", nullable=False, index=True),
    # Which row of the catalogue it need not report; empty: its check-ins.
    Column("row", String(30), nullable=False, default="", server_default=text("''")),
    Column("kind", String(10), nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date, nullable=False),
    ref("person_id", "person", nullable=False),
    Column("made_at", Instant, nullable=False),
)
