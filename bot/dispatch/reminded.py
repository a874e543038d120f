"""A bare number after a reminder, a nudge or a campaign's letter: the report that it asked for, with this number."""

import re
from dataclasses import replace
from datetime import timedelta

from bot.dispatch.features import Features
from handlers.asker.context import context_of
from handlers.kit import Ask, Due, Reply
from handlers.reading import Reading, read
from scheduling.occasions import Cleared
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
    if not sent or (last and last.made_at and sent[0].settled_at and last.made_at >= sent[0].settled_at):
        return ""
    if any(record.unit for record in read(text, replace(context_of(ask), bound_unit=None)).records):
        return ""
    # What stands behind the first says no more than it must: it brings no line to copy of a day that is to come.
    letters = [(row, reply) for place, row in enumerate(sent) if (reply := _words(features, ask, row, place > 0))]
    # Before what is to come, a number is of what is over and missing.
    letters = [one for one in letters if one[0].lead < 0] or letters
    buttons = (each for _, letter in letters for each in letter.buttons)
    calls = dict.fromkeys(each.args for each in buttons if each.word == _CAMPAIGN)
    lines = {line["what"]: line for _, letter in letters for line in _LINE.finditer(letter.text)}
    if len(calls) == 1 and not lines:
        return f"{_CAMPAIGN} {next(iter(calls))} {f'应到{one.due}' if one.due else ''}实到{one.attended}"
    if len(lines) != 1 or calls:
        return ""
    [(what, line)] = lines.items()
    whole = f" 应到{one.due}" if one.due else line["due"] or ""
    return f"{what}{whole} 实到{one.attended}"


def _words(features: Features, ask: Ask, row: deliveries.DeliveryRow, brief: bool) -> Reply | None:
    """What this part of the letter would say now; None when what it asks for has come."""
    due = Due(ask.db, ask.now, ask.me, row.occurrence, row.lead, row.day, row.payload, row.late, brief)
    try:
        reply: Reply | None = features.occasions.of(row).say(due)
    except Cleared:
        return None
    return reply
