"""doctor: what is wrong with the installation, one line each; nothing is written."""

import argparse
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import Connection

from bot.clock import Clock
from bot.commands import database_of, in_words
from bot.settings import BadSettings, Settings
from handlers.catalogue import loader
from storage import migrate
from storage.database import Database, open_database, sqlite_module
from storage.messages import inbox, outbox

_OK, _WARN, _FAIL = "ok", "warn", "fail"
_LEAST_FREE = 100 << 20
# Where the WAL-reset bug is fixed: the release, and the older branches that got the fix.
_FIXED, _BACKPORTS = (3, 51, 3), ((3, 50, 7), (3, 44, 6))
Line = tuple[str, str, str]


def add(parser: argparse.ArgumentParser) -> None:
    """Which database, and whether the robot may be tried."""
    parser.epilog = "example: python -m bot doctor"
    parser.add_argument("--practice", action="store_true", help="of the practice database")
    parser.add_argument(
        "--robot", action="store_true", help="also try the WeCom robot's secret (while serve is not running)"
    )


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """0 when the bot can work, 1 on a fail."""
    url = database_of(arguments, settings)
    checks: tuple[Callable[[], Iterator[Line]], ...] = (
        lambda: iter([(_OK, "settings", "设置都读得懂")]),
        lambda: _data(settings.data_dir),
        lambda: _database(url),
        lambda: _sqlite(url),
        lambda: _name_key(settings),
        lambda: _calendar(settings),
        lambda: iter([(_OK, "zone", f"{settings.timezone},现在是 {Clock(settings.zone).now():%Y-%m-%d %H:%M}")]),
        lambda: _platform(settings, arguments.robot),
        lambda: iter([_port(settings)]),
    )
    return _print(line for check in checks for line in check())


def without_settings(problems: BadSettings, _arguments: argparse.Namespace) -> int:
    """Every problem of the settings; 1."""
    return _print((_FAIL, "settings", problem) for problem in str(problems).splitlines())


def _print(lines: Iterator[Line]) -> int:
    failed = False
    for level, name, sentence in lines:
        print(f"{level} {name}: {sentence}")
        failed = failed or level == _FAIL
    return int(failed)


def _data(folder: Path) -> Iterator[Line]:
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        yield _FAIL, "data", f"数据目录 {folder} 不能写({error.strerror})"
        return
    free = shutil.disk_usage(there).free
    words = f"数据目录 {folder} 可写,磁盘还有 {free >> 20} MiB"
    yield (_OK, "data", words) if free >= _LEAST_FREE else (_FAIL, "data", f"{words},至少要 {_LEAST_FREE >> 20} MiB")


def _database(url: str) -> Iterator[Line]:
    kind, _, path = url.partition(":///")
    if kind == "sqlite" and not Path(path).exists():
        yield _OK, "database", "还没有数据库,第一次启动时会建"
        return
    try:
        yield from _in_database(open_database(url))
    except Exception as error:
        words = in_words(error)
        if words is None:
            raise
        yield _FAIL, "database", words


def _in_database(database: Database) -> Iterator[Line]:
    try:
        found = migrate.revision(database.read)
        if found != migrate.HEAD:
            newer = (found or "") > migrate.HEAD
            yield (
                (_FAIL, "database", f"数据库的版本 {found} 比程序新,请更新程序")
                if newer
                else (_WARN, "database", f"数据库的版本是 {found or '空'},启动时会升级到 {migrate.HEAD};升级前请先备份")
            )
            return
        yield _OK, "database", f"连得上,版本 {found}"
        with database.read.connect() as db:
            yield _failed(db)
            yield _letters(db)
    finally:
        database.close()


def _failed(db: Connection) -> Line:
    count = len(inbox.failed(db))
    if count:
        return _WARN, "failed", f"有 {count} 条消息没有处理好,python -m bot replay 可列出并重新处理"
    return _OK, "failed", "没有处理失败的消息"


