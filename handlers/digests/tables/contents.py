"""A digest that is written down as a workbook, and the rows of it that it holds itself; counts only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from handlers.kit import Unit
from handlers.wording import days
from handlers.wording.periods import Span
from handlers.workbooks import Cell, Share
from scheduling import spans
from storage.digests import figures
from storage.digests.parts import Which
from storage.digests.periods import Period

Row = Sequence[Cell]
Figures = figures.Digest | Period
_CALLED = {"week": "周报", "month": "月报", "term": "学期报", "year": "年报"}


def kind(label: str) -> str:
    """周报, 月报 … of the period with this label; of any days 情况."""
    return _CALLED.get(spans.kind_of(label) if label else "", "情况")


@dataclass(frozen=True, slots=True)
class Shown:
    """A digest of a unit: `name` is that of its period, `label` that of scheduling/spans (empty: of any days).

    `stamp` says as of when, `now` is then, `closed` when the period was closed, if it was.
    """

    unit: Unit
    title: str
    name: str
    label: str
    first: date
    last: date
    stamp: str
    now: datetime
    closed: datetime | None
    digest: Figures

    @property
    def span(self) -> Span:
        """Its period."""
        return Span(self.first, self.last, self.name, self.label)

    @property
    def kind(self) -> str:
        """周报, 月报 …"""
        return kind(self.label)

    @property
    def called(self) -> str:
        """第14周周报, 4月月报, 周报 of a squad, whose days stand beside it; of any days it has no name of its own."""
        word = self.kind
        if word == "周报" and self.unit.key:
            return word
        return f"{self.name.removesuffix('学期') if word == '学期报' else self.name}{word}"

    @property
    def days(self) -> str:
        """2026年3月30日–4月5日."""
        year = f"{self.last.year}年" if self.last.year != self.first.year else ""
        return f"{self.first.year}年{days.short(self.first)}–{year}{days.short(self.last)}"

    @property
    def which(self) -> Which:
        """Its check-ins."""
        return Which(self.unit, self.first, self.last)


def share(part: int, whole: int) -> Share | None:
    """0.952, rounded as the text rounds; None where there is nothing to divide by."""
    return _share(figures.percent(part, whole))


def _share(percent: float | None) -> Share | None:
    return None if percent is None else Share(round(percent / 100, 4))


def overview(one: Shown) -> list[tuple[str, Cell]]:
    """(what, how much) of the whole, one below the other."""
    of, heads = one.digest, one.digest.attendance
    found: list[tuple[str, Cell]] = [
        ("时期", one.name), ("第一天", one.first), ("最后一天", one.last), ("数据", one.stamp),
        ("活动场次", of.events), ("应签到中队", of.squads_due), ("已签到中队", of.squads_covered),
        ("中队签到率", share(of.squads_covered, of.squads_due)), ("人次", heads.attended),
        ("实到（写了应到的）", heads.rated_attended), ("应到", heads.rated_due),
        ("到场率", share(heads.rated_attended, heads.rated_due)), ("写了应到的签到", heads.rated or None),
    ]  # fmt: skip
    return found + (_of_week(of) if isinstance(of, figures.Digest) else [])


def _of_week(of: figures.Digest) -> list[tuple[str, Cell]]:
    found: list[tuple[str, Cell]] = [("没有活动的中队", of.zero), ("请假的中队", of.excused)]
    for name, then in (("上周", of.previous), ("去年同期", of.last_year)):
        if then:
            found += [(f"{name}场次", then.events), (f"{name}签到中队", then.squads_covered)]
            found += [(f"{name}人次", then.attended), (f"{name}到场率", _share(then.rate))]
    since = of.correction.changes if of.correction else None
    found += [("迟报", of.late), ("补报", of.backfilled), ("到场不到一半的签到", of.doubtful)]
    if since:
        found += [("定稿后补报", since.reported), ("定稿后更正", since.corrected), ("定稿后撤回", since.withdrawn)]
    return found


def schools(one: Shown) -> Iterator[Row]:
    """A row a school, the least covered first."""
    for each in one.digest.schools:
        covered = share(each.covered, each.due)
        counts = each.due, each.covered, covered, each.events, each.attended
        yield (one.title, "学校", each.name, "", None, *counts, share(each.rated_attended, each.rated_due))


def whole(one: Shown) -> Row:
    """The row of the unit itself, above those of its schools."""
    of, heads = one.digest, one.digest.attendance
    late = (of.late, of.backfilled) if isinstance(of, figures.Digest) else ()
    counts = of.squads_due, of.squads_covered, share(of.squads_covered, of.squads_due), of.events, heads.attended
    return (one.title, "合计", "", "", None, *counts, share(heads.rated_attended, heads.rated_due), "", *late)


def activities(one: Shown) -> Iterator[Row]:
    """A row an activity, the most frequent first."""
    for each in one.digest.by_activity:
        yield (one.title, each.activity, each.events, each.squads, each.attended, _share(each.rate))
