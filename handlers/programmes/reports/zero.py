"""本月没有开站, 月方案 暂停到 5月31日: that nothing is to be reported of a row is an answer like any other."""

import re
from collections.abc import Sequence
from datetime import timedelta

from handlers.catalogue.model import Row
from handlers.catalogue.telling import zeros
from handlers.kit import Ask, Button, Refusal, Reply, Unit
from handlers.programmes.reports import drafts, subject
from handlers.wording import days, programmes
from scheduling import spans
from storage.checkins import exemptions
from storage.programmes import reports

_SWITCH = re.compile("停用|停掉|关掉|关闭|关了|下架|不要|删掉|删除|去掉|启用|恢复|打开")
# Longer than that is no pause.
_LONGEST = timedelta(days=190)


def is_switch(row: Row, said: str) -> bool:
    """Whether the row itself is to be changed, and nothing of it reported: 宣讲 停用, 上报 关掉 宣讲."""
    words = "|".join(map(re.escape, sorted((row.name, *row.words), key=len, reverse=True)))
    rest = re.sub(rf"{words}|上报|目录|[把给将了吧\W_]", "", said)
    return _SWITCH.fullmatch(rest) is not None


def switch(row: Row) -> Refusal:
    """What may be meant by that."""
    return Refusal(
        f"没有记，也没有改。停用、恢复「{row.name}」由最上级的管理员来做，像这样发：目录 {row.name} 停用\n"
        f"只是一时不报，像这样发：{row.name} 暂停到 5月31日"
    )


def instead(ask: Ask, row: Row, unit: Unit, said: str) -> Sequence[Reply]:
    """What is said to words that there was nothing, or will be for a time; empty for a report."""
    if programmes.is_pause(row, said):
        return _pause(ask, row, unit)
    nothing = zeros.nothing(row, said)
    if nothing is None:
        raise Refusal(f"没有看出是不是没有，没有记录。真的没有，发「{row.name}没有」，这一期就不催。")
    return _nothing(ask, row, unit) if nothing else ()


def _nothing(ask: Ask, row: Row, unit: Unit) -> Sequence[Reply]:
    """A zero report of the period that is said, or of the present one: counted as reported, and not chased."""
    if row.period == "day":
        return [Reply(f"好的。{row.name}有了再报，没有不用报，没有记。")]
    period = _period(ask, row)
    new = reports.Report(
        unit.id, row.key, period, min(spans.span_of(period)[1], ask.today), state=reports.ZERO,
        timing=drafts.timing(row, period, ask.today), version=row.version,
    )  # fmt: skip
    when = spans.said(period, ask.today)
    kept = reports.store(ask.db, new, ask.me.id, ask.now)
    if kept is None:
        before = reports.of_period(ask.db, row.key, [unit.id], period)[0]
        said = programmes.said(row, before)
        return [Reply(f"{unit.name}{when}的{row.name}已经报过：{said}。没有再记。")]
    undo = Button("撤回", "撤回", f"R{kept.id}")
    return [Reply(f"已记下：{unit.name} {row.name} {when}没有。谢谢，不会再催，有了照常报。", (undo,))]


def _period(ask: Ask, row: Row) -> str:
    """The row's own period that is meant: 上周 of a weekly row, the present one where a longer one is named."""
    own, _ = subject.period_in(row, ask.args, ask.today)
    if own:
        return own
    named, _ = spans.named(ask.args, ask.today)
    last = spans.span_of(named)[1] if named else ask.today
    return spans.label_of(row.period, min(last, ask.today))


def _pause(ask: Ask, row: Row, unit: Unit) -> Sequence[Reply]:
    """Until a day the unit need not report the row: neither missing nor chased; raises Refusal without a day."""
    until, _ = days.last_day_in(ask.args, ask.today)
    if until is None or not ask.today <= until <= ask.today + _LONGEST:
        raise Refusal(f"{row.name}暂停到哪一天？没有记。半年以内，像这样发：{row.name} 暂停到 5月31日")
    excused = exemptions.EXCUSED
    number = exemptions.add(ask.db, unit.id, excused, ask.today, until, ask.me.id, ask.now, row.key)
    undo = Button("取消", "照常报", f"{number}")
    return [Reply(f"已记下：{unit.name}到{days.short(until)}不用报{row.name}，不会催。提前有了，照常报。", (undo,))]
