"""校历 2027 放假 2-5至2-21: days off, vacations, make-up days and terms that a part of the tree notes for itself."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from handlers.catalogue.current import calendar_at
from handlers.kit import MEMBERS, Ask, Button, Denied, NotMeant, Refusal, Reply, Unit
from handlers.registry import command
from handlers.reminders import naming
from handlers.reminders.calendars import date_ranges
from handlers.rights import GIVERS
from handlers.wording import days, places
from scheduling.calendar import DAY
from storage.organisation import school_days, units
from storage.organisation.school_days import SchoolDays

_LIKE = "校历 2027 放假 2-5至2-21，补班 2-20；校历 开学 2-22"
_NAMES = {school_days.OFF: "放假", school_days.VACATION: "假期", school_days.WORK: "补班", school_days.TERM: "学期"}
_MOST_DAYS = {school_days.OFF: 60, school_days.VACATION: 100, school_days.WORK: 10, school_days.TERM: 200}
_LIST = frozenset({"", "列表", "list"})
_COMMITTEES = frozenset({units.Kind.PROVINCE, units.Kind.CITY, units.Kind.COUNTY})
_LONGEST_GAP = timedelta(days=60)
_MOST = 20
# 2月9日 and 2-10 are no numbers of rows.
_OF_ROWS = re.compile(r"(\D{1,2}?)\s*((?:[第#]?\d{1,9}(?![\d月日号天年/.-])条?[\s,、和]*)+)(.*)")
_BACK = {
    date_ranges.NOT_OFF: (school_days.OFF, school_days.VACATION), date_ranges.NOT_WORK: (school_days.WORK,),
    date_ranges.NOT: (school_days.OFF, school_days.VACATION, school_days.WORK),
}  # fmt: skip


@command(
    "校历", "school_year", who=MEMBERS, group="提醒", rank=46, help="看、记放假、补班和开学",
    looks="", examples=("校历", "校历 2027 放假 2-5至2-21", "校历 开学 2-22", "校历 删除 3"),
)  # fmt: skip
def note(ask: Ask) -> Reply:
    """What is noted for the asker's part of the tree; with a kind and days it is noted, with a number changed."""
    words = naming.digits(unicodedata.normalize("NFKC", ask.args).strip(), ask.today)
    words = str(ask.today.year + naming.YEARS[words]) if words in naming.YEARS else words
    if words in _LIST or re.fullmatch(r"20\d\d年?", words):
        return _list(ask, words.removesuffix("年"))
    if GIVERS.isdisjoint(ask.me.roles):
        if naming.called(calendar_at(ask.db, ask.me.paths()), words, ask.today):
            # 6月19日放假, of whoever notes nothing, asks about that day.
            raise NotMeant
        raise Denied("校历由大队辅导员和管理员来记，没有记。发「校历」看记下的。", what="校历")
    match = _OF_ROWS.fullmatch(words)
    deed = naming.DEEDS.get(match[1], match[1]) if match else ""
    if match and deed == "删除" and not match[3]:
        return _remove(ask, [int(number) for number in re.findall(r"\d+", match[2])])
    if match and deed == "改" and match[2].strip().isdecimal():
        return _change(ask, int(match[2]), match[3])
    found, rest = date_ranges.spans(words, ask.today)
    unit = _unit(ask, rest, words)
    # All or nothing: what is refused undoes what was noted before it.
    made = [_noted(ask, unit, *each) for each in found]
    lines = [line for line, _ in made]
    head = f"已记下，{unit.name}都按这个算："
    kept = [one for _, one in made if one]
    own = (Button("删除", "校历", f"删除 {kept[0].id}"),) if len(kept) == len(made) == 1 else ()
    effect = [_effect(ask, kept[-1])] if kept else []
    return Reply("\n".join([head, *lines, *effect]), (*own, Button("校历", "校历")))


def _unit(ask: Ask, rest: str, words: str) -> Unit:
    try:
        return places.chosen(ask, GIVERS, rest, "校历", f"{words} {{}}")[0]
    except Denied as denied:
        raise Denied(f"没看懂「{rest}」，没有记。{date_ranges.LIKE}", what=denied.what) from None


