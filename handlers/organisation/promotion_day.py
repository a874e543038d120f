"""The promotion that was agreed to before its day, and what is said about it in time."""

from datetime import datetime, time, timedelta

from handlers import rights
from handlers.kit import Ask, Button, Due, Reply, Unit
from handlers.organisation import promotion_plan
from handlers.registry import due
from handlers.roster import promotion
from scheduling import key_dates
from storage.organisation import units
from storage.reminders import deliveries

PROMOTION = "promotion"
_FIRST_LOOK = (8, 20)
_AT = time(7, 10)


def later(ask: Ask, at: list[Unit], year: int) -> Reply:
    """It is done on the day."""
    rows = [
        {
            "occurrence": f"{PROMOTION}:{year}:{unit.id}", "lead": 0, "person_id": ask.me.id, "kind": PROMOTION,
            "day": promotion.begins(year), "payload": {"unit": unit.id},
            "due_at": datetime.combine(promotion.begins(year), _AT, ask.now.tzinfo),
        }
        for unit in at
    ]  # fmt: skip
    deliveries.put(ask.db, rows)
    return Reply("好的，9月1日早上自动升级，做完告诉您。不要了，发：升级 取消", (Button("取消", "升级", "取消"),))


def take_back(ask: Ask) -> Reply:
    """What was agreed to is not done on the day."""
    if not deliveries.take_back(ask.db, PROMOTION, ask.me.id):
        return Reply("没有等着升级的。")
    return Reply("好的，9月1日不会自动升级。要升级，到时候发「升级」。")


@due(PROMOTION, letter=False, use=timedelta(days=90), asks=False, line="升级")
def on_the_day(said: Due) -> Reply | None:
    """What was agreed to in August is done, if it still may be."""
    at = units.by_id(said.db, said.payload["unit"])
    if not any(at.path.startswith(path) for path in said.person.paths(rights.GIVERS)):
        return None
    planned = promotion_plan.plan(said.db, [at.path], promotion.year_to_come(said.now.date()))
    return Reply(promotion_plan.done_words(promotion_plan.carry_out(said.db, planned, said.now))) if planned else None


@due("promotion-soon", rank=2, each=key_dates.promotions)
def remind(said: Due) -> Reply | None:
    """Whoever looks after a school is reminded before and after the day; None when it is done, or agreed to."""
    year = promotion.year_to_come(said.now.date())
    schools = [unit for unit in said.person.units(rights.GIVERS) if unit.kind == units.Kind.SCHOOL]
    waiting = promotion_plan.plan(said.db, [school.path for school in schools], year) if schools else []
    above = {part for school in schools for part in school.path.strip("/").split("/")}
    if not waiting or deliveries.waits(said.db, [f"{PROMOTION}:{year}:{part}" for part in above]):
        return None
    names = "、".join(each.school.name for each in waiting)
    when = "9月1日新学年开始" if said.now.date() < promotion.begins(year) else "新学年已经开始"
    return Reply(f"{when}，{names}的中队要升一个年级。发「升级」先看看，您确认了才改。", (Button("升级", "升级"),))
