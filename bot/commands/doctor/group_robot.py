"""What doctor says about WeCom's group robots: whose group is whose; no key is shown."""

from collections.abc import Iterator

from sqlalchemy import Connection

from bot.channels.group_robot import binding
from bot.commands.doctor.current import current
from bot.commands.doctor.line import FAIL, OK, WARN, Line
from bot.settings import Settings
from storage.messages import chats
from storage.organisation import units


def check(settings: Settings) -> Iterator[Line]:
    """A line for each group that a key stands for."""
    with current(settings) as db:
        if db is None:
            yield WARN, "groups", "还没有数据库，或还没有升级，群机器人要等单位导入以后才接得上"
            return
        yield from _groups(db, settings)


def _groups(db: Connection, settings: Settings) -> Iterator[Line]:
    dead = {each.chat for each in chats.of_channel(db, binding.NAME) if not each.reachable}
    for path, key in settings.wecom_groups:
        unit = binding.unit_of(db, path)
        if unit is None:
            yield FAIL, "groups", f"群机器人的单位「{path}」没有找到，或不止一个；请照名册写全称"
        elif binding.chat_of(key) in dead:
            yield WARN, "groups", f"{path}的群机器人发不进去：被移出了群或停用了，请换上新的 key"
        else:
            yield OK, "groups", f"群机器人 → {units.full_name(db, unit)}"
