"""上次建队日来了多少人: what was reported of a key date, as it stands in the records."""

import re
from datetime import date

from handlers import rights
from handlers.attendance import phrases
from handlers.catalogue.loader import calendar_of
from handlers.kit import Ask, Button, Reply
from handlers.reminders import naming
from handlers.wording import days, places
from scheduling.calendar import KeyDate
from storage.checkins import dated

_MOST = 10
_OF_SQUADS = re.compile("(?:几|多少)个?(?:中队|班)")


def told(ask: Ask, key: KeyDate, day: date, words: str) -> Reply:
    """How many there were in the asker's part of the tree, and the newest lines; else how to see what is near."""
    names = [name for name in (key.topic, key.name, *key.words) if len(name) > 1]
    of = dated.Dated(day, names, calendar_of(ask.db).chase.ignore)
    where = naming.where_in(calendar_of(ask.db), words)
    at = places.scope(ask.me, rights.LOOKERS)
    if where:
        at = places.chosen(ask, rights.LOOKERS, where, "提醒", f"{words.replace(where, '')}{{}}")
    paths = [unit.path for unit in at]
    count, heads = dated.counted(ask.db, of, paths)
    whose = at[0].name if len(at) == 1 else "您负责的单位"
    year = f"{day.year}年" if day.year != ask.today.year else ""
    said = f"{key.name}（{year}{days.short(day)} {days.weekday(day)}）"
    if not count:
        first, last = day - dated.AROUND, min(day + dated.AROUND, ask.today)
        near = f"从{first.year}年{days.short(first)}到{last.year}年{days.short(last)}"
        return Reply(f"{said}，{whose}没有签到的记录。", (Button("看前后几天", "查", f"{near} {where}".strip()),))
    squads = dated.squads(ask.db, of, paths) if _OF_SQUADS.search(words) else 0
    total = f"签到 {count} 条，实到共 {heads} 人" if count > 1 else "签到 1 条"
    total += f"，来自 {squads} 个中队" if squads else ""
    lines = phrases.in_lines(dated.newest(ask.db, of, paths, _MOST), ask.today)
    more = [f"只列出 {_MOST} 条。"] if count > _MOST else []
    return Reply("\n".join([f"{said}，{whose}{total}：", *lines, *more]))
