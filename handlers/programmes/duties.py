"""上报: with words, a report of the row that they name; alone, what is due for me."""

from collections.abc import Sequence
from datetime import timedelta

from handlers.asker import examples
from handlers.catalogue.model import Row
from handlers.kit import MEMBERS, Ask, Button, Refusal, Reply
from handlers.programmes.cases import case_intake
from handlers.programmes.reports import report
from handlers.registry import command
from handlers.wording import days, lines, programmes
from scheduling import spans
from storage.programmes import coverage, reports

MOST_BUTTONS = 6
# Due within so many days counts as due now.
SOON = timedelta(days=7)
# So long after its day a period that is over is still asked for.
STILL = timedelta(days=21)
STATES = {"expected": "待报", coverage.OVERDUE: "逾期", reports.RETURNED: "退回"}


# 上报一星章两名同学: a nomination.
_NO_MEDAL = r"(?!.{0,12}(?:[一二三四五]星|[\u4e00-\u9fff]{2}章))"


@command(
    "上报", "report", who=MEMBERS, group="活动", rank=25, help="报一项工作，或看要报什么", glued=_NO_MEDAL,
    looks="", examples=("上报", "上报 宣讲 3场 共60人"),
)  # fmt: skip
def tell(ask: Ask) -> Sequence[Reply]:
    """With words: the same as without 上报; alone: what is due for the asker, most urgent first."""
    if not ask.args:
        return [_due_for_me(ask)]
    if programmes.cases_in(ask, ask.args):
        return case_intake.take(ask)
    rows = programmes.rows_for(ask)
    row = programmes.named(rows, ask.args)
    if row is None:
        if elsewhere := programmes.names_report(ask, ask.args):
            raise Refusal(examples.not_yours(elsewhere))
        if like := examples.akin(rows, ask.args):
            raise Refusal(f"没看懂，没有记录。{like}")
        known = "、".join(each.name for each in rows[:12])
        told = f"没看出是报哪一项，没有记录。您可以报：{known}\n像这样发：{rows[0].example}" if rows else _nothing(ask)
        raise Refusal(told)
    return report.report(ask, row, ask.args)


def _nothing(ask: Ask) -> str:
    return f"您目前没有要上报的项目。{examples.nearest(ask)}"


def _due_for_me(ask: Ask) -> Reply:
    rows = programmes.rows_for(ask)
    due_now = [
        (row, period, target)
        for row in rows
        if row.due
        for period in _periods(ask, row)
        for target in _mine(ask, row, period)
        if not target.done
    ]
    due_now.sort(key=lambda each: (each[2].state != coverage.OVERDUE, spans.due_day(each[0].due, each[1])))
    if due_now:
        said = [
            f"· {target.name} {_called(ask, row, period)}（{_when(row, period, target)}）"
            for row, period, target in due_now[:12]
        ]
        more = f"\n另有 {len(due_now) - 12} 项。" if len(due_now) > 12 else ""
        names = dict.fromkeys(_called(ask, row, period) for row, period, _ in due_now)
        buttons = tuple(Button(name, "上报", name) for name in names)[:MOST_BUTTONS]
        return Reply(f"您有 {len(due_now)} 项要报：\n" + "\n".join(said) + more, buttons)
    if not rows:
        return Reply(_nothing(ask))
    known = "、".join(row.name for row in rows[:12]) + (f" 等 {len(rows)} 项" if len(rows) > 12 else "")
    return Reply(f"现在没有到期要报的。随时可以报：{known}\n像这样发：{rows[0].example}")


def _called(ask: Ask, row: Row, period: str) -> str:
    """The row's name, with its period where that is over: what is pressed or copied must tell of the same one."""
    now = period == spans.label_of(row.period, ask.today)
    return row.name if now else f"{spans.said(period, ask.today)}{row.name}"


def _mine(ask: Ask, row: Row, period: str) -> list[coverage.Target]:
    own = programmes.units_for(ask.me, row)
    ids = {unit.id for unit in own}
    found = lines.targets(ask.db, row, [unit.path for unit in own], period, ask.today) if own else []
    soon = spans.due_day(row.due, period) <= ask.today + SOON
    return [target for target in found if target.unit_id in ids and (soon or target.state == reports.RETURNED)]


def _periods(ask: Ask, row: Row) -> list[str]:
    """The present period, before it one that is over and was due a short while ago."""
    now = spans.label_of(row.period, ask.today)
    last = spans.before(now)
    return [last, now] if spans.due_day(row.due, last) >= ask.today - STILL else [now]


def _when(row: Row, period: str, target: coverage.Target) -> str:
    day = spans.due_day(row.due, period)
    return f"{STATES[target.state]}，{days.short(day)}{'前' if target.state == 'expected' else '到期'}"
