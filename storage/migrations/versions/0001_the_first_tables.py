"""the first tables."""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import id_column, ref, where

revision = "0001"
down_revision = None

STANDING = "state in ('submitted', 'approved')"


def upgrade() -> None:
    op.create_table(
        "dialogue",
        sa.Column("channel", sa.String(20), primary_key=True),
        sa.Column("chat", sa.String(80), primary_key=True),
        sa.Column("sender", sa.String(80), primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "fact",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "inbox",
        id_column(),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("message_id", sa.String(120), nullable=False),
        sa.Column("batch", sa.String(16), nullable=False),
        sa.Column("chat", sa.String(80), nullable=False),
        sa.Column("sender", sa.String(80), nullable=False),
        sa.Column("received_at", sa.DateTime, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("payload", sa.LargeBinary),
        sa.Column("error", sa.LargeBinary),
        sa.UniqueConstraint("channel", "message_id"),
        sa.Index("ix_inbox_failed", "id", **where("state = 'failed'")),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("owner", sa.String(16), nullable=False),
        sa.Column("until", sa.DateTime, nullable=False),
    )
    op.create_table(
        "person",
        id_column(),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("joined_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "screen",
        id_column(),
        sa.Column("person", sa.String(80), nullable=False),
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("bubble", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("person", "key"),
        sa.Index("ix_screen_person", "person", "id"),
    )
    op.create_table(
        "unit",
        id_column(),
        ref("parent_id", "unit"),
        ref("school_id", "unit"),
        sa.Column(
            "path",
            sa.String(255).with_variant(sa.String(length=255, collation="C"), "postgresql"),
            nullable=False,
            unique=True,
        ),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("aliases", sa.JSON, nullable=False),
        sa.Column("grade", sa.Integer),
        sa.Column("class_no", sa.Integer),
        sa.Column("members", sa.Integer),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.UniqueConstraint("parent_id", "name"),
        sa.Index("ix_unit_school", "school_id", "grade", "class_no"),
    )
    op.create_table(
        "wrong_code",
        id_column(),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("address", sa.String(80), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Index("ix_wrong_code_sender", "channel", "address", "at"),
    )
    op.create_table(
        "account",
        id_column(),
        ref("person_id", "person", nullable=False, index=True),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("address", sa.String(80), nullable=False),
        sa.Column("reachable", sa.Boolean, nullable=False),
        sa.UniqueConstraint("channel", "address"),
    )
    op.create_table(
        "card",
        sa.Column("token", sa.String(24), primary_key=True),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("chat", sa.String(80), nullable=False),
        ref("person_id", "person"),
        sa.Column("commands", sa.JSON, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False, index=True),
    )
    op.create_table(
        "checkin",
        id_column(),
        ref("unit_id", "unit", nullable=False),
        ref("person_id", "person", nullable=False),
        ref("inbox_id", "inbox", nullable=False),
        sa.Column("activity", sa.String(20), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("topic", sa.String(60), nullable=False),
        sa.Column("due", sa.Integer),
        sa.Column("attended", sa.Integer, nullable=False),
        sa.Column("others", sa.JSON, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Index("ix_checkin_person", "person_id", "id"),
        sa.Index("uq_checkin_valid", "unit_id", "day", "activity", unique=True, **where("state = 'valid'")),
    )
    op.create_table(
        "child",
        id_column(),
        ref("unit_id", "unit", nullable=False),
        sa.Column("name", sa.LargeBinary, nullable=False),
        sa.Column("name_key", sa.String(64), nullable=False),
        sa.UniqueConstraint("unit_id", "name_key"),
    )
    op.create_table(
        "delivery",
        id_column(),
        sa.Column("occurrence", sa.String(80), nullable=False),
        sa.Column("lead", sa.Integer, nullable=False),
        ref("person_id", "person", nullable=False, index=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("due_at", sa.DateTime, nullable=False),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("late", sa.Boolean, nullable=False),
        sa.Column("settled_at", sa.DateTime),
        sa.UniqueConstraint("occurrence", "lead", "person_id"),
        sa.Index("ix_delivery_due", "due_at", **where("state = 'new'")),
    )
    op.create_table(
        "digest",
        ref("unit_id", "unit", primary_key=True),
        sa.Column("week", sa.String(8), primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "invite",
        id_column(),
        sa.Column("code_hash", sa.String(64), nullable=False, unique=True),
        ref("unit_id", "unit", nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        ref("made_by", "person"),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("expires_at", sa.DateTime, nullable=False),
        sa.Column("used_at", sa.DateTime),
        ref("used_by", "person"),
    )
    op.create_table(
        "outbox",
        id_column(),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("chat", sa.String(80), nullable=False),
        ref("inbox_id", "inbox", index=True),
        ref("person_id", "person"),
        sa.Column("lane", sa.String(10), nullable=False),
        sa.Column("body", sa.LargeBinary),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("due_at", sa.DateTime, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("owner", sa.String(16)),
        sa.Column("lease_until", sa.DateTime),
        sa.Column("sent_at", sa.DateTime),
        sa.Column("platform_id", sa.String(80)),
        sa.Column("error", sa.String(200)),
        sa.Index("ix_outbox_chat", "channel", "chat", "id", **where("state in ('new', 'claimed')")),
        sa.Index("ix_outbox_open", "channel", "state", "due_at", **where("state in ('new', 'claimed')")),
        sa.Index("ix_outbox_sent", "sent_at"),
    )
    op.create_table(
        "role_grant",
        id_column(),
        ref("person_id", "person", nullable=False),
        ref("unit_id", "unit", nullable=False, index=True),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("since", sa.DateTime, nullable=False),
        sa.Column("until", sa.DateTime),
        sa.UniqueConstraint("person_id", "unit_id", "role"),
    )
    op.create_table(
        "rollup",
        sa.Column("week", sa.String(8), primary_key=True),
        ref("unit_id", "unit", primary_key=True),
        sa.Column("activity", sa.String(20), primary_key=True),
        sa.Column("checkins", sa.Integer, nullable=False),
        sa.Column("attended", sa.Integer, nullable=False),
        sa.Column("rated_due", sa.Integer, nullable=False),
        sa.Column("rated_attended", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "checkin_version",
        id_column(),
        ref("checkin_id", "checkin", nullable=False, index=True),
        ref("person_id", "person", nullable=False),
        sa.Column("before", sa.JSON, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False, index=True),
    )
    op.create_table(
        "file",
        id_column(),
        ref("inbox_id", "inbox", nullable=False),
        ref("person_id", "person"),
        ref("checkin_id", "checkin", index=True),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("chat", sa.String(80), nullable=False),
        sa.Column("ref", sa.String(250), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("sha256", sa.String(64)),
        sa.Column("size", sa.Integer),
        sa.Column("mime", sa.String(60)),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", sa.DateTime, nullable=False),
        sa.Index("ix_file_wanted", "due_at", **where("state = 'wanted'")),
    )
    op.create_table(
        "nomination",
        id_column(),
        sa.Column("number", sa.String(20), nullable=False, unique=True),
        ref("unit_id", "unit", nullable=False),
        ref("child_id", "child"),
        sa.Column("medal", sa.String(40), nullable=False),
        sa.Column("term", sa.String(10), nullable=False),
        ref("nominator_id", "person", nullable=False),
        sa.Column("reason", sa.LargeBinary),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("week", sa.String(8), nullable=False),
        sa.Index("ix_nomination_week", "week", "unit_id"),
        sa.Index(
            "uq_nomination_child",
            "child_id",
            "medal",
            "term",
            unique=True,
            **where(f"{STANDING} and child_id is not null"),
        ),
        sa.Index(
            "uq_nomination_unit",
            "unit_id",
            "medal",
            "term",
            unique=True,
            **where(f"{STANDING} and child_id is null"),
        ),
    )
    op.create_table(
        "nomination_step",
        id_column(),
        ref("nomination_id", "nomination", nullable=False, index=True),
        ref("person_id", "person", nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("reason", sa.LargeBinary),
        sa.Column("at", sa.DateTime, nullable=False),
    )
