"""上报: what a message tells of a row is stored when every number is explained, else one thing is asked."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from handlers.attendance import attachments
from handlers.catalogue.model import Row
from handlers.catalogue.telling.reports import without_texts
from handlers.catalogue.telling.verdicts import split_by_choice
from handlers.kit import Ask, Reply
from handlers.programmes.reports import limits, record, subject, zero
from handlers.programmes.reports import report_questions as asked
from handlers.registry import reads
from handlers.wording import programmes


@reads("report")
def take(ask: Ask) -> Sequence[Reply]:
    """A text that names a row which the asker reports."""
    row = programmes.row_in(ask, ask.args)
    assert row is not None
    return report(ask, row, ask.args)


def report(ask: Ask, row: Row, said: str, known: asked.Asked | None = None) -> Sequence[Reply]:
    """Read `said` as a report of the row; `known` is what was asked about where this message answers a question."""
    day = date.fromisoformat(known.day) if known else ask.today
    if known is None and zero.is_switch(row, said):
        raise zero.switch(row)
    parts = split_by_choice(said, row)
    if len(parts) > 1 and known is None:
        return [reply for part in parts for reply in report(ask, row, part)]
    now = asked.Asked(
        row.key,
        said,
        day.isoformat(),
        files=attachments.waiting(ask, known.files if known else None),
        again=bool(known and known.again),
    )
    # 文号:县委办〔2026〕12号: what is said in a field's own words is no unit and no period.
    head, own_words = without_texts(said, row)
    unit, rest = subject.unit_in(ask, row, head)
    if unit is None:
        return [asked.which_unit(ask, row, now)]
    if instead := zero.instead(ask, row, unit, said):
        return instead
    told = subject.told(ask, row, unit, rest, own_words, day)
    left_out = limits.gate_texts(row, told)
    if not told.complete:
        return [asked.about(ask, row, unit, told, now)]
    bare = known is None and not (told.values or told.undated or now.files)
    if bare and not subject.says_done(row, rest, ask.today):
        return [asked.whether_done(ask, row, unit, replace(now, day=(told.day or day).isoformat()))]
    kept = record.kept(ask, row, unit, told, now)
    return [replace(kept, text=f"{kept.text}\n{left_out}") if left_out else kept]
