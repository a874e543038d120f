"""What doctor says about WeCom's robot: the way there, what was refused; no secret is shown."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

from sqlalchemy import Connection

from bot.channels.robot.channel import lease_of
from bot.channels.robot.events import REFUSED
from bot.channels.robot.probe import subscribe
from bot.clock import Clock
from bot.commands.doctor.current import current
from bot.commands.doctor.line import FAIL, OK, WARN, Line
from bot.settings import Settings
from storage.base import key_values, leases

SECONDS = 5
_RUNNING = "机器人正在运行,由它连着"


def check(settings: Settings, *, probe: bool) -> Iterator[Line]:
    """A line for each thing that can be wrong; `probe`: subscribe once, which nothing else may be doing."""
    with current(settings) as db:
        known = list(_connection(db, settings)) if db else []
    yield from _robot(settings, probe and (OK, "robot", _RUNNING) not in known)
    yield from known


def _robot(settings: Settings, probe: bool) -> Iterator[Line]:
    if settings.wecom_robot_id.isdigit():
        yield WARN, "robot", "WECOM_ROBOT_ID 全是数字,像是网址里的编号;请用机器人配置页上的 BotID"
    line = _way(settings.wecom_robot_url)
    yield line
    if line[0] == OK and probe:
        refused = asyncio.run(subscribe(settings))
        yield ((FAIL, "robot", f"订阅没有成功:{refused}") if refused else (OK, "robot", "订阅成功,BotID 和密钥都对"))


def _way(url: str) -> Line:
    """Whether the server is reached, and is who it says it is; nothing is said to it."""
    at = urlsplit(url)
    host, secure = at.hostname or "", at.scheme == "wss"
    port = at.port or (443 if secure else 80)
    try:
        with socket.create_connection((host, port), timeout=SECONDS) as connection:
            if secure:
                with ssl.create_default_context().wrap_socket(connection, server_hostname=host):
                    pass
    except ssl.SSLError as fault:
        return FAIL, "robot", f"{host}:{port} 的证书不对({fault.reason}),中间可能有代理或防火墙"
    except OSError as fault:
        return FAIL, "robot", f"连不上 {host}:{port}({fault.strerror or '超时'});这台机器要能访问外网的这个地址"
    return OK, "robot", f"连得上 {host}:{port}"


def _connection(db: Connection, settings: Settings) -> Iterator[Line]:
    refused = key_values.get(db, REFUSED)
    if refused:
        when = refused.at.astimezone(settings.zone)
        advice = "请核对 WECOM_ROBOT_ID 和 WECOM_ROBOT_SECRET,改好后重启"
        yield FAIL, "robot", f"{when:%m-%d %H:%M} 企业微信不认这个机器人({refused.value});{advice}"
    until = leases.held_until(db, lease_of(settings.wecom_robot_id))
    if until and until > Clock(settings.zone).real() and not refused:
        yield OK, "robot", _RUNNING
