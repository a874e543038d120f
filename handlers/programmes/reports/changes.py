"""更正 R12, 撤回 R12, 恢复 R12: exactly the report that is named changes; what it said before is kept."""

from collections.abc import Sequence
from dataclasses import replace

from handlers.catalogue.model import Row
from handlers.catalogue.telling.reports import read_report
from handlers.kit import MEMBERS, Ask, Button, Denied, Refusal, Reply
from handlers.programmes.reports import drafts, limits
from handlers.reading.text.normalise import clean
from handlers.registry import command
from handlers.wording import programmes
from storage.base import numbered
from storage.organisation import units
from storage.programmes import reports


def named(ask: Ask) -> tuple[reports.Report, Row, str]:
    """(the report that the arguments name, its row, the rest); raises Refusal, or Denied for one of others."""
    number, rest = numbered.row(ask.args, reports.LETTER)
    found = reports.by_id(ask.db, number) if number is not None else None
    row = programmes.row_of(ask, found.row) if found else None
    if found is None or row is None:
        raise Refusal("没有这个编号的上报，什么都没有改。发「上报」看要报的和报过的。")
    return replace(found, flows=programmes.flows_of(row)), row, rest


def _own(ask: Ask) -> tuple[reports.Report, Row, str]:
    one, row, rest = named(ask)
    if not programmes.may_report(ask.me, row, units.by_id(ask.db, one.unit_id)):
        raise Denied(f"{one.unit_name}的{row.name}不由您来改，没有改。", what="上报", subject=f"unit:{one.unit_id}")
    return one, row, rest


@command("更正", who=MEMBERS, group="签到", help="改一条上报", examples=("更正 R12 听众65",), letter=reports.LETTER)
def correct(ask: Ask) -> Sequence[Reply]:
    """The figures that are said take the place of the old ones; the others stay."""
    one, row, rest = _own(ask)
    if one.state == reports.WITHDRAWN:
        raise Refusal(f"R{one.id} 已经撤回，没有改。发「恢复 R{one.id}」可以找回来。")
    if not rest:
        raise Refusal(f"要改成什么？像这样发：更正 R{one.id} {row.example.partition(' ')[2] or row.example}")
    told = read_report(clean(rest).text, row, ask.today)
    if not row.asked:
        raise Refusal(f"{row.name}没有要改的数字，没有改。不算，发「撤回 R{one.id}」；补材料，把照片或文件发来。")
    if told.open or told.unclear or not (told.values or told.lacks or told.has or told.bonus is not None):
        raise Refusal(f"「更正」后面没有看懂，没有改。像这样发：更正 R{one.id} {row.example.partition(' ')[2]}")
    told.values = {name: limits.gated(value) for name, value in told.values.items()}
    kept = {name: hedge for name, hedge in one.hedges.items() if name in told.filled or name not in told.values}
    new = replace(one, figures=drafts.over(told, one.figures), hedges={**kept, **told.hedges})
    old = one if one.state in reports.COUNTS else None
    warning = limits.check(ask.db, row, new, old)
    reports.revise(ask.db, one, new, ask.me.id, ask.now)
    was, now = programmes.said(row, one), programmes.said(row, new)
    return [Reply(f"已更正：{one.unit_name} {row.name}\n{was} → {now}{warning}", _undo(one))]


def _undo(one: reports.Report) -> tuple[Button, ...]:
    return (Button("撤回", "撤回", f"R{one.id}"),)


@command("撤回", who=MEMBERS, group="签到", help="撤回一条上报", examples=("撤回 R12",), letter=reports.LETTER)
def withdraw(ask: Ask) -> Reply:
    """Take back exactly this report."""
    one, row, _ = _own(ask)
    said = f"{one.unit_name} {row.name} {programmes.when(row, one, ask.today)}"
    if one.state == reports.WITHDRAWN:
        return Reply(f"{said}早已撤回，没有再改。")
    reports.withdraw(ask.db, one, ask.me.id, ask.now)
    return Reply(f"已撤回：{said}\n{programmes.said(row, one)}", (Button("恢复", "恢复", f"R{one.id}"),))


@command(
    "恢复",
    who=MEMBERS,
    group="活动",
    listed=False,
    help="找回撤回的上报",
    examples=("恢复 R12",),
    letter=reports.LETTER,
)
def restore(ask: Ask) -> Reply:
    """What was withdrawn stands again."""
    one, row, _ = _own(ask)
    said = f"{one.unit_name} {row.name} {programmes.when(row, one, ask.today)}"
    if one.state != reports.WITHDRAWN:
        return Reply(f"{said}没有撤回过，不用恢复。")
    if not reports.restore(ask.db, one, ask.me.id, ask.now):
        return Reply(f"{said}已经另外报过一条，没有恢复。")
    one, row, _ = named(ask)
    return Reply(f"已恢复：{said}\n{programmes.said(row, one)}", _undo(one))
