"""Which figure is meant: the digests that people have before them, and what they say."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from handlers.digests.figures import corrected
from handlers.digests.readers import READERS
from handlers.digests.why import measures
from handlers.kit import Ask, Unit
from handlers.wording import periods, places, weeks
from scheduling import closed_periods, spans
from storage.digests import digests
from storage.digests.figures import Digest
from storage.digests.periods import between


@dataclass(frozen=True, slots=True)
class Found:
    """The figure that is meant: of which unit, days and activity, as it is now and as the digest said it."""

    of: Unit
    span: periods.Span
    now: measures.Shown
    said: measures.Shown
    activity: str = ""

    def says(self, wanted: measures.Wanted) -> bool:
        """Whether this is the value that was named, if one was."""
        values = [measures.value(wanted.measure, each, self.activity) for each in (self.said, self.now)]
        return wanted.value is None or wanted.value in values

    @property
    def corrected(self) -> str:
        """What came of a frozen week after its freezing; empty when nothing did."""
        return corrected(self.said) if isinstance(self.said, Digest) else ""


def find(ask: Ask, wanted: measures.Wanted, words: str) -> Found:
    """The first digest that says this figure, else the first; raises Refusal for a unit that is not the asker's."""
    candidates, words = _spans(ask, words)
    words = words.strip("的 ")
    activity, words = _activity(ask, candidates[0], words)
    at = places.chosen(ask, READERS, words, "为什么", f"{measures.WORDS[wanted.measure]} {candidates[0].words} {{}}")
    first = None
    for each in _each(ask, at, candidates):
        for name in [activity] if activity else ["", *measures.activities(each.said)]:
            one = Found(each.of, each.span, each.now, each.said, name)
            first = first or one
            if one.says(wanted):
                return one
    assert first is not None
    return first


def _spans(ask: Ask, words: str) -> tuple[list[periods.Span], str]:
    """(the period that is named; else those whose digests people have before them; the rest of the words)."""
    span, rest = periods.longer(words, ask.today)
    if span:
        return [span], rest
    words = weeks.taught(ask, words)
    period, rest = weeks.period_in(words, ask.today)
    if rest != " ".join(words.split()):
        return [periods.of_week(period.week)], rest
    last_week, last_month = ask.today - timedelta(days=7), ask.today.replace(day=1) - timedelta(days=1)
    months = [periods.named(spans.label_of("month", day), ask.today) for day in (ask.today, last_month)]
    return [periods.of_week(period.week), periods.of_week(spans.label_of("week", last_week)), *months], rest


def _activity(ask: Ask, span: periods.Span, words: str) -> tuple[str, str]:
    """(the activity that the words name, the rest)."""
    for each in _each(ask, places.scope(ask.me, READERS), [span]) if words else ():
        for name in measures.activities(each.said):
            if name in words:
                return name, " ".join(words.replace(name, " ", 1).split())
    return "", words


def _each(ask: Ask, at: list[Unit], candidates: list[periods.Span]) -> Iterator[Found]:
    for span in candidates:
        for of in at:
            if "W" in span.label:
                said = closed_periods.shown(ask.db, of, span.label, ask.now)
                now = digests.weekly(ask.db, of, span.label, ask.now) if said.revision else said
                yield Found(of, span, now, said)
            else:
                shown = between(ask.db, of, span.first, min(span.last, ask.today))
                yield Found(of, span, shown, shown)