def _noted(ask: Ask, unit: Unit, kind: str, first: date, last: date | None) -> tuple[str, SchoolDays | None]:
    """A school's days off are its own; those of a committee are everybody's, and stop the clock of a notice."""
    if kind in _BACK:
        return _taken_back(ask, unit, kind, first, last or first)
    if kind == school_days.VACATION and last is None:
        day = days.short(first)
        raise Refusal(f"{day}放假，放到哪天？还没有记。像这样发：{day}到{days.short(first + 30 * DAY)}放假")
    kind = school_days.VACATION if kind == school_days.OFF and unit.kind not in _COMMITTEES else kind
    last = first if last is None and kind != school_days.TERM else last
    _check(kind, first, last)
    same = [one for one in school_days.below(ask.db, [unit.path]) if one.unit_id == unit.id and one.kind == kind]
    before = next((one for one in same if _is_in_place_of(one, kind, first, last)), None)
    if before:
        return _moved(ask, before, first, last)
    number = school_days.add(ask.db, unit.id, ask.me.id, kind, first, last, ask.now)
    made = _found(ask, number)
    return _said(made), made


def _taken_back(ask: Ask, unit: Unit, kind: str, first: date, last: date) -> tuple[str, SchoolDays | None]:
    """These days out of what the unit has noted; what others have noted, or is so by law, it notes otherwise."""
    noted = [
        one for one in school_days.below(ask.db, [unit.path]) if one.unit_id == unit.id and one.kind in _BACK[kind]
    ]
    noted = [one for one in noted if one.first <= last and first <= (one.last or one.first)]
    if not noted and kind == date_ranges.NOT:
        raise Refusal("校历没有记这几天，什么都没有改。发「校历」看记下的。", Button("校历", "校历"))
    if not noted:
        return _noted(ask, unit, school_days.WORK if kind == date_ranges.NOT_OFF else school_days.OFF, first, last)
    for one in noted:
        around = ((one.first, first - DAY), (last + DAY, one.last or one.first))
        left = [(begin, end) for begin, end in around if begin <= end]
        if left:
            school_days.change(ask.db, one.id, *left[0], ask.now)
        else:
            school_days.remove(ask.db, one.id, ask.now)
        for begin, end in left[1:]:
            school_days.add(ask.db, unit.id, ask.me.id, one.kind, begin, end, ask.now)
    line = f"{'、'.join(map(_said, noted))}，去掉{_days(replace(noted[0], first=first, last=last))}"
    worked = calendar_at(ask.db, [unit.path]).workdays.worked
    span = (first + n * DAY for n in range((last - first).days + 1))
    if kind == date_ranges.NOT_OFF and any(day.isoweekday() <= 5 and not worked(day) for day in span):
        work, made = _noted(ask, unit, school_days.WORK, first, last)
        return f"{line}\n{work}", made
    return line, None


def _check(kind: str, first: date, last: date | None) -> None:
    if last and last - first >= timedelta(days=_MOST_DAYS[kind]):
        raise Refusal(f"{_NAMES[kind]}有 {(last - first).days + 1} 天，太长了，没有记。请核对起止日子。")


def _moved(ask: Ask, before: SchoolDays, first: date, last: date | None) -> tuple[str, SchoolDays]:
    _check(before.kind, first, last)
    school_days.change(ask.db, before.id, first, last, ask.now)
    made = _found(ask, before.id)
    return (_said(made) if made == before else f"{_said(before)} → {_days(made)}"), made


def _found(ask: Ask, number: int) -> SchoolDays:
    one = school_days.by_id(ask.db, number)
    if one is None:
        raise Refusal("校历里没有这个编号，什么都没有改。发「校历」看编号。", Button("校历", "校历"))
    return one


def _is_in_place_of(one: SchoolDays, kind: str, first: date, last: date | None) -> bool:
    """A term has one beginning; the same first or last day is a correction of what was noted."""
    if kind == school_days.TERM:
        return abs(one.first - first) < _LONGEST_GAP
    return first == one.first or (last is not None and last == one.last)


def _effect(ask: Ask, made: SchoolDays) -> str:
    if made.kind == school_days.TERM:
        week = school_days.teaching_week(ask.db, made.path, ask.today)
        begun = "「第3周」就是这学期" if made.first <= ask.today else "开学后，「第3周」就是那个学期"
        return f"今天是第 {week} 教学周。" if week else f"{begun}的第 3 教学周。"
    return "落在这几天的提醒，提前到放假前的工作日。" if made.kind != school_days.WORK else "这天照常提醒。"


