"""Reminders of the key dates: what to prepare, by when, and which check-in is still missing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from handlers.catalogue.loader import calendar_of
from handlers.kit import ADMINS, MEMBERS, Ask, Button, Due, Person, Refusal, Reply, Role, Unit
from handlers.registry import command, due
from handlers.wording import days
from scheduling.calendar import Calendar, KeyDate, Reminder, reminders
from scheduling.occurrences import hat, reminders_for
from storage.reminders import deliveries

SHOWN, AHEAD = 5, 60
# A merged message names so many other days, a chase writes out so many squads.
_MOST_OTHERS, _MOST_SQUADS = 6, 3
_TASK = {30: "先定方案", 14: "把人定下来", 7: "备齐材料", 3: "查好安全", 1: "最后过一遍"}
_KINDS = {"A": "仪式", "B": "主题队日", "C": "提示"}


@dataclass(frozen=True, slots=True)
class _Item:
    """One reminder of a message; `leads` are all that it covers, `squads` those that it is about."""

    key: KeyDate
    kind: str
    day: date
    leads: tuple[int, ...]
    late: bool
    squads: tuple[Unit, ...]

    @property
    def lead(self) -> int:
        return self.leads[0]


@due("key_date")
def remind(due: Due) -> Reply | None:
    """The words of a reminder; None for somebody whom it does not concern any more."""
    calendar = calendar_of(due.db)
    own = {"occurrence": due.occurrence, "lead": due.lead, "day": due.day, "late": due.late, "payload": due.payload}
    rows = [own, *due.payload.get("also", ())]
    items = [item for row in rows if (item := _item(due, calendar, row))]
    if not items:
        return None
    today = due.now.astimezone(calendar.zone).date()
    first, *others = items
    lines = [_head(first, today), *_body(first, due.person, today)]
    if others:
        lines += ["另外:", *(line for item in others[:_MOST_OTHERS] for line in _briefly(item, today))]
        lines += [f"看准备清单,发:提醒 {item.key.name}" for item in others if item.kind != "C" and item.lead > 0][:1]
    return Reply("\n".join(lines))


def _item(due: Due, calendar: Calendar, row: Mapping[str, Any]) -> _Item | None:
    key = calendar.by_id(row["occurrence"].rpartition(":")[0])
    kind, lead = row["payload"].get("kind", ""), row["lead"]
    if key is None or not _concerned(calendar, key, kind, lead, due.person):
        return None
    squads = tuple(grant.unit for grant in due.person.grants if grant.role is Role.COUNSELOR)
    if lead < 0:
        squads = _missing(due, calendar, row["day"], squads)
        if not squads:
            return None
    return _Item(key, kind, row["day"], (lead, *row["payload"].get("leads", ())), row["late"], squads)


def _concerned(calendar: Calendar, key: KeyDate, kind: str, lead: int, person: Person) -> bool:
    who = key.who or calendar.policy.get(kind, {})
    return any(lead in who.get(role, ()) for role in person.roles)


def _missing(due: Due, calendar: Calendar, day: date, squads: Iterable[Unit]) -> tuple[Unit, ...]:
    """The squads without a check-in around the day, neither their own nor one of their grade or whole school."""
    above = {unit.id: _up_to_school(unit) for unit in squads}
    first = day - timedelta(days=calendar.chase.days_before)
    last = due.now.astimezone(calendar.zone).date()
    ids = {id for line in above.values() for id in line}
    done = deliveries.reported(due.db, ids, first, last, calendar.chase.ignore)
    return tuple(unit for unit in squads if done.isdisjoint(above[unit.id]))


def _up_to_school(unit: Unit) -> list[int]:
    line = [int(part) for part in unit.path.strip("/").split("/")]
    return line[line.index(unit.school_id) :] if unit.school_id in line else [unit.id]


def headline(one: Reminder, unit: str = "本中队") -> str:
    """The first line as it will be on the day it is sent, for the preview."""
    return _point(one.key, one.kind, one.lead, one.day, one.at.date(), unit)


def _head(item: _Item, today: date) -> str:
    names = "、".join(unit.name for unit in item.squads[:_MOST_SQUADS])
    names += f" 等 {len(item.squads)} 个中队" if len(item.squads) > _MOST_SQUADS else ""
    return ("【补发】" if item.late else "") + _point(item.key, item.kind, item.lead, item.day, today, names)


def _briefly(item: _Item, today: date) -> list[str]:
    return [f"· {_head(item, today)}", *(_to_copy(item) if item.lead < 0 else ())]


def _point(key: KeyDate, kind: str, lead: int, day: date, today: date, unit: str) -> str:
    if lead < 0:
        return f"还没收到{unit}的{key.name}({_day(day)})签到。"
    left = (day - today).days
    what = _TASK.get(lead, key.about) if kind == "A" and left > 0 else key.about
    if left > 1:
        return f"{_day(day)}是{key.name}:{what}。" if kind == "C" else f"{key.name}({_day(day)})还有 {left} 天:{what}。"
    return f"{'今天' if left == 0 else '明天'}({_day(day)})是{key.name}:{what}。"


def _day(day: date) -> str:
    return f"{days.short(day)} {days.weekday(day)}"


def _body(item: _Item, person: Person, today: date) -> list[str]:
    if item.lead < 0:
        last = "这是最后一次提醒。" if item.lead <= -3 or item.kind == "B" else ""
        return ["有的话,复制下面这行,改好日期,在最后补上人数发给我就好:", *_to_copy(item), f"没有开展的不用回。{last}"]
    steps = [f"· {step}" for lead in sorted(item.leads, reverse=True) for step in item.key.steps.get(lead, ())]
    lines = steps if item.kind == "A" and steps else _prepare(item.key)
    if item.kind != "C" and item.lead <= (1 if item.kind == "A" else 7):
        lines = [*lines, *_afterwards(item, person)]
    return [*lines, item.key.greeting] if item.key.greeting and item.day == today else lines


def _prepare(key: KeyDate) -> list[str]:
    return [f"备好:{'、'.join(key.prepare)}。"] if key.prepare else []


def _afterwards(item: _Item, person: Person) -> list[str]:
    if item.squads and item.key.activity:
        return ["活动后复制下面这行,在最后补上人数发给我就好:", *_to_copy(item)]
    return ["活动后发「未签到」,看还缺哪些中队。"] if Role.BRIGADE in person.roles and item.lead <= 1 else []


def _to_copy(item: _Item) -> list[str]:
    """The check-in of each squad up to the number, which only the counselor knows."""
    activity, topic = item.key.activity or "主题队日", f" {item.key.topic}" if item.key.topic else ""
    activity += f" {days.short(item.day)}" if item.lead < 0 else ""
    return [
        f"{unit.name} {activity}{topic}{f' 应到{unit.members}' if unit.members else ''} 实到"
        for unit in item.squads[:_MOST_SQUADS]
    ]


@command(
    "提醒", "remind", who=MEMBERS, group="提醒", rank=6, help="看接下来的提醒和重要日子",
    examples=("提醒", "提醒 列表", "提醒 清明节"),
)  # fmt: skip
def show(ask: Ask) -> Reply:
    """The person's next reminders; `列表`: the next key dates; a name: what to prepare for it."""
    calendar = calendar_of(ask.db)
    wanted = ask.args.strip()
    if not wanted:
        return _next(ask, calendar)
    return _list(ask, calendar) if wanted in ("列表", "list") else _details(ask, calendar, wanted)


