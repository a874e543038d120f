"""What chats have of their own: groups and their units, chats that moved, albums, places, files a platform keeps."""

from sqlalchemy import Boolean, Column, Float, String, Table, UniqueConstraint, text

from storage.tables.base import Instant, id_column, metadata, ref

# A group, or a topic of one, that gets its unit's digest; `week` is the last one that it got.
group_chat = Table(
    "group_chat",
    metadata,
    id_column(),
    Column("channel", String(20), nullable=False),
    Column("chat", String(80), nullable=False),
    # Empty: the group as a whole.
    Column("topic", String(20), nullable=False, default="", server_default=text("''")),
    ref("unit_id", "unit", nullable=False, index=True),
    # Empty: by the operator, in the settings.
    ref("bound_by", "person"),
    Column("bound_at", Instant, nullable=False),
    Column("reachable", Boolean, nullable=False, default=True),
    Column("week", String(8), nullable=False, default=""),
    UniqueConstraint("channel", "chat", "topic"),
)

# A chat that the platform gave another id: what was written under the old one keeps its meaning.
moved_chat = Table(
    "moved_chat",
    metadata,
    Column("channel", String(20), primary_key=True),
    Column("old", String(80), primary_key=True),
    Column("new", String(80), nullable=False),
    Column("at", Instant, nullable=False),
)

# Photos that were sent together and arrive one by one: they belong to one check-in and get one answer.
album = Table(
    "album",
    metadata,
    Column("channel", String(20), primary_key=True),
    Column("chat", String(80), primary_key=True),
    Column("name", String(80), primary_key=True),
    # The first of its messages: its answer is the album's.
    ref("inbox_id", "inbox", nullable=False, index=True),
    ref("checkin_id", "checkin"),
    Column("at", Instant, nullable=False, index=True),
)

# Where a check-in was, as its sender says: no proof of having been there.
place = Table(
    "place",
    metadata,
    id_column(),
    ref("checkin_id", "checkin", nullable=False, index=True),
    ref("inbox_id", "inbox", nullable=False, index=True),
    ref("person_id", "person", nullable=False),
    Column("latitude", Float, nullable=False),
    Column("longitude", Float, nullable=False),
    Column("at", Instant, nullable=False),
)

# A file made from the same recipe and values need not be uploaded twice: the platform knows it as `ref`.
sent_file = Table(
    "sent_file",
    metadata,
    Column("channel", String(20), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("ref", String(250), nullable=False),
    Column("at", Instant, nullable=False, index=True),
)
