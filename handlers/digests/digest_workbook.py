"""The digest as a workbook: 总览, 按活动, 各中队, 未签到; counts only, no child's name."""

import io
from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any

from sqlalchemy import Connection

from handlers.digests import figures as reports
from handlers.kit import Unit
from handlers.registry import renders
from handlers.wording import weeks
from handlers.workbooks import HEAD, PLAIN, mark
from scheduling import closed_periods
from scheduling.periods import monday_of
from storage.checkins import coverage
from storage.digests import digests, figures
from storage.digests.digest_changes import Changes
from storage.organisation import history, units

_Row = Sequence[str | int | float | None]
_OVERVIEW = (
    "单位", "周", "日期", "数据", "活动场次", "应签到中队", "已签到中队", "中队签到率%", "人次", "到场率%",
    *(f"提名{word}" for word in reports.STATE_WORDS.values()),
    "上周场次", "上周签到中队", "上周人次", "上周到场率%", "迟报", "冻结后补报", "冻结后更正", "冻结后撤回",
)  # fmt: skip
_ACTIVITIES = ("单位", "活动", "场次", "中队数", "人次", "到场率%")
_SQUADS = ("单位", "学校", "中队", "队员数", "场次", "人次", "到场率%", "活动", "迟报", "补报")
_MISSING = ("单位", "学校", "中队")


@renders("digest-workbook")
def workbook(db: Connection, values: Mapping[str, Any]) -> bytes:
    """The xlsx of `unit_ids` in `week`; `at` (ISO, may be left out) is when it was asked for."""
    from xlsxwriter import Workbook

    at = datetime.fromisoformat(values["at"]) if "at" in values else None
    week = values["week"]
    out = io.BytesIO()
    with Workbook(out, {**PLAIN, "in_memory": True}) as book:
        # The time of making would make two files of the same data differ.
        book.set_properties({"title": f"周报 {week}", "created": datetime.combine(monday_of(week), time())})
        sheets = {name: _Sheet(book, name, head, values.get("mark", "")) for name, head in _heads().items()}
        for unit_id in values["unit_ids"]:
            unit = units.by_id(db, unit_id)
            shown = closed_periods.shown(db, unit, week, at) if at else digests.report(db, unit, week)
            sheets["总览"].add(_overview(shown))
            for each in shown.by_activity:
                sheets["按活动"].add((shown.title, each.activity, each.events, each.squads, each.attended, each.rate))
            _squads(db, unit, shown, sheets["各中队"], sheets["未签到"])
    return out.getvalue()


def _heads() -> dict[str, Sequence[str]]:
    return {"总览": _OVERVIEW, "按活动": _ACTIVITIES, "各中队": _SQUADS, "未签到": _MISSING}


def _overview(shown: figures.Digest) -> _Row:
    heads, before = shown.attendance, shown.previous
    since = shown.correction.changes if shown.correction else Changes()
    return (
        shown.title, shown.week, weeks.week_days(shown.week), reports.stamp(shown), shown.events, shown.squads_due,
        shown.squads_covered, figures.percent(shown.squads_covered, shown.squads_due), heads.attended, heads.rate,
        *(shown.nominations.get(state, 0) for state in reports.STATE_WORDS),
        before.events, before.squads_covered, before.attended, before.rate, shown.late,
        since.reported, since.corrected, since.withdrawn,
    )  # fmt: skip


def _squads(db: Connection, unit: Unit, shown: figures.Digest, every: "_Sheet", missing: "_Sheet") -> None:
    """As it stands now, with what was reported late; 总览 may be a frozen digest."""
    part = history.part(db, [unit.path], shown.week)
    sums = coverage.by_squad(db, part)
    for squad in coverage.squads(db, part)[shown.week]:
        every.add((shown.title, *_squad(squad, sums.get(squad.id, []))))
        if squad.id not in sums:
            missing.add((shown.title, squad.school, squad.name))


def _squad(squad: coverage.Squad, sums: Sequence[coverage.SquadSums]) -> _Row:
    rate = figures.percent(sum(each.rated_attended for each in sums), sum(each.rated_due for each in sums))
    activities = "、".join(f"{each.activity}{each.events}" for each in sums)
    events, heads = sum(each.events for each in sums), sum(each.attended for each in sums)
    late, backfilled = sum(each.late for each in sums), sum(each.backfilled for each in sums)
    return (squad.school, squad.name, squad.members, events, heads, rate, activities, late, backfilled)


class _Sheet:
    """A sheet with a head that stays in view, filled row by row."""

    def __init__(self, book: Any, name: str, head: Sequence[str], words: str) -> None:
        self._sheet = book.add_worksheet(name)
        mark(self._sheet, words)
        self._sheet.freeze_panes(HEAD + 1, 0)
        self._sheet.set_column(0, len(head) - 1, 13)
        self._sheet.set_column(0, 0, 24)
        self._sheet.set_row(HEAD, 22)
        self._sheet.write_row(HEAD, 0, head, book.add_format({"bold": True, "bg_color": "#F6EBDD", "bottom": 1}))
        self._rows = HEAD

    def add(self, row: _Row) -> None:
        """Append a row; an unknown number is an empty cell."""
        self._rows += 1
        for column, value in enumerate(row):
            if isinstance(value, str):
                self._sheet.write_string(self._rows, column, value)
            elif value is not None:
                self._sheet.write_number(self._rows, column, value)
