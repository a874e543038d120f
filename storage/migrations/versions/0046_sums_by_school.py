"""The sums of a week by school, beside those by unit: added up anew for the past."""

from datetime import date, timedelta

import sqlalchemy as sa
from alembic import op

from storage.tables.base import Id

revision = "0046"
down_revision = "0045"

# Only these words are put into the statements.
_SUMS = ("events", "attended", "rated_due", "rated_attended", "late", "backfilled", "rated", "doubtful")
_WIDER = "kind <> '中队'"
# Each unit as it was in the week.
_STOOD = """
    SELECT id, school_id, kind, active, active_from FROM unit WHERE since <= :first
    AND NOT EXISTS (SELECT 1 FROM unit_past p WHERE p.unit_id = unit.id AND p.since <= :first AND p.until > :first)
    UNION ALL SELECT unit_id, school_id, kind, active, active_from FROM unit_past
    WHERE since <= :first AND until > :first
"""
_BY_ACTIVITY = f"""
    INSERT INTO school_rollup (week, unit_id, activity, {", ".join(_SUMS)}, squads, teams)
    SELECT week, coalesce(u.school_id, u.id), activity, {", ".join(f"sum({name})" for name in _SUMS)},
    sum(CASE WHEN events > 0 AND u.kind = '中队' THEN 1 ELSE 0 END), 0
    FROM rollup JOIN ({_STOOD}) u ON u.id = rollup.unit_id WHERE week = :week GROUP BY 1, 2, 3
"""  # nosec B608
# Per unit first, since a squad that held two activities has reported once.
_OF_ALL = f"""
    INSERT INTO school_rollup (week, unit_id, activity, {", ".join(_SUMS)}, squads, teams)
    SELECT :week, school, '', {", ".join(f"sum({name})" for name in _SUMS)},
    sum(CASE WHEN told = 1 AND is_due = 1 THEN 1 ELSE 0 END), sum(CASE WHEN told = 1 AND is_team = 1 THEN 1 ELSE 0 END)
    FROM (
        SELECT coalesce(u.school_id, u.id) AS school, max(CASE WHEN events > 0 THEN 1 ELSE 0 END) AS told,
        max(CASE WHEN u.kind = '中队' AND u.active AND (u.active_from IS NULL OR u.active_from <= :last)
        THEN 1 ELSE 0 END) AS is_due,
        max(CASE WHEN u.kind <> '中队' AND u.school_id <> u.id THEN 1 ELSE 0 END) AS is_team,
        {", ".join(f"sum({name}) AS {name}" for name in _SUMS)}
        FROM rollup JOIN ({_STOOD}) u ON u.id = rollup.unit_id WHERE week = :week GROUP BY u.id, u.school_id
    ) squads GROUP BY school
"""  # nosec B608


def upgrade() -> None:
    op.create_table(
        "school_rollup",
        sa.Column("week", sa.String(8), primary_key=True),
        sa.Column("unit_id", Id, sa.ForeignKey("unit.id"), primary_key=True),
        sa.Column("activity", sa.String(20), primary_key=True),
        *(sa.Column(name, sa.Integer, nullable=False) for name in (*_SUMS, "squads", "teams")),
        sqlite_with_rowid=False,
    )
    is_squad = "kind = '中队' and active"
    where = {"sqlite_where": sa.text(f"{is_squad} = 1"), "postgresql_where": sa.text(is_squad)}
    op.create_index("ix_unit_squads", "unit", ["school_id", "since", "active_from", "path"], **where)
    op.create_index("ix_unit_wider", "unit", ["path"], sqlite_where=sa.text(_WIDER), postgresql_where=sa.text(_WIDER))
    db = op.get_bind()
    first, last = (sa.bindparam(name, type_=sa.Date()) for name in ("first", "last"))
    by_activity, of_all = sa.text(_BY_ACTIVITY).bindparams(first), sa.text(_OF_ALL).bindparams(first, last)
    for week in db.scalars(sa.text("SELECT DISTINCT week FROM rollup")).all():
        monday = date.fromisocalendar(int(week[:4]), int(week[6:]), 1)
        db.execute(by_activity, {"week": week, "first": monday})
        db.execute(of_all, {"week": week, "first": monday, "last": monday + timedelta(days=6)})
