"""What units were before, classes and their years, plans of roster files."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PATH = sa.String(length=255).with_variant(sa.String(length=255, collation="C"), "postgresql")


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
    active = sa.text("active")
    op.create_index(
        "uq_unit_name", "unit", ["parent_id", "name"], unique=True, sqlite_where=active, postgresql_where=active
    )
    op.create_index("ix_unit_name", "unit", ["name", "path"])


def _unit_past() -> None:
    op.create_table(
        "unit_past",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("unit_id", ID, nullable=False),
        sa.Column("parent_id", ID, nullable=True),
        sa.Column("school_id", ID, nullable=True),
        sa.Column("path", PATH, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=True),
        sa.Column("class_no", sa.Integer(), nullable=True),
        sa.Column("members", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("active_from", sa.Date(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_past_unit_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_past_parent_id")),
        sa.ForeignKeyConstraint(["school_id"], ["unit.id"], name=op.f("fk_unit_past_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_past")),
    )
    op.create_index(op.f("ix_unit_past_unit_id"), "unit_past", ["unit_id"])
    op.create_index("ix_unit_past_path", "unit_past", ["path", "until"])


def _people() -> None:
    for table, column, target in (
        ("invite", "person_id", "person"),
        ("invite", "from_id", "person"),
        ("role_grant", "deputy_for", "person"),
        ("person", "school_id", "unit"),
        ("nomination", "keeper_id", "person"),
    ):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column(column, ID, nullable=True))
            batch.create_foreign_key(op.f(f"fk_{table}_{column}"), target, [column], ["id"])
    op.create_index(op.f("ix_nomination_keeper_id"), "nomination", ["keeper_id"])


def _rosters() -> None:
    op.create_table(
        "roster_batch",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("paths", sa.JSON(), nullable=False),
        sa.Column("seen", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_roster_batch_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_batch")),
    )
    op.create_table(
        "staged",
        sa.Column("batch_id", ID, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=10), nullable=False),
        sa.Column("ref", sa.Integer(), nullable=True),
        sa.Column("row_id", ID, nullable=True),
        sa.Column("unit_ref", sa.Integer(), nullable=True),
        sa.Column("unit_id", ID, nullable=True),
        sa.Column("person_ref", sa.Integer(), nullable=True),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("depth", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=True),
        sa.Column("grade", sa.Integer(), nullable=True),
        sa.Column("class_no", sa.Integer(), nullable=True),
        sa.Column("members", sa.Integer(), nullable=True),
        sa.Column("aliases", sa.JSON(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=True),
        sa.Column("entry_year", sa.Integer(), nullable=True),
        sa.Column("active_from", sa.Date(), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=True),
        sa.Column("channel", sa.String(length=20), nullable=True),
        sa.Column("address", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["roster_batch.id"], name=op.f("fk_staged_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", "place", name=op.f("pk_staged")),
    )
    op.create_index("ix_staged_ref", "staged", ["batch_id", "part", "ref"])


def _school_years() -> None:
    """The names of the classes are of the school year in which the tree was last changed."""
    db = op.get_bind()
    unit = sa.table("unit", sa.column("kind"), sa.column("school_year"))
    fact = sa.table("fact", sa.column("name"), sa.column("at", sa.DateTime()))
    at = db.scalar(sa.select(fact.c.at).where(fact.c.name == "tree"))
    if at is not None:
        year = at.year if at.month >= 9 else at.year - 1
        db.execute(sa.update(unit).where(unit.c.kind == "学校").values(school_year=year))
