"""What doctor says about WeCom's robots: whose group is whose; no key is ever shown."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection

from bot.channels.group_robot import NAME, chat_of, unit_of
from bot.settings import Settings
from storage import chats, migrate, units
from storage.database import open_database

_OK, _WARN, _FAIL = "ok", "warn", "fail"
Line = tuple[str, str, str]


def check(settings: Settings) -> Iterator[Line]:
    """A line for each thing that can be wrong; nothing is said to anybody."""
    if settings.wecom_groups:
        yield from _in_database(settings)


def _in_database(settings: Settings) -> Iterator[Line]:
    kind, _, path = settings.real_database.partition(":///")
    if kind == "sqlite" and not Path(path).exists():
        yield _WARN, "groups", "还没有数据库,群机器人要等单位导入以后才接得上"
        return
    database = open_database(settings.real_database)
    try:
        if migrate.revision(database.read) == migrate.HEAD:
            with database.read.connect() as db:
                yield from _groups(db, settings)
    finally:
        database.close()


def _groups(db: Connection, settings: Settings) -> Iterator[Line]:
    dead = {each.chat for each in chats.of_channel(db, NAME) if not each.reachable}
    for path, key in settings.wecom_groups:
        unit = unit_of(db, path)
        if unit is None:
            yield _FAIL, "groups", f"群机器人的单位「{path}」没有找到,或不止一个;请照名册写全称"
        elif chat_of(key) in dead:
            yield _WARN, "groups", f"{path}的群机器人发不进去:被移出了群或停用了,请换上新的 key"
        else:
            yield _OK, "groups", f"群机器人 → {units.full_name(db, unit)}"
