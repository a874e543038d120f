"""Opens a database: it is not newer than we are, the key fits what is sealed in it, and it is migrated."""

from contextlib import suppress

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from bot.clock import Clock
from bot.dispatch.features import collect
from bot.engine import Engine
from bot.settings import BadSettings, Settings
from storage import migrate, sealed_columns
from storage.base import codes
from storage.base.vault import Vault
from storage.database import Database, open_database
from storage.reminders import holds


def _newer(database: Database) -> str:
    found = migrate.revision(database.read) or ""
    if found <= migrate.HEAD:
        return ""
    return f"数据库的版本 {found} 比程序的 {migrate.HEAD} 新，没有启动，什么也没有改。请更新程序，或用升级前的备份。"


def key_problem(settings: Settings, db: Connection | None) -> str:
    """What is wrong with the key for what is sealed in this database, if there is one, and the cure; empty: nothing."""
    keys = settings.given_keys
    cure = f"请把备份的 name.key 放回 {settings.data_dir}，或在 NAME_KEY 里写上原来的密钥"
    try:
        vault = Vault(keys) if keys else None
    except ValueError:
        return f"NAME_KEY：现在写的不是密钥，像是坏了。{cure}。"
    if db is None or not sealed_columns.any_unopened(db, vault):
        return ""
    if not keys:
        return f"NAME_KEY：这个数据库用过密钥，密钥却不见了，没有另造新的。{cure}。"
    return f"NAME_KEY：现在的密钥打不开数据库里加密的内容。{cure}（新旧两个用逗号隔开）。"


def _used_beside(settings: Settings, url: str) -> str:
    """What is wrong where no key is there and another file of the folder (the practice page's) has used one."""
    for path in () if settings.given_keys else settings.data_dir.glob("*.db"):
        if url.endswith(f"/{path.name}"):
            continue
        beside = open_database(f"sqlite:///{path}")
        # What is no database of ours has used none.
        with suppress(DBAPIError), beside.read.connect() as db:
            if problem := key_problem(settings, db):
                return f"{problem.removesuffix('。')}；用过它的是 {path}。"
        beside.close()
    return ""


def open_engine(settings: Settings, url: str, clock: Clock | None = None, practice: bool = False) -> Engine:
    """Open and migrate the database at `url`; raises BadSettings when it is newer than we, or the key does not fit.

    `practice`: it is a copy of the practice page's.
    """
    practice = practice or url == settings.practice_database
    database = open_database(url)
    with database.write.connect() as db:
        problem = _newer(database) or key_problem(settings, db) or _used_beside(settings, url)
    if problem:
        database.close()
        raise BadSettings(problem)
    vault, before = Vault(settings.name_keys), migrate.revision(database.read)
    clock = clock or Clock.of_this_machine(settings.zone)

    def after_migration(db: Connection) -> None:
        codes.key_old(db, vault)
        # Of a database that was in use somebody looks first at what would go out.
        if before and not practice:
            holds.hold(db, "升级", clock.now())

    migrate.migrate(database.write, after_migration)
    with database.write.begin() as db:
        sealed_columns.note_keys(db, vault, clock.now())
    return Engine(settings, database, vault, collect(), clock, practice)


def opened_for_reading(settings: Settings, url: str, practice: bool) -> Engine:
    """The same for a process that only reads what another has opened already."""
    vault, clock = Vault(settings.name_keys), Clock.of_this_machine(settings.zone)
    return Engine(settings, open_database(url), vault, collect(), clock, practice)
