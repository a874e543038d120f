"""What every command line works with: the database, its keys, the features."""

import gc
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from bot.backups.installation import Installation
from bot.clock import Clock
from bot.dispatch.features import Features
from bot.pipeline.limits import Limits
from bot.pipeline.transaction import Transactions
from bot.readers import Readers
from bot.settings import Settings
from handlers.catalogue import loader
from handlers.reading import compile_all
from storage.audit.audit_heads import Forged
from storage.base.vault import Vault
from storage.database import Database

log = logging.getLogger(__name__)
T = TypeVar("T")


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
    readers: Readers = field(default_factory=Readers)

    @property
    def now(self) -> Callable[[], datetime]:
        """The bot's time."""
        return self.clock.now

    def transactions(self, aside: bool = False) -> Transactions:
        """What turns messages into committed results; `aside`: what only reads is read beside the writer."""
        settings, write, read = self.settings, self.database.write, self.read if aside else None
        return Transactions(write, self.features, self.vault, self.now, settings.nameless, settings.daily_limits, read)

    def read(self, function: Callable[..., T], *arguments: Any) -> T:
        """What `function(engine, *arguments)` gives, which only reads: where it disturbs the writer least."""
        return self.readers.read(self, function, *arguments)

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
        self.readers.close()
        self.database.close()

    def warm_up(self, wanted: Callable[[], bool] = lambda: True) -> None:
        """Once it is ready, as long as that is `wanted`: the first message would pay for this otherwise."""
        compile_all(wanted)
        if not wanted():
            return
        # Where there are many units another process begins now.
        self.read(_began)
        # What is there now stays: the collector need not walk it again and again (a tenth of the requests/s).
        gc.freeze()

    def render(self, recipe: str, values: Mapping[str, Any]) -> bytes:
        """Make a picture or document from a read snapshot; raises KeyError for an unknown recipe.

        Beside its values a recipe knows `files`, the folder of what messages brought, the `vault`, and `fill`, which
        fills a form in a process of its own.
        """
        return self.read(_rendered, recipe, values)


def _began(_engine: Engine) -> None:
    """It has."""


def _rendered(engine: Engine, recipe: str, values: Mapping[str, Any]) -> bytes:
    # What only some of them need.
    from bot.files import forms

    known = {"files": str(engine.settings.files), "vault": engine.vault, "fill": forms.run}
    with engine.database.read.connect() as db:
        return engine.features.recipes[recipe](db, {**values, **known})
