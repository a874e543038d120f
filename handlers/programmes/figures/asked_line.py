"""Which line of which units the words after 看, 表 and 催 ask for."""

import re
from collections.abc import Sequence

from handlers.catalogue import current
from handlers.catalogue.model import Row
from handlers.kit import Ask, Refusal, Unit
from handlers.programmes.reports import subject
from handlers.wording import lines, periods, places, programmes
from scheduling import spans
from storage.organisation import units

_LINES = {"roster": lines.roster_line, "case": lines.case_line}


def line_of(ask: Ask, word: str) -> tuple[lines.Line, list[Unit]]:
    """The line that the arguments ask for (a row, a period, a unit), and the units that it is of; raises Refusal."""
    row, period, rest = parted(ask, word)
    readers = programmes.LOOKERS if word == "看" else programmes.READERS
    at = places.chosen_or_group(ask, readers, rest, word, f"{row.name} {{}}")
    return of_paths(ask, row, paths(row, at), period), at


def of_paths(ask: Ask, row: Row, at: Sequence[str], period: str) -> lines.Line:
    """A row's line, as its shape has it, of what stands below these paths."""
    return _LINES.get(row.shape, lines.line)(ask.db, row, at, period, ask.today)


def paths(row: Row, at: Sequence[Unit]) -> list[str]:
    """What the units look at: of cases an office beside a district looks at all that it decides on."""
    return [units.sphere(unit) if row.shape == "case" else unit.path for unit in at]


def parted(ask: Ask, word: str) -> tuple[Row, str, str]:
    """(the row, the period, the rest) of the arguments; raises Refusal."""
    row = programmes.named(rows(ask), ask.args)
    if row is None and (told := programmes.named(programmes.told_by_checkins(ask), ask.args)):
        raise Refusal(f"{told.name}由签到算出，发「看 {told.name}」。催没报的发「催办」，要表发「周报 表格」。")
    if row is None:
        nudge = "催没签到的，发「催办」。" if word == "催" else ""
        raise Refusal(f"没有这一项。{nudge}像这样发：{word} 宣讲 上月")
    words = programmes.without(row, ask.args)
    # 微心愿认领 is asked of its line, which has all its figures.
    names = sorted((name for each in row.fields for name in (each.label, *each.words)), key=len, reverse=True)
    if names:
        words = re.sub(rf"(?:{'|'.join(map(re.escape, names))})[率数]?", " ", words)
    span, rest = periods.longer(words, ask.today)
    if span and not span.label:
        raise Refusal(f"{row.name}按周、月、季度、学期、年来看，像这样发：{word} {row.name} 本学期")
    period, rest = (span.label, rest) if span else spans.named(words, ask.today)
    period = period or (subject.holiday(ask.args, ask.today) if row.period == "term" else "")
    period = period or spans.label_of("week" if row.period == "day" else row.period, ask.today)
    return row, period, " ".join(rest.split())


def rows(ask: Ask) -> list[Row]:
    """What is reported, decided or held: all that has figures of its own."""
    return [row for row in current.catalogue_of(ask.db).rows if row.shape != "checkin" and not row.is_medal]
