"""为什么 +3: by how much a figure changed, and from what to what; of weeks as of months, terms and years."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from handlers.digests.period import figures
from handlers.digests.readers import READERS
from handlers.digests.why import measures
from handlers.digests.why.words import spans_in
from handlers.kit import Ask, Button, Reply, Unit
from handlers.wording import numbers, periods, places, weeks
from scheduling import closed_periods
from storage.digests.figures import Previous
from storage.organisation import history, units

# What is compared, and how the figure itself is called where one asks for it.
_WORDS = {"场次": "场次", "中队": "签到中队", "人次": "人次", "到场率": "到场率"}
# 3-2 and 4-1 are squads or days.
_CHANGE = re.compile(
    r"(场次|中队|人次|到场率)?\s*(?<![\d.)）])([+＋−－-])\s?(\d+(?:\.\d+)?)(?:\s?个?百分点)?(?![\d/年月.-])"
)
# 比第13周: what it is compared with is known.
_THAN = re.compile(r"比\s?(?:第\s?\d+\s?周|上一?周|前一周|去年同期)?的?")


@dataclass(frozen=True, slots=True)
class _Comparison:
    """The figures of a digest, by their words, beside those of `when`, whose period is `label`."""

    span: periods.Span
    now: dict[str, float | None]
    then: dict[str, float | None]
    when: str
    label: str

    def by(self, name: str) -> float | None:
        """How much more it is; None where one of them is unknown."""
        return numbers.points(self.now[name], self.then[name])


def told(ask: Ask, words: str) -> Reply | None:
    """None: the words name no change."""
    words = _THAN.sub(" ", words)
    match = _CHANGE.search(words)
    if match is None:
        return None
    wanted = float(match[3]) * (1 if match[2] in "+＋" else -1)
    candidates, rest = spans_in(ask, f"{words[: match.start()]} {words[match.end() :]}")
    at = places.chosen(ask, READERS, rest, "为什么", f"{match[0]} {candidates[0].words} {{}}")
    found = []
    compared = ((unit, each) for span in candidates for unit in at for each in _comparisons(ask, unit, span))
    for of, each in compared:
        names = [name for name in _WORDS if match[1] in (None, name) and each.by(name) == wanted]
        if names:
            return _change(ask, of, each, names[0])
        found.append((of, each))
    # On a Monday people ask of the digest that they have just got.
    nearest = max(found, key=lambda one: (bool(one[1].then["场次"]), bool(one[1].now["场次"])))
    return _none(ask, *nearest, f"{match[2]}{match[3]}")


def _comparisons(ask: Ask, of: Unit, span: periods.Span) -> Iterator[_Comparison]:
    """What the digest of a period is compared with; of a week also the same one of the year before."""
    if "W" in span.label:
        shown = closed_periods.shown(ask.db, of, span.label, ask.now)
        for then in filter(None, (shown.previous, shown.last_year)):
            year = "" if then is shown.previous else f"{then.week[:4]}年"
            when = f"{year}{weeks.name_of(then.week, of)}"
            yield _Comparison(span, _of_period(shown), _of_week(then), when, then.week)
    else:
        when, before = figures.earlier(ask.db, of, span, ask.today)
        label = periods.Span(before.first, before.last, when).words
        now = figures.of_days(ask.db, of, span, ask.now)
        yield _Comparison(span, _of_period(now), _of_period(before), when, label)


def _of_period(shown: measures.Shown) -> dict[str, float | None]:
    heads = shown.attendance
    return dict(zip(_WORDS, (shown.events, shown.squads_covered, heads.attended, heads.rate), strict=True))


def _of_week(then: Previous) -> dict[str, float | None]:
    return dict(zip(_WORDS, (then.events, then.squads_covered, then.attended, then.rate), strict=True))


def _change(ask: Ask, of: Unit, one: _Comparison, name: str) -> Reply:
    by = _by(one, name)
    here, path = periods.name_of(one.span, of), history.path_names(ask.db, [of])[of.id]
    told = [numbers.rate(value) if name == "到场率" else f"{value}" for value in (one.now[name], one.then[name])]
    labels = (here, one.span.words), (one.when, one.label)
    buttons = tuple(Button(word, "为什么", f"{_WORDS[name]} {label} {path}") for word, label in labels)
    return Reply(f"{units.full_name(ask.db, of)}{here}：{name} {by} = {told[0]} − {one.when}的 {told[1]}", buttons)


def _none(ask: Ask, of: Unit, one: _Comparison, value: str) -> Reply:
    changes = "，".join(f"{name} {_by(one, name)}" for name in _WORDS if one.by(name) is not None)
    said = f"比{one.when}：{changes}" if one.then["场次"] else f"：{one.when}没有活动，无从比较"
    head = f"{units.full_name(ask.db, of)}{periods.name_of(one.span, of)}"
    again = f"{one.span.words} {history.path_names(ask.db, [of])[of.id]}"
    return Reply(f"{head}{said}，没有 {value} 这个数。", (Button("周报", "周报", again),))


def _by(one: _Comparison, name: str) -> str:
    by = one.by(name) or 0
    return numbers.change(by, " 个百分点") if name == "到场率" else numbers.change(int(by))
