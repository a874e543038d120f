"""Which figure is meant: the digests that people have before them, and what they say."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from handlers.digests.period import figures, wording
from handlers.digests.readers import READERS
from handlers.digests.week.phrases import corrected
from handlers.digests.why import measures
from handlers.digests.why import words as named
from handlers.kit import Ask, Unit
from handlers.wording import periods, places
from scheduling import closed_periods
from storage.digests import digests
from storage.organisation import units


@dataclass(frozen=True, slots=True)
class Found:
    """The figure that is meant: of which unit, days and activity, as it is now and as the digest said it.

    `corrected`: what came after that was frozen; empty when nothing did.
    """

    of: Unit
    span: periods.Span
    now: measures.Shown
    said: measures.Shown
    activity: str = ""
    corrected: str = ""

    def says(self, wanted: measures.Wanted) -> bool:
        """Whether this is the value that was named, if one was."""
        values = [measures.value(wanted.measure, each, self.activity) for each in (self.said, self.now)]
        of_all = wanted.due in (None, self.said.squads_due, self.now.squads_due)
        return wanted.value is None or (wanted.value in values and of_all)

    @property
    def when(self) -> str:
        """What its days are called."""
        return periods.name_of(self.span, self.of)


def find(ask: Ask, wanted: measures.Wanted, words: str) -> Found:
    """The first digest that says this figure, else the first; raises Refusal for a unit that is not the asker's."""
    candidates, words = named.spans_in(ask, words)
    words = words.strip("的 ")
    activity, words = named.activity_in(ask, words)
    at = places.chosen(ask, READERS, words, "为什么", f"{measures.WORDS[wanted.measure]} {candidates[0].words} {{}}")
    first = None
    for each in _each(ask, at, candidates):
        for name in [activity] if activity else ["", *measures.activities(each.said)]:
            one = replace(each, activity=name)
            # On a Monday people ask of the digest that they have just got.
            if first is None or (each.said.events and not first.said.events):
                first = one
            empty = wanted.value is None and not each.said.events and len(candidates) > 1
            if one.says(wanted) and not empty:
                return one
    assert first is not None
    return _of_part(ask, wanted, at, candidates) or first


def _of_part(ask: Ask, wanted: measures.Wanted, at: list[Unit], candidates: list[periods.Span]) -> Found | None:
    """The figure of a school that stands in the digest above it, where that itself says no such figure."""
    schools = {id for each in _each(ask, at, candidates) for id in _saying(each.said, wanted)}
    parts = list(units.by_ids(ask.db, schools).values())
    return next((one for one in _each(ask, parts, candidates) if one.says(wanted)), None)


def _saying(shown: measures.Shown, wanted: measures.Wanted) -> list[int]:
    of = {"events": "events", "heads": "attended", "squads": "covered"}.get(wanted.measure)
    return [each.id for each in shown.schools if of and getattr(each, of) == wanted.value]


def _each(ask: Ask, at: list[Unit], candidates: list[periods.Span]) -> Iterator[Found]:
    for span in candidates:
        for of in at:
            if "W" in span.label:
                said = closed_periods.shown(ask.db, of, span.label, ask.now)
                now = digests.weekly(ask.db, of, span.label, ask.now) if said.revision else said
                yield Found(of, span, now, said, corrected=corrected(said))
            else:
                shown = figures.of_days(ask.db, of, span, ask.now)
                later = wording.corrected(ask.db, of, span, shown, ask.now)
                yield Found(of, span, figures.recounted(ask.db, of, span, ask.now) or shown, shown, corrected=later)
