"""What doctor says about the people: whether anybody can administrate, and whom no message reaches."""

from collections.abc import Iterator

from sqlalchemy import func, select

from bot.clock import Clock
from bot.commands.doctor.current import current
from bot.commands.doctor.line import FAIL, OK, WARN, Line
from bot.settings import Settings
from handlers import rights
from storage.organisation import units
from storage.people import people
from storage.tables import account

_EVERYWHERE = ["/"]


def check(settings: Settings) -> Iterator[Line]:
    """Nothing before the first start, and of the practice page."""
    with current(settings) as db:
        if db is None or settings.practice:
            return
        if units.is_empty(db):
            yield WARN, "units", "还没有单位：python -m bot import roster.csv 读入名册"
            return
        known = people.holding(db, rights.GIVERS, _EVERYWHERE, Clock(settings.zone).now())
        dead = db.scalar(select(func.count(account.c.person_id.distinct())).where(~account.c.reachable)) or 0
        if not known:
            cure = "python -m bot invite --role 大队辅导员 --unit 学校的名称，把码发给那位老师"
            yield FAIL, "admins", f"还没有管理员，没有人能邀请老师：{cure}"
        elif dead:
            yield WARN, "people", f"有 {dead} 人收不到消息：多半停用或屏蔽了机器人，请他们重新打开，发一句「你好」"
        else:
            yield OK, "people", "没有收不到消息的人"
