"""本周没有活动, 请假到 4月10日: an answer like any other; thanked, counted, and not nudged."""

import re
from collections.abc import Sequence
from datetime import timedelta

from handlers import rights
from handlers.asker import examples
from handlers.kit import MEMBERS, REPORTERS, Ask, Button, Denied, Refusal, Reply, Unit
from handlers.reading import Record
from handlers.registry import command, reads
from handlers.wording import days, places, programmes
from scheduling import periods
from storage.checkins import exemptions, weekly_coverage
from storage.organisation import units

# Longer than that is a vacation, or a closed squad.
LONGEST = timedelta(days=120)
_WEEK = timedelta(days=7)
_NUMBER = re.compile(r"#?(\d{1,15})")


@reads("zero")
def nothing(ask: Ask) -> Sequence[Reply]:
    """A week without an activity is a report, too."""
    return [_nothing(ask, unit, record) for unit, record in _units(ask)]


def _nothing(ask: Ask, unit: Unit, record: Record) -> Reply:
    assert record.date is not None
    week = periods.week_of(record.date)
    first = periods.monday_of(week)
    last = first + timedelta(days=6)
    if record.date > ask.today:
        raise Refusal("那一周还没有到，没有记。到时候没有活动，再发「本周没有活动」。")
    this = first <= ask.today <= last
    when = "本周" if this else f"{days.short(first)}–{days.short(last)}"
    if unit.key and not weekly_coverage.missing(ask.db, week, [unit.path])[0]:
        return Reply(f"{unit.name}{when}已经报过，不用再报。发「我的」看报过的。")
    number = exemptions.add(ask.db, unit.id, exemptions.ZERO, first, last, ask.me.id, ask.now)
    later = "，有了活动照常报" if this else ""
    return Reply(f"已记下：{unit.name}{when}没有活动。谢谢，这周不会再催{later}。", (_undo(number),))


@reads("excuse")
def excused(ask: Ask) -> Sequence[Reply]:
    """Until its last day the unit is neither missing nor nudged."""
    return [_excused(ask, unit, record) for unit, record in _units(ask)]


def _excused(ask: Ask, unit: Unit, record: Record) -> Reply:
    last = record.date or days.day_called(ask.db, record.topic or "", ask.today)
    if last is None:
        raise Refusal(
            f"没有看出「{record.topic}」是哪一天，没有记。请写日子，像这样：暂停到 {days.short(ask.today + _WEEK)}"
        )
    if last - ask.today > LONGEST:
        raise Refusal(f"{days.short(last)}太远（最多 120 天），没有记。请写近一点的日子。")
    number = exemptions.add(ask.db, unit.id, exemptions.EXCUSED, ask.today, last, ask.me.id, ask.now)
    return Reply(f"已记下：{unit.name}到{days.short(last)}不用报，不会催。提前有活动，照常报。", (_undo(number),))


def _undo(number: int) -> Button:
    return Button("取消", "照常报", f"{number}")


def _units(ask: Ask) -> list[tuple[Unit, Record]]:
    """Each unit that is told of; one that cannot be refuses them all."""
    if ask.me.roles.isdisjoint(REPORTERS):
        raise Denied("这由中队辅导员或大队辅导员来报。发「帮助」看看您能做什么。", what="签到")
    return [(_unit(ask, record.unit), record) for record in ask.heard.records or (Record(),)]


def _unit(ask: Ask, key: str | None) -> Unit:
    if key is None:
        raise Refusal(f"是哪个中队？没有记。请写上中队，像这样：{examples.unit(ask)} 本周没有活动")
    unit = places.by_key(ask, key)
    if unit is None:
        raise Refusal(f"没有找到这个中队，没有记。请核对，像这样：{examples.unit(ask)} 本周没有活动")
    if not rights.may_report(ask.me, unit):
        raise Denied(f"{unit.name}不在您负责的范围，没有记。", what="签到", subject=f"unit:{unit.id}")
    return unit


@command(
    "照常报", who=MEMBERS, group="签到", listed=False, help="取消「没有活动」和请假", examples=("照常报",),
    follows=r"$|#?\d",
)  # fmt: skip
def as_ever(ask: Ask) -> Reply:
    """A zero report or an excuse is taken back: the one with this number, else the last one that the asker told of."""
    said, match = ask.args.strip(), _NUMBER.fullmatch(ask.args.strip())
    number = int(match[1]) if match else None if said else exemptions.newest(ask.db, ask.me.id, ask.today)
    found = exemptions.unit_of(ask.db, number) if number else None
    unit = units.by_id(ask.db, found[0]) if found else None
    if number is None or unit is None or found is None or not _may(ask, unit, found[1]):
        which = "这个编号的" if said else "您报过、现在还算数的"
        raise Refusal(f"没有{which}「没有活动」或请假，什么都没有改。", Button("我的", "我的"))
    exemptions.end(ask.db, number, [unit.id])
    return Reply(f"已取消：{unit.name}照常报。")


def _may(ask: Ask, unit: Unit, row: str) -> bool:
    one = programmes.row_of(ask, row)
    return programmes.may_report(ask.me, one, unit) if one else rights.may_report(ask.me, unit)
