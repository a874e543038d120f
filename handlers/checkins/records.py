"""查: what a squad or school reported, in a week, on a day, or in a longer time."""

from dataclasses import replace

from handlers.attendance import phrases
from handlers.checkins import newest
from handlers.kit import Ask, Button, Reply, Unit
from handlers.registry import command, reads
from handlers.rights import LOOKERS
from handlers.wording import periods, places
from scheduling.periods import week_before, week_of
from storage.checkins import checkins
from storage.organisation import units

MOST = 20
_LAST = "上次"


@command(
    "查", "look", who=LOOKERS, group="签到", rank=11, help="查一个中队报过什么",
    snapshot=True, examples=("查 三(2)中队", "查 三(2)中队 上周"),
)  # fmt: skip
def look(ask: Ask) -> Reply:
    """The check-ins of a squad, a school or all of the asker's, in a week, on a day, or in a longer time."""
    if ask.args.startswith(_LAST):
        head, last, at = newest.of(ask, ask.args.removeprefix(_LAST).strip())
        return Reply("\n".join([head, *_by_school(ask, last, at)]))
    span, words = periods.asked(ask, ask.args, single=True)
    at = places.chosen(ask, LOOKERS, words, "查", f"{span.words} {{}}")
    found = checkins.between(ask.db, span.first, span.last, paths=[unit.path for unit in at], most=MOST + 1)
    name = at[0].name if len(at) == 1 else "您负责的单位"
    when = periods.name_of(span, *at)
    if not found:
        before = f"{week_before(week_of(span.first))} {words}".strip()
        return Reply(f"{name}{when}还没有签到。", (Button("看前一周", "查", before),))
    more = f"\n只列出最近 {MOST} 条，全部见「周报 {span.name} 表」。" if len(found) > MOST else ""
    count = f"{MOST} 条以上" if more else f"{len(found)} 条"
    listed = "\n".join(_by_school(ask, found[:MOST], at))
    return Reply(f"{name}{when}签到 {count}：\n{listed}{more}")


@reads("query")
def asked(ask: Ask) -> Reply:
    """请问三(2)中队签到了吗?"""
    query = ask.heard.query or {}
    unit = query.get("unit")
    span, _ = periods.asked(ask, ask.args, single=True)
    return look(replace(ask, args=f"{span.words} {places.key_name(str(unit)) if unit else ''}".strip()))


def _by_school(ask: Ask, found: list[checkins.Checkin], at: list[Unit]) -> list[str]:
    """The lines below the name of each school, where several may be meant."""
    if len(at) == 1 and at[0].school_id:
        return phrases.in_lines(found, ask.today)
    of = units.by_ids(ask.db, {one.unit_id for one in found})
    schools = units.by_ids(ask.db, {each.school_id for each in of.values() if each.school_id})
    told: dict[str, list[checkins.Checkin]] = {}
    for one in found:
        school = schools.get(of[one.unit_id].school_id or 0)
        told.setdefault(school.name if school else "其他", []).append(one)
    return [line for school, ones in told.items() for line in (f"{school}：", *phrases.in_lines(ones, ask.today))]
