"""What the letters of late ask somebody to report, as far as it is still open, or by what it is called."""

import re
from datetime import datetime, timedelta

from bot.dispatch.answers import open_campaigns
from bot.dispatch.features import Features
from handlers.asker import context
from handlers.attendance import requests as letters
from handlers.catalogue.loader import calendar_of
from handlers.kit import REPORTERS, Ask, Due
from handlers.reading.text import normalise
from handlers.reminders import date_checkins
from handlers.wording import places
from scheduling.occasions import Cleared
from storage.reminders import deliveries

# So long something may be called by its name; a number alone is said of what was asked today or yesterday.
_NAMED = timedelta(days=10)
# 第一个38 第二个40, 1、38 2、40: as many as are asked, in their order.
_PLACES = re.compile(r"第[一二三四五六\d][个件项]|(?<![\d.])[1-6](?:[、．:：)）]|\.(?=\s))")
_LONGEST, _BETWEEN = 80, " \n,，;；、。.:："


def apart(ask: Ask, words: str) -> tuple[str, str]:
    """(the unit of the asker's that the words name, the rest): 三(2)中队 and 六一 of 三(2)六一; 6.1 may be a day."""
    hits, rest = context.units_in(ask, words) if words else ([], "")
    unit = places.by_key(ask, hits[0].unit) if len(hits) == 1 and hits[0].unit else None
    mine = unit is not None and any(unit.path.startswith(path) for path in ask.me.paths(REPORTERS))
    return (unit.name, letters.bare(rest.replace(normalise.GAP, ""))) if unit and mine else ("", words)


def unnamed(features: Features, ask: Ask, unit: str) -> list[tuple[letters.Asked, datetime]]:
    """What was asked since yesterday, is still open and shown so that it can be answered, with when it was said.

    A question that has lapsed came after the letters before it: nothing is said of these.
    """
    yesterday = calendar_of(ask.db).midnight(ask.now) - timedelta(days=1)
    found = []
    for place, row in _told(features, ask, max(yesterday, ask.question.asked_at) if ask.question else yesterday):
        # What stands behind the first says no more than it must: it brings no line to copy of a day that is to come.
        due = _due(ask, row, brief=place > 0)
        try:
            reply = features.occasions.of(row).say(due)
        except Cleared:
            continue
        lines = [reply.text, *(each.args for each in reply.buttons)] if reply else []
        for each in _asked(features, ask, row):
            shown = any((each.report or each.nothing).args in line for line in lines)
            found += [(each, row.settled_at or ask.now)] if shown and unit in each.unit else []
    # Of a letter that is replied to what its card is about.
    found = [one for one in found if any(one[0].is_of(each.word or "", each.args) for each in ask.about)] or found
    return [one for one in found if one[0].day <= ask.today] or found


def named(features: Features, ask: Ask, text: str) -> list[tuple[list[letters.Asked], str]]:
    """What is asked and is named in the text, with what else that says of it; the longest name first, else its day."""
    names = {name for one in open_campaigns.begun(ask) for name in one.names if len(name) > 1 and name in text}
    names.update(date_checkins.names_in(ask, text))
    said = ((name, letters.beside(text, name)) for name in sorted(names, key=len, reverse=True))
    found = [(of_name(features, ask, name, ""), rest) for name, rest in said if rest is not None]
    if not names and (on := letters.day_in(text, ask.today)):
        found = [([each for each in asked_of_late(features, ask) if each.is_of_day(on[0])], on[1])]
    return [(every, rest) for every, rest in found if every]


def parts(features: Features, ask: Ask, text: str) -> list[str]:
    """烈士纪念日38, 国庆40 of what is said of several at once, by name or in their order; none of other texts."""
    if len(text) > _LONGEST:
        return []
    starts = [(found.start(), found.end()) for found in _PLACES.finditer(text)]
    every = [each for each, _ in unnamed(features, ask, "")] if starts else []
    if not starts:
        names = sorted(date_checkins.names_in(ask, text), key=len, reverse=True)
        found = re.finditer("|".join(map(re.escape, names)), text) if names else ()
        starts = [(each.start(), each.start()) for each in found]
    if len(starts) < 2 or text[: starts[0][0]].strip() or (every and len(starts) != len(every)):
        return []
    ends = [start for start, _ in starts[1:]] + [len(text)]
    said = [text[begin:end].strip(_BETWEEN) for (_, begin), end in zip(starts, ends, strict=True)]
    return [f"{one.names[0]} {part}" for one, part in zip(every, said, strict=True)] if every else said


def of_name(features: Features, ask: Ask, name: str, unit: str) -> list[letters.Asked]:
    """What was asked of late, or runs, and is called so, whether or not it has come."""
    called, unasked = date_checkins.called(ask, name)
    every = [each for each in (*asked_of_late(features, ask), *unasked) if unit in each.unit]
    exact = [each for each in every if name in each.names or not called.isdisjoint(each.names)]
    exact = exact or [each for each in every if len(name) > 1 and any(name in other for other in each.names)]
    # Of a date that a letter asked about it is said in the same words.
    return list({(each.label, each.day): each for each in reversed(exact)}.values())[::-1]


def asked_of_late(features: Features, ask: Ask) -> list[letters.Asked]:
    """What was asked of late, and the campaigns that run, whether or not it has come."""
    told = [each for _, row in _told(features, ask, ask.now - _NAMED) for each in _asked(features, ask, row)]
    return list({each.label: each for each in (*open_campaigns.begun(ask), *told)}.values())


def _told(features: Features, ask: Ask, since: datetime) -> list[tuple[int, deliveries.DeliveryRow]]:
    """(its place in its letter, the delivery) of what asked for a report since then, of each the newest."""
    rows = deliveries.of_day(ask.db, ask.me.id, since, ask.now + timedelta(seconds=1))
    begins: dict[datetime | None, int] = {}
    found = {row.occurrence: (at - begins.setdefault(row.settled_at, at), row) for at, row in enumerate(rows)}
    return [one for one in found.values() if (kind := features.occasions.by_kind.get(one[1].kind)) and kind.asked]


def _asked(features: Features, ask: Ask, row: deliveries.DeliveryRow) -> list[letters.Asked]:
    kind = features.occasions.of(row)
    return list(kind.asked(_due(ask, row))) if kind.asked else []


def _due(ask: Ask, row: deliveries.DeliveryRow, brief: bool = False) -> Due:
    return Due(ask.db, ask.now, ask.me, row.occurrence, row.lead, row.day, row.payload, row.late, brief)
