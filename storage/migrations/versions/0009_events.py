"""Events of several units, campaigns, the issue of a series, and whether a check-in came in time."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _tables()
    _checkin()
    op.execute("ALTER TABLE rollup RENAME COLUMN checkins TO events")
    for name in ("late", "backfilled"):
        op.add_column("rollup", sa.Column(name, sa.Integer(), server_default="0", nullable=False))


def _tables() -> None:
    op.create_table(
        "event",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("activity", sa.String(length=20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index(op.f("ix_event_day"), "event", ["day"])
    op.create_table(
        "participation",
        sa.Column("event_id", ID, nullable=False),
        sa.Column("unit_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_participation_event_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_participation_unit_id")),
        sa.PrimaryKeyConstraint("event_id", "unit_id", name=op.f("pk_participation")),
    )
    op.create_index(op.f("ix_participation_unit_id"), "participation", ["unit_id"])
    op.create_table(
        "campaign",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("unit_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("title", sa.String(length=40), nullable=False),
        sa.Column("activity", sa.String(length=20), nullable=False),
        sa.Column("issue", sa.Integer(), nullable=False),
        sa.Column("grades", sa.JSON(), nullable=False),
        sa.Column("begins_at", sa.DateTime(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_campaign_unit_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_campaign_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
    )
    op.create_index(op.f("ix_campaign_unit_id"), "campaign", ["unit_id"])


def _checkin() -> None:
    kind = "BIGINT" if op.get_bind().dialect.name == "postgresql" else "INTEGER"
    for name in ("event", "campaign"):
        # In words: Alembic would copy the whole table on SQLite to add a key that refers to another one.
        op.execute(
            f"ALTER TABLE checkin ADD COLUMN {name}_id {kind} CONSTRAINT fk_checkin_{name}_id REFERENCES {name} (id)"
        )
        _partial(f"ix_checkin_{name}", [f"{name}_id"], f"{name}_id is not null")
    op.add_column("checkin", sa.Column("issue", sa.Integer(), server_default="0", nullable=False))
    op.add_column("checkin", sa.Column("timing", sa.String(length=10), server_default="on_time", nullable=False))
    _partial("ix_checkin_issue", ["issue", "day"], "issue > 0")
    op.drop_index("uq_checkin_valid", "checkin")
    _partial("uq_checkin_valid", ["unit_id", "day", "activity", "issue"], "state = 'valid'", unique=True)


def _partial(name: str, columns: list[str], where: str, unique: bool = False) -> None:
    op.create_index(
        name, "checkin", columns, unique=unique, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
    )
