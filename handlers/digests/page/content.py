"""What there is to see of a digest beside its sums: its parts with their ids, and the weeks before."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from handlers.digests.period import wording
from handlers.digests.tables import squads
from handlers.digests.tables.contents import Shown
from handlers.digests.week import phrases
from handlers.reading.text.numbers import value_of
from scheduling.periods import monday_of, week_of
from storage.digests import digests, figures

WEEKS = 8
# 二(1)中队 stands before 三(1)中队, 第2小学 before 第10小学.
_NUMBER = re.compile(r"(\d+|十?[一二三四五六七八九]|十)")


def parts(db: Connection, one: Shown) -> Sequence[figures.Part]:
    """Its schools, or the squads of a school, as the digest has them in order; empty for a squad."""
    if len(one.digest.schools) > 1:
        return one.digest.schools
    found = []
    for squad, own, covered in squads.told(db, one):
        events, heads = sum(each.events for each in own), sum(each.attended for each in own)
        if squad.id != one.unit.id:
            found.append(figures.Part(squad.name, squad.id, events, heads, 1, int(covered)))
    return found


def corrected(db: Connection, one: Shown, now: datetime) -> str:
    """What came after the digest was closed; empty when nothing did."""
    if isinstance(one.digest, figures.Digest):
        return phrases.corrected(one.digest)
    return wording.corrected(db, one.unit, one.span, one.digest, now)


def trend(db: Connection, one: Shown) -> list[figures.Previous]:
    """Eight weeks, up to the last one of the period, as they stand now."""
    last = monday_of(week_of(min(one.last, one.now.date())))
    weeks = [week_of(last - timedelta(days=7 * back)) for back in range(WEEKS - 1, -1, -1)]
    return digests.trend(db, one.unit, weeks)


def in_order(name: str) -> list[tuple[bool, int, str]]:
    """A name as people sort it: its numbers are numbers."""
    parts = _NUMBER.split(name)
    return [(bool(place % 2), (value_of(part) or 0) if place % 2 else 0, part) for place, part in enumerate(parts)]
