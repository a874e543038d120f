"""What doctor says about the installation itself: data, database, SQLite, keys, calendar, port."""

import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection

from bot.clock import Clock
from bot.commands import in_words
from bot.commands.doctor.line import FAIL, OK, WARN, Line
from bot.settings import Settings
from handlers.catalogue import loader
from storage import migrate
from storage.database import Database, open_database, sqlite_module
from storage.messages import inbox, outbox

_LEAST_FREE = 100 << 20
# Where the WAL-reset bug is fixed: the release, and the older branches that got the fix.
_FIXED, _BACKPORTS = (3, 51, 3), ((3, 50, 7), (3, 44, 6))


def data(folder: Path) -> Iterator[Line]:
    """Whether the folder of the data can be written to and has room."""
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        yield FAIL, "data", f"数据目录 {folder} 不能写({error.strerror})"
        return
    free = shutil.disk_usage(there).free
    words = f"数据目录 {folder} 可写,磁盘还有 {free >> 20} MiB"
    yield (OK, "data", words) if free >= _LEAST_FREE else (FAIL, "data", f"{words},至少要 {_LEAST_FREE >> 20} MiB")


def database(url: str) -> Iterator[Line]:
    """Whether the database opens, what version it has, what waits in it."""
    kind, _, path = url.partition(":///")
    if kind == "sqlite" and not Path(path).exists():
        yield OK, "database", "还没有数据库,第一次启动时会建"
        return
    try:
        yield from _in_database(open_database(url))
    except Exception as error:
        words = in_words(error)
        if words is None:
            raise
        yield FAIL, "database", words


def _in_database(database: Database) -> Iterator[Line]:
    try:
        found = migrate.revision(database.read)
        if found != migrate.HEAD:
            newer = (found or "") > migrate.HEAD
            yield (
                (FAIL, "database", f"数据库的版本 {found} 比程序新,请更新程序")
                if newer
                else (WARN, "database", f"数据库的版本是 {found or '空'},启动时会升级到 {migrate.HEAD};升级前请先备份")
            )
            return
        yield OK, "database", f"连得上,版本 {found}"
        with database.read.connect() as db:
            yield _failed(db)
            yield _letters(db)
    finally:
        database.close()


def _failed(db: Connection) -> Line:
    count = len(inbox.failed(db))
    if count:
        return WARN, "failed", f"有 {count} 条消息没有处理好,python -m bot replay 可列出并重新处理"
    return OK, "failed", "没有处理失败的消息"


def _letters(db: Connection) -> Line:
    counts = outbox.counts(db, ("dead", "uncertain"))
    dead, uncertain = counts.get("dead", 0), counts.get("uncertain", 0)
    if dead or uncertain:
        return WARN, "outbox", f"{dead} 条消息发不出去,{uncertain} 条不确定是否送达"
    return OK, "outbox", "没有发不出去的消息"


def sqlite(url: str) -> Iterator[Line]:
    """Whether this SQLite is without the WAL-reset bug."""
    if not url.startswith("sqlite"):
        return
    module = sqlite_module()
    if is_sound(module.sqlite_version_info):
        yield OK, "sqlite", f"SQLite {module.sqlite_version}"
    else:
        advice = "请装 pysqlite3,或用 3.51.3、3.50.7、3.44.6 及更新的 SQLite"
        yield WARN, "sqlite", f"SQLite {module.sqlite_version} 有 WAL-reset 缺陷,极少数情况下会丢数据;{advice}"


def is_sound(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite is without the WAL-reset bug (sqlite.org, release notes of 3.51.3)."""
    return version >= _FIXED or any(version[:2] == fixed[:2] and version >= fixed for fixed in _BACKPORTS)


def name_key(settings: Settings) -> Iterator[Line]:
    """Whether the key of the sealed names is kept elsewhere as well, and from others."""
    own = settings.data_dir / "name.key"
    if settings.name_key:
        yield OK, "name_key", "NAME_KEY 已设置"
    elif not own.exists():
        yield WARN, "name_key", f"没有设置 NAME_KEY,第一次启动时会生成 {own};之后请备份它"
    else:
        yield WARN, "name_key", f"密钥在 {own},请另存一份备份:丢了它,加密的姓名和消息就再也打不开"
        if own.stat().st_mode & 0o077:
            yield WARN, "name_key", f"别的用户也能读 {own},请运行 chmod 600 {own}"


def calendar(settings: Settings) -> Iterator[Line]:
    """What is wrong with the school's own catalogue; whether the working days of this year and the next are known."""
    loaded = loader.load(settings.data_dir / "catalogue", settings.timezone)
    for problem in loaded.problems:
        yield WARN, "catalogue", problem
    today = Clock(settings.zone).now().date()
    missing = [year for year in (today.year, today.year + 1) if not loaded.calendar.workdays.knows(year)]
    for year in missing:
        yield WARN, "workdays", f"还没有 {year} 年的放假调休数据(一般上年 11 月公布),先按周一至周五算"
    if not missing:
        yield OK, "workdays", f"有 {today.year} 和 {today.year + 1} 年的放假调休数据"


def port(settings: Settings) -> Line:
    """Whether the server can listen where it shall."""
    host = "127.0.0.1" if settings.practice else settings.host
    at = f"{host}:{settings.port}"
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, settings.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, proto) as probe:
            # As the server does: what a server before us left behind is no hindrance.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror:
        return FAIL, "port", f"HOST={host} 不是这台机器的地址"
    except OSError as error:
        return WARN, "port", f"{at} 用不了({error.strerror});机器人正在运行时这是正常的"
    return OK, "port", f"{at} 空着"