def _own(ask: Ask, word: str, number: int) -> SchoolDays:
    one = _found(ask, number)
    if not any(one.path.startswith(unit.path) for unit in ask.me.units(GIVERS)):
        raise Denied(f"这是{one.unit}记的，不由您来改。", what=f"校历 {word}", subject=f"unit:{one.unit_id}")
    return one


def _remove(ask: Ask, numbers: Sequence[int]) -> Reply:
    gone = [_own(ask, "删除", number) for number in dict.fromkeys(numbers)]
    for one in gone:
        school_days.remove(ask.db, one.id, ask.now)
    return Reply(f"已删除 {'、'.join(map(_said, gone))}，不再按它算。", (Button("校历", "校历"),))


def _change(ask: Ask, number: int, rest: str) -> Reply:
    one, again = _own(ask, "改", number), Button("校历", "校历")
    first, last = date_ranges.span(rest, one.first)
    line, made = _moved(ask, one, first, last if last or one.kind == school_days.TERM else first)
    return Reply(f"已改：{line}。{_effect(ask, made)}", (Button("删除", "校历", f"删除 {number}"), again))


def _said(one: SchoolDays) -> str:
    return f"{one.id}. {_NAMES[one.kind]} {one.first.year}年{_days(one)}"


def _days(one: SchoolDays) -> str:
    return days.short(one.first) + (f"–{days.short(one.last)}" if one.last and one.last != one.first else "")


def _list(ask: Ask, year: str) -> Reply:
    own, above = school_days.below(ask.db, ask.me.paths()), school_days.at(ask.db, ask.me.paths())
    wanted = [one for one in {one.id: one for one in (*own, *above)}.values() if _is_of(one, ask.today, year)]
    wanted.sort(key=lambda one: (one.path.count("/"), one.first, one.id))
    lines = [f"{_said(one)}（{one.unit}）" for one in wanted[:_MOST]]
    lines += [f"另有 {len(wanted) - _MOST} 条，发「校历 2027」一年一年地看。"] if len(wanted) > _MOST else []
    week, today = _week(ask), days.day(ask.today)
    head = f"今天是{today}，第 {week} 教学周。" if week else _no_week(ask, above, own)
    how = f"要记，像这样发：{_LIKE}" if not GIVERS.isdisjoint(ask.me.roles) else ""
    asked = int(year) if year else ask.today.year
    missing = _missing(ask, asked)
    return Reply("\n".join([head, *(lines or ["校历还没有记什么。"]), *missing, *([how] if how else [])]))


def _no_week(ask: Ask, above: Sequence[SchoolDays], below: Sequence[SchoolDays]) -> str:
    """Why this is no teaching week, and which week is meant by a number."""
    today = f"今天是{days.day(ask.today)}，一年的第 {ask.today.isocalendar().week} 周。"
    terms = sorted(one.first for one in above if one.kind == school_days.TERM)
    if any(first <= ask.today for first in terms):
        return f"{today}不在学期里，「第3周」是上一个学期的第 3 教学周。"
    as_of_year = "「第3周」按一年的第 3 周算。"
    if terms:
        return f"{today}{days.day(terms[0], ask.today)}开学，还没有到；现在{as_of_year}"
    there = any(one.kind == school_days.TERM for one in below)
    return f"{today}{'学期是下面各单位自己记的，您这一级' if there else ''}还没有记开学的日子，{as_of_year}"


def _week(ask: Ask) -> int | None:
    found = (school_days.teaching_week(ask.db, path, ask.today) for path in ask.me.paths())
    return next(filter(None, found), None)


def _is_of(one: SchoolDays, today: date, year: str) -> bool:
    if year:
        return int(year) in (one.first.year, (one.last or one.first).year)
    return (one.last or one.first) >= today or one.kind == school_days.TERM


def _missing(ask: Ask, year: int) -> Sequence[str]:
    known = calendar_at(ask.db, ask.me.paths()).workdays.knows(year)
    return () if known else (f"{year} 年的调休还没有记，先按周末和法定节日算。",)
