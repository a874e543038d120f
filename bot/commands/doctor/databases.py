"""What doctor says about the database: its version, what waits in it, the SQLite beneath it."""

import os
from collections.abc import Iterator
from contextlib import suppress

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.backups.installation import Installation
from bot.commands import in_words
from bot.commands.doctor.line import FAIL, OK, WARN, Line
from bot.settings import Settings
from storage import database as databases
from storage import migrate
from storage.base.vault import Vault
from storage.messages import inbox, outbox

# Where the WAL-reset bug is fixed: the release, and the older branches that got the fix.
_FIXED, _BACKPORTS = (3, 51, 3), ((3, 50, 7), (3, 44, 6))


def database(url: str, settings: Settings) -> Iterator[Line]:
    """Whether the database opens, what version it has, what waits in it, whether the log's end is as we wrote it."""
    if databases.is_to_come(url):
        yield OK, "database", "还没有数据库，第一次启动时会建"
        return
    path = databases.file_of(url)
    if path and not os.access(path, os.W_OK):
        yield FAIL, "database", f"数据库 {path} 不能写，请让这个用户能写它和它的文件夹"
        return
    try:
        yield from _in_database(databases.open_database(url), Installation(settings, url == settings.practice_database))
    except Exception as error:
        words = in_words(error)
        if words is None:
            raise
        yield FAIL, "database", words


def _in_database(database: databases.Database, installation: Installation) -> Iterator[Line]:
    try:
        found = migrate.revision(database.read)
        if found != migrate.HEAD:
            newer = (found or "") > migrate.HEAD
            yield (
                (FAIL, "database", f"数据库的版本 {found} 比程序新，请更新程序")
                if newer
                else (
                    WARN,
                    "database",
                    f"数据库的版本是 {found or '空'}，启动时会升级到 {migrate.HEAD}；升级前请先备份",
                )
            )
            return
        yield OK, "database", f"连得上，版本 {found}"
        with database.read.connect() as db:
            yield _failed(db)
            yield _letters(db)
            yield from _audit(db, installation)
    finally:
        database.close()


def key(url: str, settings: Settings) -> str:
    """What is wrong with the key for what is sealed in the database; empty: nothing, or the database does not open."""
    # It loads all features: no other check needs them.
    from bot.startup import key_problem

    if databases.is_to_come(url):
        return key_problem(settings, None).partition("：")[2]
    database = databases.open_database(url)
    try:
        with database.read.connect() as db:
            return key_problem(settings, db).partition("：")[2]
    except SQLAlchemyError:
        return ""
    finally:
        database.close()


def _failed(db: Connection) -> Line:
    count = len(inbox.failed(db))
    if count:
        return WARN, "failed", f"有 {count} 条消息没有处理好，python -m bot replay 可列出并重新处理"
    return OK, "failed", "没有处理失败的消息"


def _letters(db: Connection) -> Line:
    counts = outbox.counts(db, ("dead", "uncertain"))
    dead, uncertain = counts.get("dead", 0), counts.get("uncertain", 0)
    if dead or uncertain:
        return WARN, "outbox", f"{dead} 条消息没有发，{uncertain} 条可能收到两次，python -m bot outbox 可列出和再发"
    return OK, "outbox", "没有发不出去的消息"


def _audit(db: Connection, installation: Installation) -> Iterator[Line]:
    # What is wrong with the keys themselves is said of them.
    with suppress(ValueError):
        heads = installation.audit_heads(Vault(installation.settings.given_keys))
        if fault := heads.trouble(db):
            yield FAIL, "audit", f"{fault}。换了密钥的，写回原来的；别的请看 docs/operations.md 的「审计日志」"
        elif fault := heads.cut(db):
            yield FAIL, "audit", f"{fault}。请运行 python -m bot audit verify，再看 docs/operations.md 的「审计日志」"


def sqlite(url: str) -> Iterator[Line]:
    """Whether this SQLite is without the WAL-reset bug."""
    if not url.startswith("sqlite"):
        return
    module = databases.sqlite_module()
    if is_sound(module.sqlite_version_info):
        yield OK, "sqlite", f"SQLite {module.sqlite_version}"
    else:
        advice = "请装 pysqlite3，或用 3.51.3、3.50.7、3.44.6 及更新的 SQLite"
        yield WARN, "sqlite", f"SQLite {module.sqlite_version} 有 WAL-reset 缺陷，极少数情况下会丢数据；{advice}"


def is_sound(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite is without the WAL-reset bug (sqlite.org, release notes of 3.51.3)."""
    return version >= _FIXED or any(version[:2] == fixed[:2] and version >= fixed for fixed in _BACKPORTS)
