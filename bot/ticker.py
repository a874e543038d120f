"""The tick: what is due is laid out and said; once an hour what is no longer needed goes."""

import logging
from datetime import timedelta
from time import monotonic
from typing import Any

from bot.engine import Engine
from bot.pipeline import Pipeline
from bot.transaction import Turn
from storage import cards, dialogues, outbox

log = logging.getLogger(__name__)
SECONDS = 5
BODIES_KEPT = timedelta(hours=24)
CARDS_KEPT = timedelta(days=60)


class Ticker:
    """Posts the tick to the writer."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._last = monotonic()
        self._cleaned: str = ""
        self._scheduler: Any = None

    def tick(self, turn: Turn) -> None:
        """One tick, as a deed of the writer."""
        self._last = monotonic()
        hour = turn.now.strftime("%Y%m%d%H")
        if hour != self._cleaned:
            self._cleaned = hour
            outbox.forget_bodies(turn.db, turn.now - BODIES_KEPT)
            dialogues.purge(turn.db, turn.now - BODIES_KEPT)
            cards.purge(turn.db, turn.now - CARDS_KEPT)

    def start(self, pipeline: Pipeline) -> None:
        """Tick every few seconds."""

    def stop(self) -> None:
        """No further tick."""

    def age(self) -> float:
        """Seconds since the last tick."""
        return round(monotonic() - self._last, 1)
