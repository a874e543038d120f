"""What is said when deliveries are due: each by the feature that declared its kind, together as one letter."""

from functools import partial

from sqlalchemy import Connection

from bot.engine import Engine
from bot.pipeline.turn import Turn
from handlers.kit import Reply
from handlers.reminders import letter
from scheduling.calendar import Calendar
from scheduling.preview import Preview
from scheduling.preview import preview as preview_of
from scheduling.tick import Voice
from storage.reminders.deliveries import DeliveryRow


def preview(engine: Engine, db: Connection, days: int, calendar: Calendar) -> Preview:
    """What will go out in the next days."""
    occasions = engine.features.occasions
    return preview_of(db, engine.now(), days, calendar, occasions, partial(letter.words, db, occasions))


def voice(engine: Engine, turn: Turn) -> Voice[Reply]:
    """To the person of each row, with the roles of now."""
    occasions = engine.features.occasions

    def say(row: DeliveryRow, brief: bool) -> Reply | None:
        return letter.words(turn.db, occasions, row, turn.now, brief)

    return Voice(say, partial(letter.join, occasions, turn.now.date()))
