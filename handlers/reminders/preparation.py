"""准备清单 六一: what a school has to prepare for a key date; the brigade counselor ticks what is done."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from handlers.catalogue.loader import calendar_of
from handlers.kit import ADMINS, Ask, Button, Denied, Refusal, Reply, Role, Unit
from handlers.reading.text.numbers import CHINESE, value_of
from handlers.registry import command
from handlers.reminders import naming
from handlers.wording import days, places
from scheduling.calendar import KeyDate
from storage.organisation import units
from storage.organisation.units import Kind
from storage.reminders import preparations

WORD = "准备清单"
_TICKS = frozenset({Role.BRIGADE, Role.SCHOOL_ADMIN})
_MOST_BUTTONS, _MOST_SCHOOLS = 5, 12
_NUMBERS = re.compile(r"(?<![\d月])(\d{1,2})(?:\s*[-–~到至]\s*(\d{1,2}))?(?![\d月日号])")
_SPOKEN = re.compile(rf"(?<=第)[{CHINESE}]{{1,3}}")
_ALL = re.compile(r"全部|都")
_UNDONE = re.compile(r"还?没做?好?|撤回|撤销|取消|恢复")
_AROUND = re.compile(r"第|项|做好?了?|完成了?|好了|办好了?|[,，、和。]|$")


@dataclass(frozen=True, slots=True)
class _List:
    """The steps of a key date in the order of their time, with those that a school has done."""

    key: KeyDate
    day: date
    steps: tuple[str, ...]
    school: Unit
    ticked: frozenset[str]

    def has(self, step: str) -> bool:
        return preparations.kept(step) in self.ticked

    @property
    def left(self) -> list[tuple[int, str]]:
        return [(number, step) for number, step in enumerate(self.steps, 1) if not self.has(step)]


@command(
    WORD, "清单", "checklist", who=ADMINS, group="提醒", rank=47, help="重要日子要准备的，做好一项勾一项",
    looks="", examples=("准备清单 六一", "准备清单 六一 1、3", "准备清单 六一 没做 3"),
)  # fmt: skip
def show(ask: Ask) -> Reply:
    """The list of one's school with what is left; with numbers these are ticked. Above a school: how far each is."""
    key, rest = _key(ask)
    day = naming.coming(key, ask.today)
    steps = _steps(key)
    undone = bool(_UNDONE.search(rest))
    numbers, place = _numbers(_UNDONE.sub(" ", rest), len(steps))
    at = places.chosen(ask, ADMINS, place, WORD, f"{key.name} {{}}")
    if any(unit.kind != Kind.SCHOOL for unit in at) or (len(at) > 1 and not numbers):
        return _schools(ask, key, day, steps, at)
    if len(at) > 1:
        raise Refusal("是哪所学校？", *(Button(one.name, WORD, f"{ask.args} {one.name}") for one in at[:6]))
    occurrence = f"{key.id}:{day}"
    if numbers and not any(unit.covers(at[0]) for unit in ask.me.units(_TICKS)):
        raise Denied(f"{at[0].name}的清单由学校的大队辅导员来勾，没有改。", what=WORD, subject=f"unit:{at[0].id}")
    chosen = [steps[number - 1] for number in numbers]
    if undone:
        preparations.untick(ask.db, at[0].id, occurrence, chosen)
    else:
        preparations.tick(ask.db, at[0].id, occurrence, chosen, ask.me.id, day)
    ticked = preparations.done(ask.db, [at[0].id], occurrence).get(at[0].id, set())
    return _told(ask, _List(key, day, steps, at[0], frozenset(ticked)), bool(numbers))


