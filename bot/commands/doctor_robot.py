"""What doctor says about WeCom's robots: the way there, what was refused, whose group is whose; no secret is shown."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import Connection, select

from bot.channels.group_robot.channel import NAME, chat_of, unit_of
from bot.channels.robot.channel import lease_of
from bot.channels.robot.desk import REFUSED
from bot.channels.robot.probe import subscribe
from bot.clock import Clock
from bot.settings import Settings
from storage import migrate
from storage.base import key_values
from storage.database import open_database
from storage.messages import chats
from storage.organisation import units
from storage.tables import lease

_OK, _WARN, _FAIL = "ok", "warn", "fail"
SECONDS = 5
Line = tuple[str, str, str]


def check(settings: Settings, *, probe: bool) -> Iterator[Line]:
    """A line for each thing that can be wrong; `probe`: subscribe once, which nothing else may be doing."""
    known = list(_in_database(settings))
    if settings.wecom_robot:
        yield from _robot(settings, probe and (_OK, "robot", _RUNNING) not in known)
    yield from known


def _robot(settings: Settings, probe: bool) -> Iterator[Line]:
    if settings.wecom_robot_id.isdigit():
        yield _WARN, "robot", "WECOM_ROBOT_ID 全是数字,像是网址里的编号;请用机器人配置页上的 BotID"
    line = _way(settings.wecom_robot_url)
    yield line
    if line[0] == _OK and probe:
        refused = asyncio.run(subscribe(settings))
        yield ((_FAIL, "robot", f"订阅没有成功:{refused}") if refused else (_OK, "robot", "订阅成功,BotID 和密钥都对"))


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
        return _FAIL, "robot", f"{host}:{port} 的证书不对({fault.reason}),中间可能有代理或防火墙"
    except OSError as fault:
        return _FAIL, "robot", f"连不上 {host}:{port}({fault.strerror or '超时'});这台机器要能访问外网的这个地址"
    return _OK, "robot", f"连得上 {host}:{port}"


_RUNNING = "机器人正在运行,由它连着"


def _in_database(settings: Settings) -> Iterator[Line]:
    kind, _, path = settings.real_database.partition(":///")
    if kind == "sqlite" and not Path(path).exists():
        if settings.wecom_groups:
            yield _WARN, "groups", "还没有数据库,群机器人要等单位导入以后才接得上"
        return
    database = open_database(settings.real_database)
    try:
        if migrate.revision(database.read) == migrate.HEAD:
            with database.read.connect() as db:
                yield from _connection(db, settings)
                yield from _groups(db, settings)
    finally:
        database.close()


def _connection(db: Connection, settings: Settings) -> Iterator[Line]:
    refused = key_values.get(db, REFUSED)
    if settings.wecom_robot and refused:
        when = refused.at.astimezone(settings.zone)
        advice = "请核对 WECOM_ROBOT_ID 和 WECOM_ROBOT_SECRET,改好后重启"
        yield _FAIL, "robot", f"{when:%m-%d %H:%M} 企业微信不认这个机器人({refused.value});{advice}"
    held = select(lease.c.until).where(lease.c.name == lease_of(settings.wecom_robot_id))
    until = db.scalar(held) if settings.wecom_robot else None
    if until and until > Clock(settings.zone).real() and not refused:
        yield _OK, "robot", _RUNNING


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
