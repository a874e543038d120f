"""Until when the public notice of a case runs."""

from collections.abc import Sequence
from datetime import date

from handlers.catalogue import chain
from handlers.catalogue.loader import calendar_of
from handlers.catalogue.model import Row
from handlers.kit import Ask
from storage.programmes.cases import CaseStep


def notice_ends(ask: Ask, row: Row, done: Sequence[CaseStep]) -> date:
    """The last day of the public notice of a case that stands in it."""
    ran: list[tuple[date, date | None]] = []
    for each in done:
        day = each.at.astimezone(ask.now.tzinfo).date()
        if ran and ran[-1][1] is None:
            ran[-1] = (ran[-1][0], day)
        if each.state == chain.NOTICE:
            ran.append((day, None))
    return chain.notice_ends(row.notice, calendar_of(ask.db).workdays, ran)
