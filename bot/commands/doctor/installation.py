"""What doctor says about the installation itself: data, keys, calendar, port."""

import errno
import os
import re
import shutil
import socket
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from bot.backups import backup_folder
from bot.clock import Clock
from bot.commands.doctor.line import FAIL, OK, WARN, Line
from bot.commands.listener import why_not
from bot.settings import Settings
from bot.settings.names import FILE
from bot.settings.reasons import reason
from handlers.catalogue import catalogue, loader

_LEAST_FREE = 100 << 20
# What a machine empties by itself.
_FLEETING = re.compile("/(?:tmp|var/tmp|dev/shm|run)(?:/|$)")
_CHINA = timedelta(hours=8)
_SECONDS, _MOST_BYTES = 3, 1 << 20


def settings_file() -> Iterator[Line]:
    """Whether others may read the secrets in `.env`; what it says has been read already."""
    if FILE.is_file() and FILE.stat().st_mode & 0o077:
        yield WARN, "settings", "设置都读得懂，但别的用户也能读 .env 里的秘密，请运行 chmod 600 .env"
    else:
        yield OK, "settings", "设置都读得懂"


def data(folder: Path) -> Iterator[Line]:
    """Whether the folder of the data can be written to and has room."""
    if _FLEETING.match(str(folder)):
        yield WARN, "data", f"数据目录 {folder} 是临时目录，重启以后可能清空。请换 DATA_DIR"
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        yield FAIL, "data", f"数据目录 {folder} 不能写（{reason(error)}），请换 DATA_DIR，或让这个用户能写"
        return
    free = shutil.disk_usage(there).free
    words = f"数据目录 {folder} 可写，磁盘还有 {free >> 20} MiB"
    yield (OK, "data", words) if free >= _LEAST_FREE else (FAIL, "data", f"{words}，至少要 {_LEAST_FREE >> 20} MiB")


def name_key(settings: Settings, problem: str) -> Line:
    """Whether the key of the sealed names opens them (`problem`), and is kept elsewhere as well, and from others."""
    own = settings.data_dir / "name.key"
    if problem:
        return FAIL, "name_key", problem
    if settings.name_key:
        return OK, "name_key", "NAME_KEY 已设置"
    if not own.exists() and (settings.data_dir / "audit.heads").exists():
        return FAIL, "name_key", f"密钥 {own} 不见了。请放回备份的那一份，或在 NAME_KEY 里写上原来的密钥"
    if not own.exists():
        return WARN, "name_key", f"没有设置 NAME_KEY，第一次启动时会生成 {own}；之后请备份它"
    readable = f"别的用户也能读它，请运行 chmod 600 {own}。" if own.stat().st_mode & 0o077 else ""
    return WARN, "name_key", f"密钥在 {own}。{readable}请另存一份备份：丢了它，加密的姓名和消息就再也打不开"


def backups(settings: Settings) -> Line:
    """Whether there is a new backup that can be restored, and that only its owner can read."""
    now = Clock(settings.zone).now()
    if settings.backups is None:
        return WARN, "backup", "没有设 BACKUP_DIR，不会自动备份；python -m bot backup 文件 可以做一份"
    if words := _unfit(settings.backups, settings.data_dir):
        return FAIL, "backup", words
    if words := backup_folder.problem(settings, now):
        return FAIL, "backup", f"{words}。机器人每天 {backup_folder.HOUR} 点以后会做，为什么没有做成见日志"
    sealed = "" if settings.backup_key else "；没有设 BACKUP_KEY，备份没有加密，也不含密钥"
    if settings.backup_key and settings.backup_identity:
        sealed = "；BACKUP_IDENTITY 也在这台机器上，谁拿到机器就打得开备份，请移到别处，恢复时再写上"
    made = backup_folder.all_of(settings.backups, now)[-1][0]
    return WARN if sealed else OK, "backup", f"最近一份试过能恢复的备份是 {made:%Y-%m-%d %H:%M} 的{sealed}"


def _unfit(folder: Path, data: Path) -> str:
    """Why a folder cannot take backups, with the cure; empty: it can."""
    if data.resolve() in (folder.resolve(), *folder.resolve().parents):
        return f"备份目录 {folder} 就在数据目录里，会和数据一起丢。请把 BACKUP_DIR 换到另一块盘或另一台机器上"
    if not folder.exists():
        return f"没有备份目录 {folder}，机器人不会自己建。请建好（mkdir -p {folder}）；是外接的盘，请先挂上"
    if not (folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)):
        return f"备份目录 {folder} 不是目录，或者这个用户不能写。请换 BACKUP_DIR，或让这个用户能写"
    return ""


def zone(settings: Settings) -> Line:
    """In which zone the days begin, and whether it is that of China."""
    now = Clock(settings.zone).now()
    said = f"{settings.timezone}，现在是 {now:%Y-%m-%d %H:%M}"
    if now.utcoffset() == _CHINA:
        return OK, "zone", said
    return WARN, "zone", f"{said}，不是北京时间：提醒和周报都照它。在国内请写 TIMEZONE=Asia/Shanghai"


def calendar(settings: Settings) -> Iterator[Line]:
    """What is wrong with the school's own catalogue; whether the working days of this year and the next are known."""
    folder = settings.data_dir / "catalogue"
    loaded = loader.load(folder, settings.timezone)
    for problem in (*loaded.problems, *catalogue.load(folder).problems):
        yield WARN, "catalogue", problem.replace("\n", "。")
    today = Clock(settings.zone).now().date()
    missing = [year for year in (today.year, today.year + 1) if not loaded.calendar.workdays.knows(year)]
    for year in missing:
        yield WARN, "workdays", f"还没有 {year} 年的放假调休数据（一般上年 11 月公布），先按周一至周五算"
    if not missing:
        yield OK, "workdays", f"有 {today.year} 和 {today.year + 1} 年的放假调休数据"


def port(settings: Settings) -> Line:
    """Whether the server can listen where it shall, or could when it is no longer the practice page."""
    host = settings.host
    at = f"{host}:{settings.port}"
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, settings.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, proto) as probe:
            # As the server does: what a server before us left behind is no hindrance.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE and _serves(host, settings.port):
            return OK, "port", f"{at} 上机器人正在运行"
        return FAIL, "port", why_not(host, settings.port, error)
    if not settings.port:
        return WARN, "port", "PORT 是 0，每次启动都换一个端口，别人找不到。请写 8080，或不写"
    return OK, "port", f"{at} 空着"


def _serves(host: str, port: int) -> bool:
    """Whether it is a bot like this one that listens there."""
    asked = HTTPConnection(host, port, timeout=_SECONDS)
    try:
        asked.request("GET", "/health")
        return b'"tick"' in asked.getresponse().read(_MOST_BYTES)
    except (OSError, HTTPException):
        return False
    finally:
        asked.close()
