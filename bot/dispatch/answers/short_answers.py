"""What a few words after a letter record; who is told to be missing is counted, and not kept."""

from collections.abc import Sequence

from bot.dispatch import calls
from bot.dispatch.answers import letter_answers, open_campaigns
from bot.dispatch.features import Features
from handlers.asker import context
from handlers.attendance.requests import LONGEST
from handlers.kit import Ask, Reply
from handlers.reading import Reading
from handlers.reading.persons.personal_data import absent_counted, counts_absent
from handlers.reminders import date_checkins
from handlers.wording import names


def replies(features: Features, ask: Ask, text: str, reading: Reading) -> Sequence[Reply]:
    """The answers to the reports that it is; none for other texts, raises Refusal where one has to choose."""
    bare = _without_names(ask, text)
    plain = open_campaigns.by_title(ask, bare)
    ways = letter_answers.meant(features, ask, plain, reading if plain == text else context.reading_of(ask, plain))
    orders = ((features.command(way.word, way.args), way.args) for way in ways)
    said = [reply for command, args in orders if command for reply in calls.ordered(None, ask, command, args) or []]
    return [*said, Reply(names.privacy_warning(["PII_NAME"]))] if said and bare != text else said


def _without_names(ask: Ask, text: str) -> str:
    """六一 36 请假1人 of 六一 36 张明请假; other texts as they are."""
    if len(text) > LONGEST or "\n" in text or not counts_absent(text):
        return text
    return absent_counted(text, date_checkins.names_in(ask, text))
