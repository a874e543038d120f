"""What units were before, classes and their years, plans of roster files."""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import Id, Path, id_column, ref, where

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    _units()
    _unit_past()
    op.create_index(op.f("ix_person_name"), "person", ["name"])
    _people()
    _rosters()
    _school_years()


def _units() -> None:
    with op.batch_alter_table("unit") as batch:
        batch.add_column(sa.Column("entry_year", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("active_from", sa.Date(), nullable=True))
        batch.add_column(sa.Column("active_to", sa.Date(), nullable=True))
        batch.add_column(sa.Column("since", sa.Date(), server_default="0001-01-01", nullable=False))
        batch.add_column(sa.Column("last_grade", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("school_year", sa.Integer(), nullable=True))
        batch.drop_constraint("uq_unit_parent_id_name", type_="unique")
    op.create_index("uq_unit_name", "unit", ["parent_id", "name"], unique=True, **where("active"))
    op.create_index("ix_unit_parent", "unit", ["parent_id", "name"])
    op.create_index("ix_unit_name", "unit", ["name", "path"])


def _unit_past() -> None:
    op.create_table(
        "unit_past",
        id_column(),
        ref("unit_id", "unit", nullable=False, index=True),
        ref("parent_id", "unit"),
        ref("school_id", "unit"),
        sa.Column("path", Path, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("grade", sa.Integer),
        sa.Column("class_no", sa.Integer),
        sa.Column("members", sa.Integer),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("active_from", sa.Date),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("until", sa.Date, nullable=False),
        sa.Index("ix_unit_past_path", "path", "until"),
    )


def _people() -> None:
    for table, column, target in (
        ("invite", "person_id", "person"),
        ("invite", "from_id", "person"),
        ("role_grant", "deputy_for", "person"),
        ("person", "school_id", "unit"),
        ("nomination", "keeper_id", "person"),
    ):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column(column, Id, nullable=True))
            batch.create_foreign_key(op.f(f"fk_{table}_{column}"), target, [column], ["id"])
    for column in ("keeper_id", "nominator_id"):
        op.create_index(op.f(f"ix_nomination_{column}"), "nomination", [column])


def _rosters() -> None:
    op.create_table(
        "roster_batch",
        id_column(),
        ref("person_id", "person"),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("paths", sa.JSON, nullable=False),
        sa.Column("seen", sa.String(64), nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "staged",
        ref("batch_id", "roster_batch", primary_key=True),
        sa.Column("place", sa.Integer, primary_key=True),
        sa.Column("part", sa.String(10), nullable=False),
        sa.Column("ref", sa.Integer),
        sa.Column("row_id", Id),
        sa.Column("unit_ref", sa.Integer),
        sa.Column("unit_id", Id),
        sa.Column("person_ref", sa.Integer),
        sa.Column("person_id", Id),
        sa.Column("depth", sa.Integer),
        sa.Column("name", sa.String(80)),
        sa.Column("kind", sa.String(20)),
        sa.Column("grade", sa.Integer),
        sa.Column("class_no", sa.Integer),
        sa.Column("members", sa.Integer),
        sa.Column("aliases", sa.JSON),
        sa.Column("active", sa.Boolean),
        sa.Column("entry_year", sa.Integer),
        sa.Column("active_from", sa.Date),
        sa.Column("role", sa.String(20)),
        sa.Column("channel", sa.String(20)),
        sa.Column("address", sa.String(80)),
        sa.Index("ix_staged_ref", "batch_id", "part", "ref"),
    )


def _school_years() -> None:
    """The names of the classes are of the school year in which the tree was last changed."""
    db = op.get_bind()
    unit = sa.table("unit", sa.column("kind"), sa.column("school_year"))
    fact = sa.table("fact", sa.column("name"), sa.column("at", sa.DateTime()))
    at = db.scalar(sa.select(fact.c.at).where(fact.c.name == "tree"))
    if at is not None:
        year = at.year if at.month >= 9 else at.year - 1
        db.execute(sa.update(unit).where(unit.c.kind == "学校").values(school_year=year))
