"""What every command line works with: the database, its keys, the features."""

import gc
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy import Engine as ReadEngine
from sqlalchemy.exc import SQLAlchemyError

from bot.backups.installation import Installation
from bot.clock import Clock
from bot.dispatch.features import Features, collect
from bot.files import forms
from bot.pipeline.limits import Limits, limits_of
from bot.pipeline.transaction import Transactions
from bot.settings import BadSettings, Settings
from handlers.catalogue import loader
from handlers.reading import compile_all
from storage import migrate, sealed
from storage.audit.audit_heads import AuditHeads, Forged
from storage.base import codes
from storage.base.vault import Vault
from storage.children.erasures import ErasureList
from storage.database import Database, open_database
from storage.reminders import holds

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Engine:
    """An open, migrated database and everything that works on it."""

    settings: Settings
    database: Database
    vault: Vault
    features: Features
    clock: Clock
    # Whether it is the practice page's, or a copy of that.
    practice: bool

    @property
    def now(self) -> Callable[[], datetime]:
        """The bot's time."""
        return self.clock.now

    def transactions(self, read: ReadEngine | None = None) -> Transactions:
        """What turns messages into committed results; with `read`, what only reads is read there, beside the writer."""
        settings, write = self.settings, self.database.write
        return Transactions(write, self.features, self.vault, self.now, settings.nameless, settings.daily_limits, read)

    def limits(self) -> Limits:
        """How much one sender may say."""
        return limits_of(self.settings.rates, self.database.read, self.now)

    def catalogue(self) -> loader.Loaded:
        """The key dates with the school's own changes."""
        return loader.load(self.settings.data_dir / "catalogue", self.settings.timezone)

    def audit_heads(self) -> AuditHeads:
        """The ends of the audit log as they are kept outside the database."""
        return AuditHeads(self._installation.beside["audit.heads"], self.vault)

    def erasures(self) -> ErasureList:
        """Which children were erased, as it is kept outside the database."""
        return ErasureList(self._installation.erased)

    @property
    def _installation(self) -> Installation:
        return Installation(self.settings, self.practice)

    def close(self) -> None:
        """Return the connections; before that the ends of the audit log are left behind outside the database."""
        try:
            self.audit_heads().leave(self.database, self.now())
        except (Forged, OSError, SQLAlchemyError) as fault:
            log.error("审计日志的账尾没有另存：%s", fault)
        self.database.close()

    def warm_up(self) -> None:
        """Once it is ready: the first message would pay for this otherwise."""
        compile_all()
        # What is there now stays: the collector need not walk it again and again (a tenth of the requests/s).
        gc.freeze()

    def render(self, recipe: str, values: Mapping[str, Any]) -> bytes:
        """Make a picture or document from a read snapshot; raises KeyError for an unknown recipe.

        Beside its values a recipe knows `files`, the folder of what messages brought, the `vault`, and `fill`, which
        fills a form in a process of its own.
        """
        known = {"files": str(self.settings.files), "vault": self.vault, "fill": forms.run}
        with self.database.read.connect() as db:
            return self.features.recipes[recipe](db, {**values, **known})


def _newer(database: Database) -> str:
    found = migrate.revision(database.read) or ""
    if found <= migrate.HEAD:
        return ""
    return f"数据库的版本 {found} 比程序的 {migrate.HEAD} 新，没有启动，什么也没有改。请更新程序，或用升级前的备份。"


def key_problem(settings: Settings, db: Connection) -> str:
    """What is wrong with the key for what is sealed in this database, and the cure; empty: nothing."""
    keys = settings.given_keys
    cure = f"请把备份的 name.key 放回 {settings.data_dir}，或在 NAME_KEY 里写上原来的密钥"
    try:
        vault = Vault(keys) if keys else None
    except ValueError:
        return f"NAME_KEY: 现在写的不是密钥，像是坏了。{cure}。"
    if not sealed.any_unopened(db, vault):
        return ""
    if not keys:
        return f"NAME_KEY: 这个数据库用过密钥，密钥却不见了，没有另造新的。{cure}。"
    return f"NAME_KEY: 现在的密钥打不开数据库里加密的内容。{cure}（新旧两个用逗号隔开）。"


def open_engine(settings: Settings, url: str, clock: Clock | None = None, practice: bool = False) -> Engine:
    """Open and migrate the database at `url`; raises BadSettings when it is newer than we, or the key does not fit.

    `practice`: it is a copy of the practice page's.
    """
    practice = practice or url == settings.practice_database
    database = open_database(url)
    with database.write.connect() as db:
        problem = _newer(database) or key_problem(settings, db)
    if problem:
        database.close()
        raise BadSettings(problem)
    vault, before = Vault(settings.name_keys), migrate.revision(database.read)
    clock = clock or Clock(settings.zone)

    def after_migration(db: Connection) -> None:
        codes.key_old(db, vault)
        # Of a database that was in use somebody looks first at what would go out.
        if before and not practice:
            holds.hold(db, "升级", clock.now())

    migrate.migrate(database.write, after_migration)
    with database.write.begin() as db:
        sealed.note_keys(db, vault, clock.now())
    return Engine(settings, database, vault, collect(), clock, practice)
