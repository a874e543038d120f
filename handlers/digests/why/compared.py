"""What a digest is compared with: the period before, of a week also the same one of the year before."""

from collections.abc import Iterator
from dataclasses import dataclass

from handlers.digests.period import figures
from handlers.digests.why import measures
from handlers.kit import Ask, Unit
from handlers.wording import numbers, periods, weeks
from scheduling import closed_periods
from storage.digests.figures import Previous

# What is compared, and how the figure itself is called where one asks for it.
WORDS = {"场次": "场次", "中队": "签到中队", "人次": "人次", "到场率": "到场率"}


@dataclass(frozen=True, slots=True)
class Comparison:
    """The figures of a digest of a unit, by their words, beside those of `when`, whose period is `label`."""

    of: Unit
    span: periods.Span
    now: dict[str, float | None]
    then: dict[str, float | None]
    when: str
    label: str

    def by(self, name: str) -> float | None:
        """How much more it is; None where one of them is unknown."""
        return numbers.points(self.now[name], self.then[name])

    def said(self, name: str) -> str:
        """The same in words: +3, −1.1 个百分点."""
        by = self.by(name) or 0
        return numbers.change(by, " 个百分点") if name == "到场率" else numbers.change(int(by))


def comparisons(ask: Ask, of: Unit, span: periods.Span) -> Iterator[Comparison]:
    """What the digest of a period is compared with."""
    if "W" in span.label:
        shown = closed_periods.shown(ask.db, of, span.label, ask.now)
        for then in filter(None, (shown.previous, shown.last_year)):
            year = "" if then is shown.previous else f"{then.week[:4]}年"
            when = f"{year}{weeks.name_of(then.week, of)}"
            yield Comparison(of, span, _of_period(shown), _of_week(then), when, then.week)
    else:
        when, before = figures.earlier(ask.db, of, span, ask.today)
        label = periods.Span(before.first, before.last, when).words
        now = figures.of_days(ask.db, of, span, ask.now)
        yield Comparison(of, span, _of_period(now), _of_period(before), when, label)


def _of_period(shown: measures.Shown) -> dict[str, float | None]:
    heads = shown.attendance
    return dict(zip(WORDS, (shown.events, shown.squads_covered, heads.attended, heads.rate), strict=True))


def _of_week(then: Previous) -> dict[str, float | None]:
    return dict(zip(WORDS, (then.events, then.squads_covered, then.attended, then.rate), strict=True))
