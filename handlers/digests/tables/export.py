"""导出 签到: every check-in of any days as a table, xlsx or csv; counts only, no topic and no name."""

from handlers.digests import readers
from handlers.digests.tables import content
from handlers.kit import Ask, File, Refusal, Reply
from handlers.registry import ANYTHING, command
from handlers.wording import periods, places
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
    if span is None and rest.split() and rest != (named := periods.asked(ask, rest))[1]:
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


def _file(ask: Ask, unit_id: int, count: int, span: periods.Span, form: str) -> Reply:
    unit = units.by_id(ask.db, unit_id)
    title = units.full_name(ask.db, unit)
    values = {"unit_ids": [unit_id], "first": span.first.isoformat(), "last": min(span.last, ask.today).isoformat()}
    values |= {"period": span.words, "at": ask.now.isoformat(timespec="minutes")}
    name = f"签到-{title}-{span.dated}.{form}"
    said = f"{title}{periods.name_of(span, unit)}的签到，{count} 条。"
    return Reply(said, file=File(name, f"checkins-{form}", values))
