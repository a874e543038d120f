"""A bare number after a reminder, a nudge or a campaign's letter: the report that it asked for, with this number."""

import re
from dataclasses import replace
from datetime import timedelta

from bot.dispatch.features import Features
from handlers.asker.context import context_of
from handlers.kit import Ask, Due
from handlers.reading import Reading, read
from storage.checkins import checkins
from storage.reminders import deliveries

# So long a number alone is said of the last letter.
_COUNTS = timedelta(hours=24)
# The line of a letter that is to be copied back: 三(2)中队 主题队日 应到44 实到
_LINE = re.compile(r"^(?P<what>.*?)(?P<due> 应到\d+)? 实到$", re.MULTILINE)
# The button of a campaign's letter.
_CAMPAIGN = "活动"
_TALK = frozenset({"unknown", "checkin"})


def report(features: Features, ask: Ask, text: str, reading: Reading) -> str:
    """The line of the newest letter of this day filled in, or of a campaign its command: 活动 3 实到38.

    Empty where text or letter is none of that kind.
    """
    said = reading.records if reading.intent == "checkin" else reading.offered
    if reading.intent not in _TALK or len(said) != 1 or said[0].attended is None or not ask.message.private:
        return ""
    one = said[0]
    if one.activity or one.dated or one.topic:
        return ""
    sent = deliveries.last(ask.db, ask.me.id, ask.now - _COUNTS)
    last = checkins.newest(ask.db, ask.me.id)
    if sent is None or sent.settled_at is None or (last and last.made_at and last.made_at >= sent.settled_at):
        return ""
    if any(record.unit for record in read(text, replace(context_of(ask), bound_unit=None)).records):
        return ""
    due = Due(ask.db, ask.now, ask.me, sent.occurrence, sent.lead, sent.day, sent.payload, sent.late)
    letter = features.due[sent.kind](due)
    if letter is None:
        return ""
    if number := next((each.args for each in letter.buttons if each.word == _CAMPAIGN), ""):
        return f"{_CAMPAIGN} {number} {f'应到{one.due}' if one.due else ''}实到{one.attended}"
    lines = list(_LINE.finditer(letter.text))
    if len(lines) != 1:
        return ""
    whole = f" 应到{one.due}" if one.due else lines[0]["due"] or ""
    return f"{lines[0]['what']}{whole} 实到{one.attended}"
