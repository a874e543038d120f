"""Every table of the bot, one place to look them up; the migrations repeat them step by step."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An instant: aware in Python, stored as naive UTC, the same on both databases."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware → naive UTC; a naive value is a bug and raises."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Naive UTC → aware."""
        return None if value is None else value.replace(tzinfo=UTC)


Id = BigInteger().with_variant(Integer, "sqlite")
# Paths are compared byte by byte, so that a subtree is one range of the index on every database.
Path = String(255).with_variant(String(255, collation="C"), "postgresql")


def _id() -> Column[int]:
    return Column("id", Id, primary_key=True, autoincrement=True)


def _ref(name: str, target: str, **more: Any) -> Column[int]:
    return Column(name, Id, ForeignKey(f"{target}.id"), **more)


unit = Table(
    "unit",
    metadata,
    _id(),
    _ref("parent_id", "unit"),
    _ref("school_id", "unit"),
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
    _id(),
    Column("name", String(40), nullable=False),
    Column("joined_at", Instant, nullable=False),
)

account = Table(
    "account",
    metadata,
    _id(),
    _ref("person_id", "person", nullable=False, index=True),
    Column("channel", String(20), nullable=False),
    Column("address", String(80), nullable=False),
    Column("reachable", Boolean, nullable=False, default=True),
    UniqueConstraint("channel", "address"),
)

# A role at a unit: what its holder may do in that unit and everything below it.
grant = Table(
    "role_grant",
    metadata,
    _id(),
    _ref("person_id", "person", nullable=False),
    _ref("unit_id", "unit", nullable=False, index=True),
    Column("role", String(20), nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant),
    UniqueConstraint("person_id", "unit_id", "role"),
)

invite = Table(
    "invite",
    metadata,
    _id(),
    Column("code_hash", String(64), nullable=False, unique=True),
    _ref("unit_id", "unit", nullable=False),
    Column("role", String(20), nullable=False),
    _ref("made_by", "person"),
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    _ref("used_by", "person"),
)

