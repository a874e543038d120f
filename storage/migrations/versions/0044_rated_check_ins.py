"""How many check-ins an attendance rate is over, and at how many fewer than half were: counted anew for the past."""

from collections import defaultdict
from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"

_SUMS = ("events", "attended", "rated_due", "rated_attended")
_ROLLUP = sa.table("rollup", *map(sa.column, ("week", "unit_id", "activity", *_SUMS, "rated", "doubtful")))
_KEY = [_ROLLUP.c[name] for name in ("week", "unit_id", "activity")]


def upgrade() -> None:
    for name in ("rated", "doubtful"):
        op.add_column("rollup", sa.Column(name, sa.Integer, nullable=False, server_default="0"))
    db = op.get_bind()
    told = sa.text(
        "SELECT unit_id, activity, day, count(*), sum(CASE WHEN 2 * attended < due THEN 1 ELSE 0 END) FROM checkin"
        " WHERE state = 'valid' AND due > 0 GROUP BY unit_id, activity, day"
    )
    found: dict[tuple[str, int, str], list[int]] = defaultdict(lambda: [0, 0])
    for unit_id, activity, day, count, doubtful in db.execute(told):
        year, week, _ = (day if isinstance(day, date) else date.fromisoformat(day)).isocalendar()
        both = found[f"{year}-W{week:02}", unit_id, activity]
        both[:] = both[0] + count, both[1] + int(doubtful)
    # Of a squad below an event of the whole school nothing was counted before.
    there = set(map(tuple, db.execute(sa.select(*_KEY))))
    if missing := [dict(zip(("week", "unit_id", "activity"), key, strict=True)) for key in found if key not in there]:
        db.execute(sa.insert(_ROLLUP), [{**each, **dict.fromkeys(_SUMS, 0)} for each in missing])
    where = [column == sa.bindparam(f"of_{column.name}") for column in _KEY]
    rows = [
        {"of_week": week, "of_unit_id": unit_id, "of_activity": activity, "count": both[0], "fewer": both[1]}
        for (week, unit_id, activity), both in found.items()
    ]
    if rows:
        counted = sa.update(_ROLLUP).where(*where).values(rated=sa.bindparam("count"), doubtful=sa.bindparam("fewer"))
        db.execute(counted, rows)
