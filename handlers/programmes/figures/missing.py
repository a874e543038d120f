"""Who has not reported a row, and who has told the least of it, in words."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection

from handlers.programmes.duties import STATES
from handlers.wording import lines, numbers, programmes
from scheduling import spans
from storage.programmes import coverage, reports, sums

MOST_NAMES, _LOWEST = 10, 5


def told(line: lines.Line) -> str:
    """How many of those who owe it have reported, in time or not, and who has not."""
    owed = [each for each in line.targets if each.state != coverage.EXCUSED]
    if not owed:
        return "这里没有要报的单位。"
    beside = {"零报告": sum(each.state == reports.ZERO for each in owed), "请假": len(line.targets) - len(owed)}
    said = "".join(f"，{word} {count} 家" for word, count in beside.items() if count)
    in_time = sum(each.in_time for each in owed)
    if not line.missing:
        rate = f"，及时率 {in_time}/{len(owed)}" if in_time < len(owed) else ""
        return f"{len(owed)} 家都报了{rate}{said}。"
    names = numbers.listed([f"{each.school}{each.name}{_mark(each)}" for each in line.missing], MOST_NAMES, "家")
    done = len(owed) - len(line.missing)
    rates = f"报送率 {done}/{len(owed)}，及时率 {in_time}/{len(owed)}{said}"
    return f"{rates}\n还差 {len(line.missing)} 家：{names}"


def _mark(one: coverage.Target) -> str:
    return f"（{STATES[one.state]}）" if one.state in (coverage.OVERDUE, reports.RETURNED) else ""


def lowest(db: Connection, line: lines.Line, paths: Sequence[str], today: date) -> str:
    """听众最少的 2 家：…: by the figure that the row asks for; empty where one alone has told."""
    figure = next((each for each in line.row.fields if each.is_number and each.required and each.agg == "sum"), None)
    if figure is None:
        return ""
    first, last = spans.span_of(line.period)
    periods = lines.kept_periods(line.period, first, min(last, max(first, today)))
    found = sums.lowest(db, line.row.key, figure.name, paths, periods, _LOWEST)
    named = "、".join(f"{name} {programmes.value(figure, total.value, total.hedge)}" for name, total in found)
    return f"\n{figure.label}最少的 {len(found)} 家：{named}" if len(found) > 1 else ""
