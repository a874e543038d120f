"""Consents, requests of guardians, leaks; what the nightly clean-up needs to find what is past its time."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("child") as batch:
        batch.add_column(sa.Column("keep_until", sa.Date(), nullable=True))
        batch.add_column(sa.Column("erased_at", sa.DateTime(), nullable=True))
    with op.batch_alter_table("nomination") as batch:
        batch.add_column(sa.Column("forgotten_at", sa.DateTime(), nullable=True))
    for table in ("checkin", "file", "place", "album"):
        op.create_index(op.f(f"ix_{table}_inbox_id"), table, ["inbox_id"])
    op.create_index(op.f("ix_nomination_child_id"), "nomination", ["child_id"])
    _consent()
    _guardian_request()
    _incident()


def _person(name: str, table: str, nullable: bool = False) -> list[sa.Column | sa.ForeignKeyConstraint]:
    return [
        sa.Column(name, ID, nullable=nullable),
        sa.ForeignKeyConstraint([name], ["person.id"], name=op.f(f"fk_{table}_{name}")),
    ]


def _consent() -> None:
    op.create_table(
        "consent",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("child_id", ID, nullable=False),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("photos", sa.Boolean(), nullable=True),
        *_person("recorded_by", "consent"),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_consent_child_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_child_id"), "consent", ["child_id"])
    standing = sa.text("ended_at is null")
    op.create_index(
        "uq_consent_standing", "consent", ["child_id"], unique=True, sqlite_where=standing, postgresql_where=standing
    )


def _guardian_request() -> None:
    op.create_table(
        "guardian_request",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("unit_id", ID, nullable=False),
        sa.Column("child_id", ID, nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("wish", sa.LargeBinary(), nullable=True),
        *_person("received_by", "guardian_request"),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        *_person("settled_by", "guardian_request", nullable=True),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.Column("outcome", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_guardian_request_unit_id")),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_guardian_request_child_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardian_request")),
        sa.UniqueConstraint("number", name=op.f("uq_guardian_request_number")),
    )
    op.create_index(op.f("ix_guardian_request_unit_id"), "guardian_request", ["unit_id"])
    is_open = sa.text("state = 'open'")
    op.create_index(
        "ix_guardian_request_open", "guardian_request", ["due"], sqlite_where=is_open, postgresql_where=is_open
    )


def _incident() -> None:
    op.create_table(
        "incident",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("unit_id", ID, nullable=False),
        sa.Column("what", sa.LargeBinary(), nullable=True),
        *_person("opened_by", "incident"),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_incident_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        sa.UniqueConstraint("number", name=op.f("uq_incident_number")),
    )
    op.create_index(op.f("ix_incident_unit_id"), "incident", ["unit_id"])
    op.create_table(
        "incident_step",
        sa.Column("incident_id", ID, nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        *_person("person_id", "incident_step"),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_incident_step_incident_id")),
        sa.PrimaryKeyConstraint("incident_id", "step", name=op.f("pk_incident_step")),
    )
