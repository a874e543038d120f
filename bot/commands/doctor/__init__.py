"""doctor: what is wrong with the installation, one line each; nothing is written."""

import argparse
from collections.abc import Callable, Iterator

from bot.clock import Clock
from bot.commands import database
from bot.commands.doctor import databases, installation, times
from bot.commands.doctor.line import FAIL, OK, Line
from bot.settings import BadSettings, Settings


def add(parser: argparse.ArgumentParser) -> None:
    """Which database, and whether the robot may be tried."""
    parser.epilog = "例：python -m bot doctor"
    parser.add_argument("--practice", action="store_true", help="演练的数据库")
    parser.add_argument("--robot", action="store_true", help="也试企业微信机器人的密钥（serve 没在运行时）")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """0 when the bot can work, 1 on a fail."""
    url = database.database_of(arguments, settings)
    checks: tuple[Callable[[], Iterator[Line]], ...] = (
        lambda: iter([(OK, "settings", "设置都读得懂")]),
        lambda: installation.data(settings.data_dir),
        lambda: databases.database(url),
        lambda: databases.sqlite(url),
        lambda: iter([installation.name_key(settings, databases.key(url, settings))]),
        lambda: installation.calendar(settings),
        lambda: iter([(OK, "zone", f"{settings.timezone},现在是 {Clock(settings.zone).now():%Y-%m-%d %H:%M}")]),
        lambda: times.check(settings),
        lambda: _platform(settings, arguments.robot),
        lambda: iter([installation.port(settings)]),
    )
    return _print(line for check in checks for line in check())


def without_settings(problems: BadSettings, _arguments: argparse.Namespace) -> int:
    """Every problem of the settings; 1."""
    return _print((FAIL, "settings", problem) for problem in str(problems).splitlines())


def _print(lines: Iterator[Line]) -> int:
    failed = False
    for level, name, sentence in lines:
        print(f"{level} {name}: {sentence}")
        failed = failed or level == FAIL
    return int(failed)


def _platform(settings: Settings, probe: bool) -> Iterator[Line]:
    if settings.practice:
        yield OK, "platform", "practice:没有配置平台,启动后只有演练页面"
        return
    # The client libraries are only loaded for those who need them.
    from bot.channels import http

    if problem := http.environment_problem():
        yield FAIL, "environment", problem
        return
    if settings.telegram_token:
        way = "webhook" if settings.telegram_mode == "webhook" else "轮询"
        yield OK, "platform", f"Telegram 已配置({way})"
        from bot.commands.doctor import telegram

        yield from telegram.check(settings)
    if settings.wecom_robot:
        from bot.commands.doctor import robot

        yield from robot.check(settings, probe=probe)
    if settings.wecom_groups:
        from bot.commands.doctor import group_robot

        yield from group_robot.check(settings)
    if settings.wecom_app:
        yield OK, "platform", f"企业微信自建应用已配置(AgentId {settings.wecom_agent_id})"
        from bot.commands.doctor import wecom

        yield from wecom.check(settings)
