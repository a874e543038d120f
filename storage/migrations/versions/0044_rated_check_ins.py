"""How many check-ins an attendance rate is over: counted anew for what has been reported."""

from collections import Counter
from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"

_ROLLUP = sa.table("rollup", *map(sa.column, ("week", "unit_id", "activity", "rated")))


def upgrade() -> None:
    op.add_column("rollup", sa.Column("rated", sa.Integer, nullable=False, server_default="0"))
    db = op.get_bind()
    told = sa.text(
        "SELECT unit_id, activity, day, count(*) FROM checkin WHERE state = 'valid' AND due > 0"
        " GROUP BY unit_id, activity, day"
    )
    found: Counter[tuple[str, int, str]] = Counter()
    for unit_id, activity, day, count in db.execute(told):
        year, week, _ = (day if isinstance(day, date) else date.fromisoformat(day)).isocalendar()
        found[f"{year}-W{week:02}", unit_id, activity] += count
    where = [_ROLLUP.c[name] == sa.bindparam(f"of_{name}") for name in ("week", "unit_id", "activity")]
    rows = [
        {"of_week": week, "of_unit_id": unit_id, "of_activity": activity, "count": count}
        for (week, unit_id, activity), count in found.items()
    ]
    if rows:
        db.execute(sa.update(_ROLLUP).where(*where).values(rated=sa.bindparam("count")), rows)
