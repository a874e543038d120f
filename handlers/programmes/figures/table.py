"""表: a row's reports of a period as a workbook; who has reported, what, and who has not."""

from typing import Any

from handlers.attendance import attachments
from handlers.kit import Ask, File, Reply
from handlers.programmes.figures import asked_line
from handlers.programmes.rosters import roster_list
from handlers.registry import command
from handlers.wording import days, programmes
from scheduling import spans


@command(
    "表", who=programmes.READERS, group="周报", rank=28, help="一项工作的上报做成表", follows=r"\S",
    examples=("表 宣讲 上月 汇总上报",), exports=True, snapshot=True,
)  # fmt: skip
def table(ask: Ask) -> Reply:
    """The workbook of a row for a period; made when it is sent."""
    line, at = asked_line.line_of(ask, "表")
    when = spans.said(line.period, ask.today)
    values: dict[str, Any] = {"row": line.row.key, "unit_ids": [unit.id for unit in at]}
    values |= {"period": line.period, "day": ask.today.isoformat()}
    recipe = {"case": "case-table", "roster": "roster-table"}.get(line.row.shape, "report-table")
    dates = (ask.today, ask.today) if line.period == spans.ALWAYS else spans.span_of(line.period)
    name, more = f"{line.row.name}-{days.span(*dates)}.xlsx", ""
    if line.row.shape == "roster":
        values["named"] = roster_list.named(ask, line.row, [unit.path for unit in at])
        name = f"{attachments.HELD}-{name}"
        enters = ask.may_name and programmes.units_for(ask.me, line.row)
        more = "。往下加几行，发回来就能登记" if enters else ""
    return Reply(f"{when}{line.row.name}的表{more}", file=File(name, recipe, values))
