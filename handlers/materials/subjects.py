"""What a row of the catalogue comes to for a unit and a period: check-ins and stars like every other row."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection

from handlers.catalogue import current
from handlers.catalogue.model import Row
from handlers.kit import Unit
from handlers.materials import counts
from handlers.wording import lines
from scheduling import spans
from storage.digests import periods
from storage.organisation import unit_groups, units
from storage.programmes import cases, holdings, sums

# All check-ins together, named as a row is.
EVERYTHING = Row.model_validate(
    {
        "key": "qd_all", "name": "签到", "shape": "checkin", "section": "活动", "period": "day", "at": ["中队"],
        "said": [{"rank": 4, "plain": ["签到"]}],
        "line": "开展活动 {count} 场，参加中队 {units}/{targets} 个（{rate}），{attended} 人次",
    }
)  # fmt: skip


class Figures:
    """The lines of a unit as of a day; each is worked out once."""

    def __init__(self, db: Connection, unit: Unit, today: date) -> None:
        """`today` is the last day that counts."""
        self.db, self.unit, self.today = db, unit, today
        self.rows = (EVERYTHING, *current.catalogue_of(db).rows)
        members = unit_groups.members(db, unit) if unit.kind == units.Kind.GROUP else []
        self._paths = [unit.path, *(each.path for each in members if not unit.covers(each))]
        # Of cases an office beside a district has all that it works for.
        self._sphere = [units.sphere(unit), *self._paths[1:]]
        self._lines: dict[tuple[str, str], lines.Line] = {}
        self._days: dict[str, periods.Period] = {}

    def of(self, unit: Unit) -> "Figures":
        """The same of another unit."""
        return Figures(self.db, unit, self.today)

    def line(self, row: Row, period: str) -> lines.Line:
        """The line of a row for a period (a label of scheduling/spans); flows of it, stocks as of its end or today."""
        if (row.key, period) not in self._lines:
            self._lines[row.key, period] = self._made(row, period)
        return self._lines[row.key, period]

    def told(self) -> Iterator[Row]:
        """The rows of which there is anything at all, so that the others need not be worked out."""
        keys = frozenset().union(*(of(self.db, self._paths) for of in (holdings.rows, sums.told)))
        keys |= cases.rows(self.db, self._sphere)
        return (row for row in self.rows if row.shape == "checkin" or row.is_medal or row.key in keys)

    def days(self, period: str) -> periods.Period:
        """The check-ins of a period up to today."""
        if period not in self._days:
            first, last = spans.span_of(period)
            self._days[period] = periods.between(self.db, self.unit, first, min(last, self.today))
        return self._days[period]

    def _made(self, row: Row, period: str) -> lines.Line:
        if row.shape == "checkin":
            shown = counts.checkins(None if row is EVERYTHING else row, self.days(period))
            return lines.Line(row, period, lines.filled(row, shown) if shown["count"] != "0" else "", shown)
        if row.is_medal:
            first, last = spans.span_of(period)
            shown = counts.awarded(self.db, row, self.unit, first, min(last, self.today))
            return lines.Line(row, period, lines.filled(row, shown) if shown["awarded"] != "0" else "", shown)
        of = {"roster": lines.roster_line, "case": lines.case_line}.get(row.shape, lines.line)
        paths = self._sphere if row.shape == "case" else self._paths
        made = of(self.db, row, paths, period, self.today)
        shown = {**made.values, "period": spans.said(self._own(row, period), self.today)}
        # What a week adds about cases that moved is of no use in a year.
        return replace(made, text=lines.filled(row, shown) if made.text else "", values=shown)

    def _own(self, row: Row, period: str) -> str:
        """The period that a line is about: of what is due each month the last one."""
        last = min(spans.span_of(period)[1], self.today)
        return spans.label_of(row.period, last) if row.shape == "report" and row.due else period
