"""doctor: what is wrong with the installation, one line each; nothing is written."""

import argparse
import json
from collections.abc import Callable, Iterator

from bot.commands import database
from bot.commands.doctor import databases, installation, persons, times
from bot.commands.doctor.line import FAIL, OK, Line, written
from bot.settings import BadSettings, Settings


def add(parser: argparse.ArgumentParser) -> None:
    """Which database, and whether the robot may be tried."""
    parser.epilog = "例：python -m bot doctor"
    parser.add_argument("--practice", action="store_true", help="演练的数据库")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="json：一个列表")
    parser.add_argument("--robot", action="store_true", help="也试企业微信机器人的密钥（serve 没在运行时）")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """0 when the bot can work, 1 on a fail."""
    url = database.database_of(arguments, settings)
    checks: tuple[Callable[[], Iterator[Line]], ...] = (
        installation.settings_file,
        lambda: installation.data(settings.data_dir),
        lambda: databases.database(url, settings),
        lambda: databases.sqlite(url),
        lambda: iter([installation.name_key(settings, databases.key(url, settings))]),
        lambda: iter([installation.backups(settings)]),
        lambda: installation.calendar(settings),
        lambda: iter([installation.zone(settings)]),
        lambda: times.check(settings),
        lambda: persons.check(settings),
        lambda: _platform(settings, arguments.robot),
        lambda: iter([installation.port(settings)]),
    )
    return _print((line for check in checks for line in check()), arguments.format)


def without_settings(problems: BadSettings, arguments: argparse.Namespace) -> int:
    """Every problem of the settings; 1."""
    return _print(((FAIL, "settings", problem) for problem in str(problems).splitlines()), arguments.format)


def _print(lines: Iterator[Line], form: str) -> int:
    if form == "json":
        found = list(lines)
        named = [{"level": level, "name": name, "sentence": sentence} for level, name, sentence in found]
        print(json.dumps(named, ensure_ascii=False, indent=1))
        return int(any(level == FAIL for level, _, _ in found))
    failed = False
    for line in lines:
        print(written(line))
        failed = failed or line[0] == FAIL
    return int(failed)


def _platform(settings: Settings, probe: bool) -> Iterator[Line]:
    if settings.practice and settings.wecom_groups:
        words = "只设了 WECOM_GROUP_WEBHOOKS，群机器人要和别的平台一起用：请再接 Telegram 或企业微信"
        yield FAIL, "platform", words
        return
    if settings.practice:
        yield OK, "platform", "practice：没有配置平台，启动后只有演练页面"
        return
    # The client libraries are only loaded for those who need them.
    from bot.channels import http

    if problem := http.environment_problem():
        yield FAIL, "environment", problem
        return
    if settings.telegram_token:
        way = "webhook" if settings.telegram_mode == "webhook" else "轮询"
        yield OK, "platform", f"Telegram 已配置（{way}）"
        from bot.commands.doctor import telegram

        yield from telegram.check(settings)
    if settings.wecom_robot:
        from bot.commands.doctor import robot

        yield from robot.check(settings, probe=probe)
    if settings.wecom_groups:
        from bot.commands.doctor import group_robot

        yield from group_robot.check(settings)
    if settings.wecom_app:
        yield OK, "platform", f"企业微信自建应用已配置（AgentId {settings.wecom_agent_id}）"
        from bot.commands.doctor import wecom

        yield from wecom.check(settings)