wrong_code = Table(
    "wrong_code",
    metadata,
    _id(),
    Column("channel", String(20), nullable=False),
    Column("address", String(80), nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_wrong_code_sender", "channel", "address", "at"),
)

inbox = Table(
    "inbox",
    metadata,
    _id(),
    Column("channel", String(20), nullable=False),
    Column("message_id", String(120), nullable=False),
    Column("batch", String(16), nullable=False),
    Column("chat", String(80), nullable=False),
    Column("sender", String(80), nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("state", String(10), nullable=False),
    # Only of a failed message: the sealed message and the sealed traceback, for `replay`.
    Column("payload", LargeBinary),
    Column("error", LargeBinary),
    UniqueConstraint("channel", "message_id"),
    Index("ix_inbox_failed", "id", sqlite_where=text("state = 'failed'"), postgresql_where=text("state = 'failed'")),
)

outbox = Table(
    "outbox",
    metadata,
    _id(),
    Column("channel", String(20), nullable=False),
    Column("chat", String(80), nullable=False),
    _ref("inbox_id", "inbox", index=True),
    _ref("person_id", "person"),
    Column("lane", String(10), nullable=False),
    Column("body", LargeBinary),
    Column("state", String(10), nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("owner", String(16)),
    Column("lease_until", Instant),
    Column("sent_at", Instant),
    Column("platform_id", String(80)),
    Column("error", String(200)),
    Index(
        "ix_outbox_open",
        "channel",
        "state",
        "due_at",
        sqlite_where=text("state in ('new', 'claimed')"),
        postgresql_where=text("state in ('new', 'claimed')"),
    ),
    Index(
        "ix_outbox_chat",
        "channel",
        "chat",
        "id",
        sqlite_where=text("state in ('new', 'claimed')"),
        postgresql_where=text("state in ('new', 'claimed')"),
    ),
    Index("ix_outbox_sent", "sent_at"),
)

# The buttons of one sent card: a press names the token and the place in `commands`.
card = Table(
    "card",
    metadata,
    Column("token", String(24), primary_key=True),
    Column("channel", String(20), nullable=False),
    Column("chat", String(80), nullable=False),
    _ref("person_id", "person"),
    Column("commands", JSON, nullable=False),
    Column("made_at", Instant, nullable=False, index=True),
)

# One open question a person and chat; what is known so far is sealed.
dialogue = Table(
    "dialogue",
    metadata,
    Column("channel", String(20), primary_key=True),
    Column("chat", String(80), primary_key=True),
    Column("sender", String(80), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

checkin = Table(
    "checkin",
    metadata,
    _id(),
    _ref("unit_id", "unit", nullable=False),
    _ref("person_id", "person", nullable=False),
    _ref("inbox_id", "inbox", nullable=False),
    Column("activity", String(20), nullable=False),
    Column("day", Date, nullable=False),
    Column("topic", String(60), nullable=False, default=""),
    Column("due", Integer),
    Column("attended", Integer, nullable=False),
    Column("others", JSON, nullable=False, default=dict),
    Column("state", String(10), nullable=False),
    Column("made_at", Instant, nullable=False),
    # One valid check-in a squad, activity and day: a double report cannot be counted.
    Index(
        "uq_checkin_valid",
        "unit_id",
        "day",
        "activity",
        unique=True,
        sqlite_where=text("state = 'valid'"),
        postgresql_where=text("state = 'valid'"),
    ),
    Index("ix_checkin_person", "person_id", "id"),
)

# Earlier states of a corrected or withdrawn check-in.
checkin_version = Table(
    "checkin_version",
    metadata,
    _id(),
    _ref("checkin_id", "checkin", nullable=False, index=True),
    _ref("person_id", "person", nullable=False),
    Column("before", JSON, nullable=False),
    Column("at", Instant, nullable=False, index=True),
)

rollup = Table(
    "rollup",
    metadata,
    Column("week", String(8), primary_key=True),
    Column("unit_id", Id, ForeignKey("unit.id"), primary_key=True),
    Column("activity", String(20), primary_key=True),
    Column("checkins", Integer, nullable=False),
    Column("attended", Integer, nullable=False),
    # Over the check-ins that have both, for the attendance rate.
    Column("rated_due", Integer, nullable=False),
    Column("rated_attended", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# What was said on Monday 08:00, kept as said.
digest = Table(
    "digest",
    metadata,
    Column("unit_id", Id, ForeignKey("unit.id"), primary_key=True),
    Column("week", String(8), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("body", JSON, nullable=False),
    Column("made_at", Instant, nullable=False),
)

file = Table(
    "file",
    metadata,
    _id(),
    _ref("inbox_id", "inbox", nullable=False),
    _ref("person_id", "person"),
    _ref("checkin_id", "checkin", index=True),
    Column("channel", String(20), nullable=False),
    Column("chat", String(80), nullable=False),
    Column("ref", String(250), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("state", String(10), nullable=False),
    Column("sha256", String(64)),
    Column("size", Integer),
    Column("mime", String(60)),
    Column("attempts", Integer, nullable=False, default=0),
    Column("due_at", Instant, nullable=False),
    Index("ix_file_wanted", "due_at", sqlite_where=text("state = 'wanted'"), postgresql_where=text("state = 'wanted'")),
)

# One reminder to one person: unique, so that it goes out once however many processes lay it out.
delivery = Table(
    "delivery",
    metadata,
    _id(),
    Column("occurrence", String(80), nullable=False),
    Column("lead", Integer, nullable=False),
    _ref("person_id", "person", nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("day", Date, nullable=False),
    Column("channel", String(20), nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("payload", JSON, nullable=False, default=dict),
    Column("state", String(10), nullable=False),
    Column("late", Boolean, nullable=False, default=False),
    Column("settled_at", Instant),
    UniqueConstraint("occurrence", "lead", "person_id"),
    Index("ix_delivery_due", "due_at", sqlite_where=text("state = 'new'"), postgresql_where=text("state = 'new'")),
)

# The only table with children's names; sealed, found again by a keyed hash.
child = Table(
    "child",
    metadata,
    _id(),
    _ref("unit_id", "unit", nullable=False),
    Column("name", LargeBinary, nullable=False),
    Column("name_key", String(64), nullable=False),
    UniqueConstraint("unit_id", "name_key"),
)

nomination = Table(
    "nomination",
    metadata,
    _id(),
    Column("number", String(20), nullable=False, unique=True),
    _ref("unit_id", "unit", nullable=False),
    # Empty for a collective: the unit itself is the nominee.
    _ref("child_id", "child"),
    Column("medal", String(40), nullable=False),
    Column("term", String(10), nullable=False),
    _ref("nominator_id", "person", nullable=False),
    Column("reason", LargeBinary),
    Column("state", String(12), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("week", String(8), nullable=False),
    Index(
        "uq_nomination_child",
        "child_id",
        "medal",
        "term",
        unique=True,
        sqlite_where=text("state in ('submitted', 'approved') and child_id is not null"),
        postgresql_where=text("state in ('submitted', 'approved') and child_id is not null"),
    ),
    Index(
        "uq_nomination_unit",
        "unit_id",
        "medal",
        "term",
        unique=True,
        sqlite_where=text("state in ('submitted', 'approved') and child_id is null"),
        postgresql_where=text("state in ('submitted', 'approved') and child_id is null"),
    ),
    Index("ix_nomination_week", "week", "unit_id"),
)

# Who did what to a nomination, when and why.
nomination_step = Table(
    "nomination_step",
    metadata,
    _id(),
    _ref("nomination_id", "nomination", nullable=False, index=True),
    _ref("person_id", "person", nullable=False),
    Column("state", String(12), nullable=False),
    Column("reason", LargeBinary),
    Column("at", Instant, nullable=False),
)

# Held by one process at a time: a channel's poller, its sender.
lease = Table(
    "lease",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("owner", String(16), nullable=False),
    Column("until", Instant, nullable=False),
)

# Small facts of the installation: the next Telegram offset, the practice clock.
fact = Table(
    "fact",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
    Column("at", Instant, nullable=False),
)

# What the phones of the practice page show; belongs to the practice channel.
screen = Table(
    "screen",
    metadata,
    _id(),
    Column("person", String(80), nullable=False),
    Column("key", String(120), nullable=False),
    Column("bubble", LargeBinary, nullable=False),
    UniqueConstraint("person", "key"),
    Index("ix_screen_person", "person", "id"),
)
