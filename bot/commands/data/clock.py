"""clock: what the bot thinks of the machine's time; `clock accept`: the operator has looked, it is right."""

import argparse

from bot.commands import database
from bot.jobs import clock_guard
from bot.settings import Settings
from storage.base import key_values
from storage.reminders import holds


def add(parser: argparse.ArgumentParser) -> None:
    """What to do."""
    parser.epilog = "例：python -m bot clock accept"
    parser.add_argument("what", nargs="?", choices=["accept"], help="accept：这台机器的时间是对的，照它继续")
    parser.add_argument("--practice", action="store_true", help="演练的数据库")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """0; 1 while the clock is in doubt."""
    engine = database.engine_of(arguments, settings)
    wall = engine.clock.real()
    if arguments.what == "accept":
        with engine.database.write.begin() as db:
            holds.accept(db, wall)
        print(f"记下了：{wall.astimezone(settings.zone):%Y-%m-%d %H:%M} 是对的。机器人几秒内恢复提醒和清理。")
        return 0
    with engine.database.read.connect() as db:
        last, doubt = (key_values.get(db, name) for name in (clock_guard.LAST, holds.DOUBT))
    print(f"这台机器的时间：{wall.astimezone(settings.zone):%Y-%m-%d %H:%M}（{settings.timezone}）")
    if last:
        print(f"最后一次确认的时间：{last.at.astimezone(settings.zone):%Y-%m-%d %H:%M}")
    if doubt:
        print(f"时间有疑问：{doubt.value}。提醒、清理和结案都停着；核对以后发：python -m bot clock accept")
    return int(doubt is not None)