def _letters(db: Connection) -> Line:
    counts = outbox.counts(db, ("dead", "uncertain"))
    dead, uncertain = counts.get("dead", 0), counts.get("uncertain", 0)
    if dead or uncertain:
        return _WARN, "outbox", f"{dead} 条消息发不出去,{uncertain} 条不确定是否送达"
    return _OK, "outbox", "没有发不出去的消息"


def _sqlite(url: str) -> Iterator[Line]:
    if not url.startswith("sqlite"):
        return
    module = sqlite_module()
    if is_sound(module.sqlite_version_info):
        yield _OK, "sqlite", f"SQLite {module.sqlite_version}"
    else:
        advice = "请装 pysqlite3,或用 3.51.3、3.50.7、3.44.6 及更新的 SQLite"
        yield _WARN, "sqlite", f"SQLite {module.sqlite_version} 有 WAL-reset 缺陷,极少数情况下会丢数据;{advice}"


def is_sound(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite is without the WAL-reset bug (sqlite.org, release notes of 3.51.3)."""
    return version >= _FIXED or any(version[:2] == fixed[:2] and version >= fixed for fixed in _BACKPORTS)


def _name_key(settings: Settings) -> Iterator[Line]:
    own = settings.data_dir / "name.key"
    if settings.name_key:
        yield _OK, "name_key", "NAME_KEY 已设置"
    elif not own.exists():
        yield _WARN, "name_key", f"没有设置 NAME_KEY,第一次启动时会生成 {own};之后请备份它"
    else:
        yield _WARN, "name_key", f"密钥在 {own},请另存一份备份:丢了它,加密的姓名和消息就再也打不开"
        if own.stat().st_mode & 0o077:
            yield _WARN, "name_key", f"别的用户也能读 {own},请运行 chmod 600 {own}"


def _calendar(settings: Settings) -> Iterator[Line]:
    loaded = loader.load(settings.data_dir / "catalogue", settings.timezone)
    for problem in loaded.problems:
        yield _WARN, "catalogue", problem
    today = Clock(settings.zone).now().date()
    missing = [year for year in (today.year, today.year + 1) if not loaded.calendar.workdays.knows(year)]
    for year in missing:
        yield _WARN, "workdays", f"还没有 {year} 年的放假调休数据(一般上年 11 月公布),先按周一至周五算"
    if not missing:
        yield _OK, "workdays", f"有 {today.year} 和 {today.year + 1} 年的放假调休数据"


def _platform(settings: Settings, probe: bool) -> Iterator[Line]:
    if settings.practice:
        yield _OK, "platform", "practice:没有配置平台,启动后只有演练页面"
        return
    # The client libraries are only loaded for those who need them.
    if settings.telegram_token:
        way = "webhook" if settings.telegram_mode == "webhook" else "轮询"
        yield _OK, "platform", f"Telegram 已配置({way})"
        from bot.commands import doctor_telegram

        yield from doctor_telegram.check(settings)
    if settings.wecom_robot or settings.wecom_groups:
        from bot.commands import doctor_robot

        yield from doctor_robot.check(settings, probe=probe)
    if settings.wecom_app:
        yield _OK, "platform", f"企业微信自建应用已配置(AgentId {settings.wecom_agent_id})"
        from bot.commands import doctor_wecom

        yield from doctor_wecom.check(settings)


def _port(settings: Settings) -> Line:
    host = "127.0.0.1" if settings.practice else settings.host
    at = f"{host}:{settings.port}"
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, settings.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, proto) as probe:
            # As the server does: what a server before us left behind is no hindrance.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror:
        return _FAIL, "port", f"HOST={host} 不是这台机器的地址"
    except OSError as error:
        return _WARN, "port", f"{at} 用不了({error.strerror});机器人正在运行时这是正常的"
    return _OK, "port", f"{at} 空着"
