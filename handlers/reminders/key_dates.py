"""Words of the key dates: what to prepare, by when, and which check-in is still missing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from handlers.catalogue.loader import calendar_of
from handlers.kit import Button, Due, Person, Reply, Role, Unit
from handlers.registry import due
from handlers.reminders import date_checkins, missing, preparation
from handlers.wording import days
from scheduling import key_dates
from scheduling.calendar import Calendar, KeyDate
from scheduling.occasions import Cleared
from storage.reminders import preparations

# A chase writes out so many squads.
_MOST_SQUADS = 3
_FAR = 270
_TASK = {30: "先定方案", 14: "把人定下来", 7: "备齐材料", 3: "查好安全", 1: "最后过一遍"}


@dataclass(frozen=True, slots=True)
class Item:
    """A reminder of a key date; `leads` are all that it covers, `squads` those that it is about."""

    key: KeyDate
    kind: str
    day: date
    leads: tuple[int, ...]
    late: bool
    squads: tuple[Unit, ...]
    # Whether the person hears of it no more after this.
    last: bool = False
    # As of when it is said: of a day that is over the check-in names it.
    today: date = date.min
    # The steps that the person's school has done already.
    ticked: frozenset[str] = frozenset()

    @property
    def lead(self) -> int:
        """The newest of its leads."""
        return self.leads[0]


@due("key_date", rank=1, use=None, asked=date_checkins.asked, each=key_dates.key_dates)
def remind(due: Due) -> Reply | None:
    """The words of a reminder; None for somebody whom it does not concern any more."""
    calendar = calendar_of(due.db)
    key = calendar.by_id(due.occurrence.rpartition(":")[0])
    kind = due.payload.get("kind", "")
    who = leads_of(calendar, key, kind, due.person) if key else frozenset[int]()
    if key is None or due.lead not in who:
        return None
    squads = date_checkins.squads_of(due.person)
    if due.lead < 0 and due.lead not in (key.who or calendar.policy[kind]).get(Role.COUNSELOR, ()):
        return missing.listed(due, calendar, key)
    if due.lead < 0:
        squads = missing.squads(due, calendar, squads)
        if not squads:
            raise Cleared
    leads = tuple(_covered((due.lead, *due.payload.get("leads", ())), who))
    schools = {grant.unit.school_id for grant in due.person.grants if grant.unit.school_id}
    ticked = frozenset(preparation.ticked(due.db, due.occurrence, schools)) if key.steps else frozenset()
    today = due.now.astimezone(calendar.zone).date()
    item = Item(key, kind, due.day, leads, due.late, squads, due.lead == min(who), today, ticked)
    body = (to_copy(item) if due.lead < 0 else []) if due.brief else _body(item, due.person, today)
    buttons = _buttons(item, today) if due.lead < 0 else _list(item, due.person)
    return Reply("\n".join([_head(item, today), *body]), buttons, name=key.topic or key.name)


def _list(item: Item, person: Person) -> tuple[Button, ...]:
    """To whoever prepares it for a school."""
    ticks = item.key.steps and Role.BRIGADE in person.roles
    return (Button(preparation.WORD, preparation.WORD, item.key.name),) if ticks else ()


def _buttons(item: Item, today: date) -> tuple[Button, ...]:
    """The report with a tap and a number; that there was nothing, of each of a few squads."""
    few = item.squads[:_MOST_SQUADS]
    which = [f" {unit.name}" if len(few) > 1 else "" for unit in few]
    when = date_checkins.week_of(item.day, today)
    asked = date_checkins.of(item.key, item.day, few, today)
    found = (one.buttons(f"报人数{of}", f"{when}没有{of}") for one, of in zip(asked, which, strict=True))
    return tuple(button for both in found for button in both)


def leads_of(calendar: Calendar, key: KeyDate, kind: str, person: Person) -> frozenset[int]:
    """When this person hears of the date."""
    who = key.who or calendar.policy.get(kind, {})
    return frozenset(lead for role in person.roles for lead in who.get(role, ()))


def _covered(leads: tuple[int, ...], mine: Iterable[int]) -> list[int]:
    """These, and those since the one before them: what falls between two letters is said in the second."""
    before = min((each for each in mine if each > max(leads)), default=366)
    return [*leads, *(each for each in _TASK if max(0, min(leads)) < each < before)]


def _head(item: Item, today: date) -> str:
    # One more than the most is named as well: that is as short.
    most = _MOST_SQUADS + (len(item.squads) == _MOST_SQUADS + 1)
    names = "、".join(unit.name for unit in item.squads[:most])
    names += f" 等 {len(item.squads)} 个中队" if len(item.squads) > most else ""
    return ("【补发】" if item.late else "") + point(item.key, item.kind, item.lead, item.day, today, names)


def point(key: KeyDate, kind: str, lead: int, day: date, today: date, unit: str) -> str:
    """What the first line of a reminder says, as of a day; in the preview of somebody who chases, of `unit`."""
    if lead < 0:
        return f"还没收到{unit}的{key.name}（{day_of(day)}）签到。"
    left = (day - today).days
    what = _TASK.get(lead, key.about) if kind == "A" and left > 0 else key.about
    if left > 1:
        # A day of a year that is far away is asked for, not reminded of.
        when = f"{day.year}年{day_of(day)}" if left > _FAR else day_of(day)
        return f"{when}是{key.name}：{what}。" if kind == "C" else f"{key.name}（{when}）还有 {left} 天：{what}。"
    return f"{'今天' if left == 0 else '明天'}（{day_of(day)}）是{key.name}：{what}。"


def day_of(day: date) -> str:
    """6月1日 周一."""
    return f"{days.short(day)} {days.weekday(day)}"


def _body(item: Item, person: Person, today: date) -> list[str]:
    if item.lead < 0:
        last = "这是最后一次提醒。" if item.last else ""
        return [
            "有的话，复制下面这行，改好日期，在最后补上人数发给我就好：",
            *to_copy(item),
            f"没有开展的，回「没有」。{last}",
        ]
    every = [step for lead in sorted(set(item.leads), reverse=True) for step in item.key.steps.get(lead, ())]
    steps = [f"· {step}" for step in every if preparations.kept(step) not in item.ticked]
    steps = steps or [f"这一步的 {len(every)} 项都准备好了。"] if every else []
    lines = steps if item.kind == "A" and steps else prepare(item.key)
    if item.kind != "C" and item.lead <= (1 if item.kind == "A" else 7):
        lines = [*lines, *afterwards(item, person)]
    return [*lines, item.key.greeting] if item.key.greeting and item.day == today else lines


def prepare(key: KeyDate) -> list[str]:
    """What to have ready, of a date without a list of steps."""
    return [f"备好：{'、'.join(key.prepare)}。"] if key.prepare else []


def afterwards(item: Item, person: Person) -> list[str]:
    """What to send when it is over."""
    if item.squads and item.key.activity:
        return ["活动后复制下面这行，在最后补上人数发给我就好：", *to_copy(item)]
    return ["活动后发「未签到」，看还缺哪些中队。"] if Role.BRIGADE in person.roles else []


def to_copy(item: Item) -> list[str]:
    """The check-in of each squad up to the number, which only the counselor knows."""
    return [one.line for one in date_checkins.of(item.key, item.day, item.squads[:_MOST_SQUADS], item.today)]
