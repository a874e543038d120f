"""How often somebody has done today what is limited a day; of yesterday nothing is kept."""

from datetime import date

from sqlalchemy import Connection, case, delete

from storage.base.upsert import insert_into
from storage.tables import daily_count


def count(db: Connection, who: str, what: str, today: date) -> int:
    """Once more today: how often it is now."""
    db.execute(delete(daily_count).where(daily_count.c.day != today))
    first = insert_into(db.dialect.name, daily_count).values(who=who, what=what, day=today, count=1)
    more = case((daily_count.c.day == today, daily_count.c.count + 1), else_=1)
    again = first.on_conflict_do_update(index_elements=["who", "what"], set_={"day": today, "count": more})
    return int(db.scalar(again.returning(daily_count.c.count)) or 1)
