"""What every command line works with: the database, its keys, the features."""

import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.clock import Clock
from bot.dispatch.features import Features, collect
from bot.pipeline.transaction import Transactions
from bot.settings import Settings
from handlers.catalogue import loader
from handlers.reading import compile_all
from storage.base import codes
from storage.base.vault import Vault
from storage.database import Database, open_database
from storage.migrate import migrate


@dataclass(frozen=True, slots=True)
class Engine:
    """An open, migrated database and everything that works on it."""

    settings: Settings
    database: Database
    vault: Vault
    features: Features
    clock: Clock

    @property
    def now(self) -> Callable[[], datetime]:
        """The bot's time."""
        return self.clock.now

    def transactions(self) -> Transactions:
        """What turns messages into committed results."""
        nameless = self.settings.nameless
        return Transactions(self.database.write, self.features, self.vault, self.clock.now, nameless)

    def catalogue(self) -> loader.Loaded:
        """The key dates with the school's own changes."""
        return loader.load(self.settings.data_dir / "catalogue", self.settings.timezone)

    def warm_up(self) -> None:
        """Once it is ready: the first message would pay for this otherwise."""
        compile_all()
        # What is there now stays: the collector need not walk it again and again (a tenth of the requests/s).
        gc.freeze()

    def render(self, recipe: str, values: Mapping[str, Any]) -> bytes:
        """Make a picture or document from a read snapshot; raises KeyError for an unknown recipe."""
        with self.database.read.connect() as db:
            return self.features.recipes[recipe](db, values)


def open_engine(settings: Settings, url: str, clock: Clock | None = None) -> Engine:
    """Open and migrate the database at `url`."""
    database = open_database(url)
    vault = Vault(settings.name_keys)
    migrate(database.write, lambda db: codes.key_old(db, vault))
    return Engine(settings, database, vault, collect(), clock or Clock(settings.zone))
