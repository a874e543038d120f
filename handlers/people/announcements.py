"""Whoever comes to rights over names is announced to the level above: on the next working morning, all at once."""

from datetime import datetime

from sqlalchemy import Connection

from handlers import rights
from handlers.catalogue.loader import calendar_of
from handlers.kit import Due, Reply, Role, Unit
from handlers.registry import due
from scheduling.calendar import DAY
from storage.organisation import units
from storage.people import people
from storage.reminders import deliveries

_SHOWN = 10


def announce(db: Connection, person_id: int, role: Role, at: Unit, now: datetime) -> None:
    """Somebody gets this role at this unit: the nearest level above is to know, if the role weighs."""
    if role not in rights.WEIGHTY or at.parent_id is None:
        return
    holders = people.above(db, rights.GIVERS, units.by_id(db, at.parent_id), now)
    depth = {each.id: max(grant.unit.path.count("/") for grant in each.grants) for each in holders if each.grants}
    nearest = [id for id, length in depth.items() if length == max(depth.values()) and id != person_id]
    calendar = calendar_of(db)
    due_at = calendar.morning_from(now.date() + DAY * (now.time() >= calendar.times.morning))
    day = due_at.date()
    row = {"occurrence": f"appointed:{day}", "lead": 0, "kind": "appointed", "day": day}
    rows = [{**row, "person_id": id, "due_at": due_at} for id in nearest]
    deliveries.gather(db, rows, {"person": person_id, "role": role, "unit": at.id})


@due("appointed", asks=False)
def tell(said: Due) -> Reply | None:
    """Who has come to which role since the last morning, as far as they hold it still."""
    lines = []
    for item in said.payload["items"]:
        person = people.by_id(said.db, item["person"], said.now)
        held = [each for each in person.grants if (each.role, each.unit.id) == (item["role"], item["unit"])]
        lines += [f"· {person.name}：{units.full_name(said.db, each.unit)}的{each.role.label}" for each in held]
    if not lines:
        return None
    more = [f"还有 {len(lines) - _SHOWN} 位。"] if len(lines) > _SHOWN else []
    return Reply(
        "\n".join(["新任职的老师，他们能看到或决定孩子的姓名：", *lines[:_SHOWN], *more, "有不对的，发「角色」看看。"])
    )
