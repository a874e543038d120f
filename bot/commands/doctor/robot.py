"""What doctor says about WeCom's robot: the way there, what was refused; no secret is shown."""

import asyncio
from collections.abc import Iterator

from sqlalchemy import Connection

from bot.channels.robot.channel import lease_of
from bot.channels.robot.events import REFUSED
from bot.channels.robot.probe import subscribe
from bot.clock import Clock
from bot.commands.doctor.current import current
from bot.commands.doctor.line import FAIL, OK, Line
from bot.commands.doctor.robot_way import way
from bot.settings import Settings
from storage.base import key_values, leases

_RUNNING = "机器人正在运行，由它连着"


def check(settings: Settings, *, probe: bool) -> Iterator[Line]:
    """A line for each thing that can be wrong; `probe`: subscribe once, which nothing else may be doing."""
    with current(settings) as db:
        known = list(_connection(db, settings)) if db else []
    yield from _robot(settings, probe and (OK, "robot", _RUNNING) not in known)
    yield from known


def _robot(settings: Settings, probe: bool) -> Iterator[Line]:
    line = way(settings.wecom_robot_url)
    yield line
    if line[0] == OK and probe:
        refused = asyncio.run(subscribe(settings))
        yield ((FAIL, "robot", f"订阅没有成功：{refused}") if refused else (OK, "robot", "订阅成功，BotID 和密钥都对"))


def _connection(db: Connection, settings: Settings) -> Iterator[Line]:
    refused = key_values.get(db, REFUSED)
    if refused:
        when = refused.at.astimezone(settings.zone)
        advice = "请核对 WECOM_ROBOT_ID 和 WECOM_ROBOT_SECRET，改好后重启"
        yield FAIL, "robot", f"{when:%m-%d %H:%M} 企业微信不认这个机器人（{refused.value}）；{advice}"
    until = leases.held_until(db, lease_of(settings.wecom_robot_id))
    if until and until > Clock(settings.zone).real() and not refused:
        yield OK, "robot", _RUNNING
