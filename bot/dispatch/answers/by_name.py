"""What is meant by the name alone: a campaign's title, a date of one's own and what becomes of it."""

from bot.dispatch.answers import open_campaigns
from handlers.attendance import participation
from handlers.kit import Ask
from handlers.reminders import own_dates

_MARKS = "《》「」“”。 "


def campaign(ask: Ask, text: str) -> int | None:
    """Whose title is all that the text says; None for other texts, and where several are called so."""
    said = open_campaigns.by_title(ask, text).strip(_MARKS)
    found = [one.id for one in participation.opened(ask) if one.title == said]
    return found[0] if len(found) == 1 else None


def order(ask: Ask, text: str) -> tuple[str, str]:
    """(a command's word, arguments) of 书香校园, 家长会改到12月16日; without arguments for other texts."""
    if titled := campaign(ask, text):
        return "活动", str(titled)
    return "提醒", own_dates.order(ask, text)
