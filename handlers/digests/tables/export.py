"""导出 签到: every check-in of any days as a table, xlsx or csv; counts only, no topic and no name."""

import csv
import io
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Connection

from handlers import workbooks
from handlers.digests import readers
from handlers.digests.tables import content
from handlers.kit import Ask, File, Refusal, Reply
from handlers.registry import ANYTHING, command, renders
from handlers.wording import periods, places, weeks
from scheduling import spans
from storage.digests import details
from storage.digests.parts import Which
from storage.organisation import units

_CSV = frozenset({"csv", "CSV"})


@command(
    "导出 签到", "导出签到", "checkins", who=readers.READERS, group="周报", rank=29, exports=True, snapshot=True,
    help="任意一段时间的签到明细（Excel 或 csv）", glued=ANYTHING,
    examples=("导出 签到 从3月1日到4月15日 汇总上报", "导出 签到 上月 csv 留底存档"),
)  # fmt: skip
def export(ask: Ask) -> list[Reply]:
    """A file for each of the asker's units, or of the one below them that is named; without days of this month."""
    span, rest = periods.longer(ask.args, ask.today)
    if span is None and rest.split() and rest != (named := _week(ask, rest))[1]:
        span, rest = named
    span = span or periods.named(spans.label_of("month", ask.today), ask.today)
    form = "csv" if _CSV & set(rest.split()) else "xlsx"
    words = " ".join(word for word in rest.split() if word not in _CSV)
    at = places.chosen(ask, readers.READERS, words, "导出 签到", f"{span.words} {{}}")
    last = min(span.last, ask.today)
    found = [(unit, details.count(ask.db, Which(unit, span.first, last))) for unit in at]
    if (number := max(count for _, count in found)) > content.MOST_ROWS:
        raise Refusal(f"有 {number} 条，太多了。请按时间或单位分开要，像这样发：导出 签到 3月 单位名")
    return [_file(ask, unit.id, count, span, form) for unit, count in found]


def _week(ask: Ask, rest: str) -> tuple[periods.Span, str]:
    period, words = weeks.period_in(weeks.taught(ask, rest), ask.today)
    first, last = spans.span_of(period.week)
    return periods.Span(first, last, weeks.period_name(period, ask.today), period.week), words


def _file(ask: Ask, unit_id: int, count: int, span: periods.Span, form: str) -> Reply:
    title = units.full_name(ask.db, units.by_id(ask.db, unit_id))
    values = {"unit_ids": [unit_id], "first": span.first.isoformat(), "last": min(span.last, ask.today).isoformat()}
    values |= {"period": span.words, "at": ask.now.isoformat(timespec="minutes")}
    name = f"签到-{title}-{span.words}.{form}"
    return Reply(f"{title}{span.name}的签到，{count} 条。", file=File(name, f"checkins-{form}", values))


def _rows(db: Connection, values: Mapping[str, Any]) -> Any:
    return content.checkins(db, _which(db, values), datetime.fromisoformat(values["at"]).tzinfo)


def _which(db: Connection, values: Mapping[str, Any]) -> Which:
    [unit_id] = values["unit_ids"]
    first, last = date.fromisoformat(values["first"]), date.fromisoformat(values["last"])
    return Which(units.by_id(db, unit_id), first, last)


@renders("checkins-xlsx")
def workbook(db: Connection, values: Mapping[str, Any]) -> bytes:
    """The xlsx of `unit_ids` from `first` to `last`: rows leave the memory as they are written."""
    from xlsxwriter import Workbook

    out = io.BytesIO()
    with Workbook(out, workbooks.LONG) as book:
        created = datetime.combine(date.fromisoformat(values["first"]), time())
        book.set_properties({"title": f"签到 {values['period']}", "created": created})
        table = workbooks.Table(book, workbooks.Formats(book), "签到明细", content.CHECKINS, values.get("mark", ""))
        if number := details.count(db, _which(db, values)):
            table.add(content.PATTERN)
        table.end(number)
    return workbooks.with_rows(out.getvalue(), 1, _rows(db, values)) if number else out.getvalue()


@renders("checkins-csv")
def plain(db: Connection, values: Mapping[str, Any]) -> bytes:
    """The same as csv, in UTF-8 with a BOM, by which Excel knows it; what would be a formula begins with '."""
    out = io.StringIO()
    written = csv.writer(out)
    written.writerow([values.get("mark", "")])
    written.writerow(content.CHECKINS)
    written.writerows(map(_cells, _rows(db, values)))
    return out.getvalue().encode("utf-8-sig")


def _cells(row: tuple[Any, ...]) -> list[Any]:
    return [_cell(each) for each in row]


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    # What Excel would take for a formula, and the line break that some add before it.
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
