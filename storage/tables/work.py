"""What counselors do: check-ins and their sums, reminders, nominations."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from storage.tables.base import Id, Instant, id_column, metadata, ref, where

checkin = Table(
    "checkin",
    metadata,
    id_column(),
    ref("unit_id", "unit", nullable=False),
    ref("person_id", "person", nullable=False),
    ref("inbox_id", "inbox", nullable=False, index=True),
    Column("activity", String(20), nullable=False),
    Column("day", Date, nullable=False),
    Column("topic", String(60), nullable=False, default=""),
    Column("due", Integer),
    Column("attended", Integer, nullable=False),
    Column("others", JSON, nullable=False, default=dict),
    Column("state", String(10), nullable=False),
    Column("made_at", Instant, nullable=False),
    # The event that others took part in as well; empty: this check-in is an event by itself.
    ref("event_id", "event"),
    ref("campaign_id", "campaign"),
    # 第N期 of a series (红领巾爱学习); 0: none.
    Column("issue", Integer, nullable=False, default=0, server_default="0"),
    # The second 队会 of a day is 2.
    Column("sequence", Integer, nullable=False, default=1, server_default="1"),
    # on_time, late, backfilled.
    Column("timing", String(10), nullable=False, default="on_time", server_default="on_time"),
    # One valid check-in a squad, activity, day and place in it: a double report cannot be counted.
    Index(
        "uq_checkin_valid",
        "unit_id",
        "day",
        "activity",
        "issue",
        "sequence",
        unique=True,
        **where("state = 'valid'"),
    ),
    Index("ix_checkin_person", "person_id", "id"),
    Index("ix_checkin_event", "event_id", **where("event_id is not null")),
    Index("ix_checkin_campaign", "campaign_id", **where("campaign_id is not null")),
    Index("ix_checkin_issue", "issue", "day", **where("issue > 0")),
)

# Earlier states of a corrected or withdrawn check-in.
checkin_version = Table(
    "checkin_version",
    metadata,
    id_column(),
    ref("checkin_id", "checkin", nullable=False, index=True),
    ref("person_id", "person", nullable=False),
    Column("before", JSON, nullable=False),
    Column("at", Instant, nullable=False, index=True),
)

rollup = Table(
    "rollup",
    metadata,
    Column("week", String(8), primary_key=True),
    Column("unit_id", Id, ForeignKey("unit.id"), primary_key=True),
    Column("activity", String(20), primary_key=True),
    # 场: what several units share is one in every subtree, so it is taken off where they meet (storage/events.py).
    Column("events", Integer, nullable=False),
    Column("attended", Integer, nullable=False),
    # Over the check-ins that have both, for the attendance rate.
    Column("rated_due", Integer, nullable=False),
    Column("rated_attended", Integer, nullable=False),
    # Check-ins that came late, or after the week was frozen.
    Column("late", Integer, nullable=False, default=0, server_default="0"),
    Column("backfilled", Integer, nullable=False, default=0, server_default="0"),
    # Check-ins that have both numbers, and those of them with fewer than half there.
    Column("rated", Integer, nullable=False, default=0, server_default="0"),
    Column("doubtful", Integer, nullable=False, default=0, server_default="0"),
    sqlite_with_rowid=False,
)

# The same by school, what stands outside of one by itself; without an activity: of all of them together.
school_rollup = Table(
    "school_rollup",
    metadata,
    Column("week", String(8), primary_key=True),
    Column("unit_id", Id, ForeignKey("unit.id"), primary_key=True),
    Column("activity", String(20), primary_key=True),
    *(Column(name, Integer, nullable=False) for name in rollup.c.keys()[3:]),
    # Of an activity: squads that took part; of all: squads that were to report and did.
    Column("squads", Integer, nullable=False),
    # Of all: grades and 小队 that have reported, which may cover squads that have not.
    Column("teams", Integer, nullable=False),
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

# One reminder to one person: unique, so that it goes out once however many processes lay it out.
delivery = Table(
    "delivery",
    metadata,
    id_column(),
    Column("occurrence", String(80), nullable=False),
    Column("lead", Integer, nullable=False),
    ref("person_id", "person", nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("day", Date, nullable=False),
    Column("channel", String(20), nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("payload", JSON, nullable=False, default=dict),
    Column("state", String(10), nullable=False),
    Column("late", Boolean, nullable=False, default=False),
    Column("settled_at", Instant),
    UniqueConstraint("occurrence", "lead", "person_id"),
    Index("ix_delivery_due", "due_at", **where("state = 'new'")),
    Index("ix_delivery_settled", "settled_at"),
)

# The only table with children's names; sealed, found again by a keyed hash.
child = Table(
    "child",
    metadata,
    id_column(),
    ref("unit_id", "unit", nullable=False),
    # Empty once the child has been erased: then the row only holds together what is counted.
    Column("name", LargeBinary, nullable=False),
    Column("name_key", String(64), nullable=False),
    # The last day on which an awarded child's name is kept: a year after leaving the school.
    Column("keep_until", Date),
    Column("erased_at", Instant),
    # The place on the counselor's own list, by which badges are given to a whole class.
    Column("number", Integer),
    # Since when they are a Young Pioneer; empty: not said.
    Column("member_since", Date),
    UniqueConstraint("unit_id", "name_key"),
    Index("uq_child_number", "unit_id", "number", unique=True, **where("number is not null")),
)

STANDING = "state in ('submitted', 'passed', 'notice', 'objection', 'approved')"

nomination = Table(
    "nomination",
    metadata,
    id_column(),
    Column("number", String(20), nullable=False, unique=True),
    ref("unit_id", "unit", nullable=False),
    # Empty for a collective: the unit itself is the nominee.
    ref("child_id", "child", index=True),
    Column("medal", String(40), nullable=False),
    Column("term", String(10), nullable=False),
    ref("nominator_id", "person", nullable=False, index=True),
    Column("reason", LargeBinary),
    Column("state", String(12), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("week", String(8), nullable=False),
    # Since when it holds no reasons and names no child any more: past its time, only counted.
    Column("forgotten_at", Instant),
    # Who looks after it now, when that is no longer the nominator.
    ref("keeper_id", "person", index=True),
    # Why it was approved against a rule (one of a list), and the day on which the medal was handed over.
    Column("exception", String(20)),
    Column("presented_on", Date),
    # The level that it waits for, or that has decided (school, county, city, province, national), and since when.
    Column("level", String(10), nullable=False, server_default="school"),
    Column("since", Instant),
    # The first day of the public notice where it was put up later; the last one, as it would be without an objection.
    Column("notice_from", Date),
    Column("notice_until", Date),
    Index(
        "uq_nomination_child",
        "child_id",
        "medal",
        "term",
        unique=True,
        **where(f"{STANDING} and child_id is not null"),
    ),
    Index(
        "uq_nomination_unit",
        "unit_id",
        "medal",
        "term",
        unique=True,
        **where(f"{STANDING} and child_id is null"),
    ),
    Index("ix_nomination_week", "week", "unit_id"),
)

# Who did what to a nomination, when and why.
nomination_step = Table(
    "nomination_step",
    metadata,
    id_column(),
    ref("nomination_id", "nomination", nullable=False, index=True),
    ref("person_id", "person", nullable=False),
    Column("state", String(12), nullable=False),
    Column("reason", LargeBinary),
    Column("at", Instant, nullable=False),
)
