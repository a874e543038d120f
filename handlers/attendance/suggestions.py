"""What is offered as buttons to somebody who named no activity."""

from handlers.catalogue import current
from handlers.kit import REPORTERS, Ask
from handlers.wording import programmes


def activities(ask: Ask) -> list[str]:
    """What somebody may have meant who named no activity; without a school the rows that count people come first."""
    rows = [] if any(unit.school_id for unit in ask.me.units(REPORTERS)) else programmes.rows_for(ask)
    people = [row.name for row in rows if row.many and any("人" in each.units for each in row.asked)]
    return [*people[:3], *current.catalogue_of(ask.db).offered("签到")]
