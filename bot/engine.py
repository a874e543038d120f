"""What every command line works with: the database, its keys, the features."""

import gc
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine as ReadEngine
from sqlalchemy.exc import SQLAlchemyError

from bot.backups.installation import Installation
from bot.clock import Clock
from bot.dispatch.features import Features
from bot.files import forms
from bot.pipeline.limits import Limits
from bot.pipeline.transaction import Transactions
from bot.settings import Settings
from handlers.catalogue import loader
from handlers.reading import compile_all
from storage.audit.audit_heads import Forged
from storage.base.vault import Vault
from storage.database import Database

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
        return Limits.of(self.settings.rates, self.database.read, self.now)

    def catalogue(self) -> loader.Loaded:
        """The key dates with the school's own changes."""
        return loader.load(self.settings.data_dir / "catalogue", self.settings.timezone)

    @property
    def installation(self) -> Installation:
        """The database and what lies beside it."""
        return Installation(self.settings, self.practice)

    def close(self) -> None:
        """Return the connections; before that the ends of the audit log are left behind outside the database."""
        try:
            self.installation.audit_heads(self.vault).leave(self.database, self.now())
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