def _key(ask: Ask) -> tuple[KeyDate, str]:
    """(the date that the first words name, the rest); without words the next that has a list."""
    calendar = calendar_of(ask.db)
    lists = [key for key in calendar.dates if key.steps and not key.who]
    words = unicodedata.normalize("NFKC", ask.args).split()
    if not words:
        return min(lists, key=lambda key: naming.coming(key, ask.today)), ""
    found = [key for key in naming.named(calendar, words[0], ask.today) if key.steps]
    if not found:
        names = dict.fromkeys(key.name for key in sorted(lists, key=lambda key: naming.coming(key, ask.today)))
        buttons = (Button(name, WORD, name) for name in list(names)[:_MOST_BUTTONS])
        raise Refusal(f"「{words[0]}」没有准备清单。有清单的日子：", *buttons)
    return min(found, key=lambda key: naming.coming(key, ask.today)), " ".join(words[1:])


def _steps(key: KeyDate) -> tuple[str, ...]:
    return tuple(step for lead in sorted(key.steps, reverse=True) for step in key.steps[lead])


def _numbers(words: str, most: int) -> tuple[list[int], str]:
    words = _SPOKEN.sub(lambda match: str(value_of(match[0]) or match[0]), words)
    if _ALL.search(words):
        return list(range(1, most + 1)), " ".join(_AROUND.sub(" ", _ALL.sub(" ", words)).split())
    found: list[int] = []
    for match in _NUMBERS.finditer(words):
        first, last = int(match[1]), int(match[2] or match[1])
        if not 1 <= first <= last <= most:
            raise Refusal(f"清单有 {most} 项，没有「{match[0].strip()}」，没有改。")
        found += range(first, last + 1)
    return found, " ".join(_AROUND.sub(" ", _NUMBERS.sub(" ", words)).split())


def _told(ask: Ask, of: _List, changed: bool) -> Reply:
    count, ahead = len(of.steps) - len(of.left), (of.day - ask.today).days
    when = f"{days.day(of.day, ask.today)}，{f'还有 {ahead} 天' if ahead else '就在今天'}"
    head = f"{of.school.name}{of.key.name}（{when}）：做好 {count} 项，还剩 {len(of.left)} 项"
    if not of.left:
        return Reply(f"{head}，都准备好了。")
    lines = [f"{number}. {step}" for number, step in of.left]
    ticked = [str(number) for number, step in enumerate(of.steps, 1) if of.has(step)]
    lines += [f"做好的：{'、'.join(ticked)}"] if ticked else []
    if not any(unit.covers(of.school) for unit in ask.me.units(_TICKS)):
        return Reply("\n".join([f"{head}：", *lines]))
    place = f" {of.school.name}" if len(places.scope(ask.me, ADMINS)) > 1 else ""
    args = {number: f"{of.key.name} {number}{place}" for number, _ in of.left[:_MOST_BUTTONS]}
    how = [] if changed else [f"做好了，发编号：{WORD} {of.key.name} {of.left[0][0]}"]
    buttons = tuple(Button(f"做好 {number}", WORD, each) for number, each in args.items())
    return Reply("\n".join([f"{head}：", *lines, *how]), buttons)


def _schools(ask: Ask, key: KeyDate, day: date, steps: Sequence[str], at: Sequence[Unit]) -> Reply:
    """How far each school is, the least prepared first."""
    schools = units.schools(ask.db, [unit.path for unit in at])
    done = preparations.done(ask.db, [one.id for one in schools], f"{key.id}:{day}")
    far = sorted((len(done.get(one.id, ())), one.name) for one in schools)
    lines = [f"{name} {count}/{len(steps)}" for count, name in far[:_MOST_SCHOOLS]]
    more = [f"另有 {len(far) - _MOST_SCHOOLS} 所。"] if len(far) > _MOST_SCHOOLS else []
    buttons = tuple(Button(name, WORD, f"{key.name} {name}") for _, name in far[:_MOST_BUTTONS])
    return Reply("\n".join([f"{key.name}（{days.day(day, ask.today)}）的准备：", *lines, *more]), buttons)


def ticked(db: Connection, occurrence: str, schools: Collection[int]) -> set[str]:
    """The steps that all of these schools have done."""
    done = preparations.done(db, schools, occurrence) if schools else {}
    return set.intersection(*(done.get(id, set()) for id in schools)) if schools else set()
