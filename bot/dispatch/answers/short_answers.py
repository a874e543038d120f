"""What a few words after a letter record; who is told to be missing is counted, and not kept."""

import re
from collections.abc import Sequence

from bot.dispatch import calls
from bot.dispatch.answers import letter_answers, open_campaigns
from bot.dispatch.features import Features
from handlers.asker import context
from handlers.attendance import requests
from handlers.kit import Ask, Reply
from handlers.reading import Reading
from handlers.reading.persons.personal_data import absent_counted, counts_absent
from handlers.reminders import date_checkins
from handlers.wording import names

# The first line of a letter about a day, as it is copied: 今天（6月1日 周一）是六一国际儿童节：…。
_ON = r"[(（]\d{1,2}月\d{1,2}日 周.[)）]"
_COPIED = re.compile(
    rf"[「“\"]?(?:【补发】)?(?:[今明]天{_ON}是(?P<name>[^\s\d:：,，。「」”\"]{{2,20}})"
    rf"|(?P<ahead>[^\s\d:：,，。(（]{{2,20}}){_ON}还有 \d+ 天)(?:[:：](?:[^。\n]*。)?|。)?[」”\"]?\s*"
)


def uncopied(text: str) -> str:
    """六一国际儿童节 38人 of what a letter says of that day with 38人 behind it; other texts as they are."""
    found = _COPIED.match(text)
    rest = text[found.end() :] if found else ""
    if not found or not (requests.none_in(rest) == "" or ((said := requests.heads_in(rest)) and not said[0])):
        return text
    return f"{found['name'] or found['ahead']} {rest}"


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
    if len(text) > requests.LONGEST or "\n" in text or not counts_absent(text):
        return text
    return absent_counted(text, date_checkins.names_in(ask, text))
