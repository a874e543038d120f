"""What is said when a delivery is due: by the feature that declared its kind."""

from bot.engine import Engine
from bot.pipeline.turn import Turn
from handlers.kit import Due, Reply
from storage.people import people
from storage.reminders.deliveries import DeliveryRow


def said(engine: Engine, turn: Turn, row: DeliveryRow) -> Reply | None:
    """To the person of the row, with the roles of now; None when it is no longer needed."""
    person = people.by_id(turn.db, row.person_id, turn.now)
    due = Due(turn.db, turn.now, person, row.occurrence, row.lead, row.day, row.payload, row.late)
    return engine.features.due[row.kind](due)
