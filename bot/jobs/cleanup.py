"""Once an hour what is no longer needed goes: words that were said, old questions and cards, joint events of one."""

from datetime import timedelta

from bot.pipeline.turn import Turn
from storage.checkins import events
from storage.messages import albums, card_codes, cards, dialogues, outbox, sent_files
from storage.roster import staging

BODIES_KEPT = timedelta(hours=24)
CARDS_KEPT = timedelta(days=60)
# A platform delivers for a day at most.
ALBUMS_KEPT = timedelta(days=3)
EVENTS_SETTLE = timedelta(days=7)


class Cleaning:
    """A part of the tick: most of it once an hour."""

    def __init__(self) -> None:
        self._hour = ""
        # When nothing of a roster was left.
        self._swept = ""

    def step(self, turn: Turn) -> None:
        """Some rows of a roster that is over, looked for every minute; what else has had its time, every hour."""
        minute = turn.now.strftime("%H%M")
        if minute != self._swept and not staging.sweep(turn.db, turn.now):
            self._swept = minute
        hour = turn.now.strftime("%Y%m%d%H")
        if hour != self._hour:
            self._hour = hour
            _clean(turn)


def _clean(turn: Turn) -> None:
    outbox.forget_bodies(turn.db, turn.now - BODIES_KEPT)
    dialogues.purge(turn.db, turn.now - BODIES_KEPT)
    cards.purge(turn.db, turn.now - CARDS_KEPT)
    card_codes.purge(turn.db, turn.now)
    albums.purge(turn.db, turn.now - ALBUMS_KEPT)
    sent_files.purge(turn.db, turn.now - BODIES_KEPT)
    events.sweep(turn.db, turn.rollups, turn.now.date() - EVENTS_SETTLE)