def _next(ask: Ask, calendar: Calendar) -> Reply:
    hats = [hat(grant.role, grant.unit.grade) for grant in ask.me.grants]
    found = reminders_for(reminders(calendar, ask.today, ask.today + timedelta(days=AHEAD)), hats)
    mine = [one for one in found if one.at > ask.now and one.lead >= 0]
    messages = [list(group) for _, group in groupby(mine, key=lambda one: (one.at, one.key.solemn))]
    if not messages:
        return Reply(f"接下来 {AHEAD} 天没有给您的提醒。", (Button("重要日子", "提醒", "列表"),))
    lines = [f"{_day(group[0].at.date())} {group[0].at:%H:%M} {_names(group)}" for group in messages[:SHOWN]]
    name = messages[0][0].key.name
    lines = ["接下来给您的提醒:", *lines, f"看准备清单,发:提醒 {name}", *_warnings(ask, calendar)]
    return Reply("\n".join(lines), (Button(name, "提醒", name), Button("重要日子", "提醒", "列表")))


def _names(group: Sequence[Reminder]) -> str:
    nearest: dict[str, int] = {}
    for one in group:
        # From the day it is sent: a free day may have moved it forward.
        left = (one.day - one.at.date()).days
        nearest[one.key.name] = min(left, nearest.get(one.key.name, left))
    return "、".join(f"{name}({f'提前 {left} 天' if left else '当天'})" for name, left in nearest.items())


def _list(ask: Ask, calendar: Calendar) -> Reply:
    last = ask.today + timedelta(days=AHEAD)
    mine = [key for key in calendar.dates if not key.who or not ask.me.roles.isdisjoint(map(Role, key.who))]
    coming = sorted(((_coming(key, ask.today), key) for key in mine), key=lambda pair: (pair[0], pair[1].id))
    lines = [f"{_day(day)} {key.name}({_KINDS.get(key.kind, key.kind)})" for day, key in coming if day <= last]
    return Reply("\n".join([f"接下来 {AHEAD} 天的重要日子:", *(lines or ["没有。"]), *_warnings(ask, calendar)]))


def _coming(key: KeyDate, today: date) -> date:
    days = (key.day(year) for year in range(today.year, today.year + 9))
    return next((day for day in days if day and day >= today), date.max)


def _warnings(ask: Ask, calendar: Calendar) -> list[str]:
    # Which file is missing is the operator's business: doctor says it.
    years = range(ask.today.year, (ask.today + timedelta(days=AHEAD)).year + 1)
    unknown = [year for year in years if not calendar.workdays.knows(year)]
    if ADMINS.isdisjoint(ask.me.roles):
        return []
    return [f"{year} 年的放假调休还没有录入,这一年的提醒先按周末和法定节日避开。" for year in unknown]


def _details(ask: Ask, calendar: Calendar, wanted: str) -> Reply:
    exact = [key for key in calendar.dates if wanted in (key.name, key.topic, key.id)]
    found = exact or [key for key in calendar.dates if wanted in key.name]
    if not found:
        listed = Button("重要日子", "提醒", "列表")
        raise Refusal(f"没有找到「{wanted}」。发「提醒 列表」看接下来的重要日子。", listed)
    key = min(found, key=lambda key: _coming(key, ask.today))
    day = _coming(key, ask.today)
    steps = [f"提前 {lead} 天:{';'.join(key.steps[lead])}" for lead in sorted(key.steps, reverse=True) if lead]
    on_day = [f"当天:{';'.join(key.steps[0])}"] if 0 in key.steps else []
    kind, squads = key.kind, tuple(grant.unit for grant in ask.me.grants if grant.role is Role.COUNSELOR)
    after = _afterwards(_Item(key, kind, day, (0,), False, squads), ask.me) if kind != "C" else []
    return Reply("\n".join([_point(key, "B", 99, day, ask.today, ""), *(steps + on_day or _prepare(key)), *after]))
