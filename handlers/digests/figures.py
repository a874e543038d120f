"""What 周报, 未签到 and 催办 share: which week or day, which units, and how both are written."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from handlers.kit import Ask, Button, Denied, Person, Refusal, Role, Unit
from handlers.wording.checkins import squad
from handlers.wording.names import shown
from scheduling.periods import monday_of, week_before, week_of
from storage.digests.digest_changes import Correction
from storage.digests.digests import Digest, path_names
from storage.messages import chats
from storage.organisation import units

_WEEK_WORD = re.compile(r"(上上周|上周)|本周|这周")
_WEEK_NUMBER = re.compile(r"(?:(20\d\d)[-年 ]*)?(?:[Ww](\d{1,2})|第? ?(\d{1,2}) ?周)")
_DAY_WORD = re.compile(r"今天|今日|昨天|前天")
_DAY = re.compile(r"(?:(20\d\d)[-/.年])?(\d{1,2})[-/.月](\d{1,2})[日号]?")
# A day in words that no unit is called by: 3-2 may be one.
_DATE = re.compile(r"(?:(20\d\d)[-/.年]|(?=\d{1,2}月))(\d{1,2})[-/.月](\d{1,2})[日号]?")
_TO_COME = re.compile(r"下+个?周|下+个?星期|明天|大?后天|下个?月|明年")
_LONGER = re.compile(r"本月|这个?月|上+个?月|(?<!\d)\d{1,2}月份?(?!\d)|今年|去年|[本上这]个?学期")
_SQUAD = re.compile(
    r"([一二三四五六七八九]|[1-9])(?:年级?|[-.]|0(?=[1-9]))?\(?(\d{1,2}|[一二三四五六七八九十])\)?(?:中队|班)?"
)
_DIGITS = "零一二三四五六七八九十"
_HALF_A_YEAR = 26
_DAYS_BACK = {"今天": 0, "今日": 0, "昨天": 1, "前天": 2}


@dataclass(frozen=True, slots=True)
class Period:
    """A week by its label, or one day of it."""

    week: str
    day: date | None = None


def period_in(args: str, today: date, days: bool = False) -> tuple[Period, str]:
    """
    (the period that the arguments name, the rest of them); without one: this week.

    A day is its week, with `days` the day itself.

    Raises Refusal for a period that does not exist or has not begun.
    """
    args = unicodedata.normalize("NFKC", args)
    _check_words(args, today)
    for pattern in (_WEEK_WORD, _WEEK_NUMBER, _DAY_WORD, _DAY if days else _DATE):
        match = pattern.search(args)
        if match:
            rest = f"{args[: match.start()]} {args[match.end() :]}"
            found = _begun(pattern, match, today)
            return found if days else Period(found.week), " ".join(rest.split())
    return Period(week_of(today)), " ".join(args.split())


def _check_words(args: str, today: date) -> None:
    """Refuse times that are clear but not meant here: what has not come, and what is longer than a week."""
    if match := _TO_COME.search(args):
        raise Refusal(f"「{match[0]}」还没有到。可以看本周、上周或更早的,如 {week_before(week_of(today))}。")
    if (match := _LONGER.search(args)) and not _DAY.search(args):
        raise Refusal(f"这里一周一周地看,没有「{match[0]}」的。可以这样写:本周、上周、{week_before(week_of(today))}。")


def _begun(pattern: "re.Pattern[str]", match: "re.Match[str]", today: date) -> Period:
    try:
        found = _PERIODS[pattern](match, today)
    except ValueError:
        raise Refusal(f"没有「{match[0]}」这个时间。可以这样写:本周、上周、{week_of(today)}。") from None
    if (found.day or monday_of(found.week)) > today:
        raise Refusal(f"「{match[0]}」还没有到。可以看本周、上周或更早的,如 {week_before(week_of(today))}。")
    return found


def _week_word(match: "re.Match[str]", today: date) -> Period:
    back = {"上周": 1, "上上周": 2}.get(match[1], 0)
    return Period(week_of(today - timedelta(days=7 * back)))


def _week_number(match: "re.Match[str]", today: date) -> Period:
    """A bare number is of this year; 第52周 said in January is of the last one."""
    number = int(match[2] or match[3])
    year = int(match[1] or today.isocalendar().year)
    if not match[1] and number - today.isocalendar().week > _HALF_A_YEAR:
        year -= 1
    return Period(week_of(monday_of(f"{year}-W{number:02}")))


def _day_word(match: "re.Match[str]", today: date) -> Period:
    day = today - timedelta(days=_DAYS_BACK[match[0]])
    return Period(week_of(day), day)


def _day(match: "re.Match[str]", today: date) -> Period:
    """Without a year: the last such day."""
    month, number = int(match[2]), int(match[3])
    day = date(int(match[1] or today.year), month, number)
    if not match[1] and day > today:
        day = date(today.year - 1, month, number)
    return Period(week_of(day), day)


# The words of the states of a nomination, in the order of the digest.
STATE_WORDS = {"submitted": "待审", "returned": "退回", "approved": "通过", "withdrawn": "撤回"}
_PERIODS = {_WEEK_WORD: _week_word, _WEEK_NUMBER: _week_number, _DAY_WORD: _day_word, _DAY: _day, _DATE: _day}


def scope(person: Person, roles: Iterable[Role]) -> list[Unit]:
    """The units for which one of these roles is held, topmost first, without those inside another of them."""
    top: list[Unit] = []
    for each in person.units(roles):
        if not any(above.covers(each) for above in top):
            top.append(each)
    return top


def chosen(ask: Ask, roles: Iterable[Role], words: str, again: str) -> list[Unit]:
    """
    The asker's units, or the one below them that `words` name: 实验小学, 实验小学 三(2), 青禾区/实验小学/三(2)中队.

    Raises Refusal when there is none or more than one; `again` is the command that its buttons repeat.
    """
    top = scope(ask.me, roles)
    if not words:
        return _of_group(ask, top) or top
    found = named(ask, top, words)
    if not found:
        none = f"您负责的范围里没有「{shown(ask, words)}」。直接发「{again}」看全部。"
        # Whether there is such a unit elsewhere is not looked up: asking for it counts as asking.
        raise Denied(none, Button("看全部", again), what=again.partition(" ")[0])
    if len(found) > 1:
        names = path_names(ask.db, found[:5])
        buttons = [Button(units.full_name(ask.db, each), f"{again} {names[each.id]}") for each in found[:5]]
        listed = "、".join(button.label for button in buttons)
        raise Refusal(f"有 {len(found)} 个单位叫「{shown(ask, words)}」:{listed}。请点一个,或写上学校。", *buttons)
    return found


def _of_group(ask: Ask, top: list[Unit]) -> list[Unit]:
    """In a group it is about the unit of the group or topic, as far as that is the asker's."""
    message = ask.message
    group = None if message.private else chats.group(ask.db, message.channel, message.chat, message.topic)
    unit = units.by_id(ask.db, group.unit_id) if group else None
    return [unit] if unit and any(each.covers(unit) for each in top) else []


def named(ask: Ask, top: list[Unit], words: str) -> list[Unit]:
    """The units at or below `top` that these words may mean."""
    words = unicodedata.normalize("NFKC", words)
    found = _named(ask, top, [part for part in re.split(r"[/ ]+", words) if part])
    # 三 (2) 中队 is one name, not three.
    return found or (_named(ask, top, ["".join(words.split())]) if " " in words.strip() else [])


def _named(ask: Ask, top: list[Unit], parts: list[str]) -> list[Unit]:
    """Narrow down by one part of the name after the other; the names above a unit of the asker may lead to that one."""
    above = {id: path.split("/") for id, path in path_names(ask.db, top).items()}
    found = top
    for place, part in enumerate(parts):
        inside = _find(ask, part, [each.path for each in found])
        own = [each for each in inside if each in top and each.name == part]
        led = [] if place == len(parts) - 1 else [each for each in found if part in above.get(each.id, ())]
        found = own or inside or led or _joined(ask, found, part)
    return found


def _joined(ask: Ask, inside: list[Unit], word: str) -> list[Unit]:
    """A school and its squad written without a space, as the lists of missing squads do."""
    paths = [each.path for each in inside]
    for cut in range(len(word) - 1, 1, -1):
        begun = [each for each in units.find(ask.db, word[:cut], paths) if each.name.startswith(word[:cut])]
        schools = [each for each in begun if each.name == word[:cut]] or [each for each in begun if _is_school(each)]
        if schools:
            return _find(ask, word[cut:], [each.path for each in schools])
    return []


def _is_school(unit: Unit) -> bool:
    return unit.school_id == unit.id


def _find(ask: Ask, word: str, paths: list[str]) -> list[Unit]:
    """By name, else a squad as people write it: 三2, 301班, 三年级(2)班."""
    found = units.find(ask.db, word, paths)
    match = None if found else _SQUAD.fullmatch(word)
    if match is None:
        return found
    grade, class_no = (int(each) if each.isdigit() else _DIGITS.index(each) for each in match.groups())
    return [each for each in units.find(ask.db, squad(grade, class_no), paths) if each.key == f"{grade}-{class_no}"]


def week_name(week: str) -> str:
    """第14周."""
    return f"第{int(week[6:])}周"


def when(period: Period, today: date) -> str:
    """本周, 上周, 第14周, 4月3日."""
    if period.day:
        return f"{period.day.month}月{period.day.day}日"
    this = week_of(today)
    return {this: "本周", week_before(this): "上周"}.get(period.week, week_name(period.week))


def span(week: str) -> str:
    """The days of a week: 2026年3月30日–4月5日."""
    first = monday_of(week)
    last = first + timedelta(days=6)
    return f"{first.year}年{first.month}月{first.day}日–{last.month}月{last.day}日"


def moment(at: datetime) -> str:
    """4月3日 16:20."""
    return f"{at.month}月{at.day}日 {at:%H:%M}"


def rate(value: float | None) -> str:
    """90.9%, or a dash where there is nothing to divide by."""
    return "–" if value is None else f"{value:.1f}%"


def stamp(shown: Digest) -> str:
    """As of when: 截至 4月3日 16:20, or 4月6日 08:00 冻结."""
    if shown.at is None:
        return "已冻结" if shown.revision else ""
    at = moment(shown.at)
    return f"{at} 冻结" if shown.revision else f"截至 {at}"


def medals(shown: Digest) -> list[str]:
    """The nominations of the week by state: 待审 2, 通过 1; without the states that have none."""
    return [f"{word} {shown.nominations[state]}" for state, word in STATE_WORDS.items() if shown.nominations.get(state)]


def late(shown: Digest) -> str:
    """迟报 2 条,补报 1 条; empty when everything came in time."""
    told = [f"{word} {count} 条" for word, count in (("迟报", shown.late), ("补报", shown.backfilled)) if count]
    return ",".join(told)


def corrected(shown: Digest) -> str:
    """冻结后更正(第2版):补报 1 条;场次 4→5,人次 162→206; empty when nothing came later."""
    return f"冻结后更正(第{shown.revision}版):{_changes(shown.correction)}" if shown.correction else ""


def corrected_before(shown: Digest) -> str:
    """更正第13周:…, what came of the week before after its freezing; empty when nothing did."""
    when = "上周" if running(shown) else week_name(shown.previous.week)
    return f"更正{when}:{_changes(shown.correction_before)}" if shown.correction_before else ""


def _changes(one: Correction) -> str:
    kinds = (("补报", one.changes.reported), ("更正", one.changes.corrected), ("撤回", one.changes.withdrawn))
    was, now = one.was, one.now
    figures = (
        ("场次", was.events, now.events),
        ("中队", was.squads_covered, now.squads_covered),
        ("人次", was.attended, now.attended),
    )
    moved = [f"{word} {before}→{after}" for word, before, after in figures if before != after]
    return f"{'、'.join(f'{word} {count} 条' for word, count in kinds if count)};{','.join(moved) or '总数没有变'}"


def running(shown: Digest) -> bool:
    """Whether the week is not over yet, so that it cannot be compared with a whole one."""
    return shown.at is not None and not shown.revision and week_of(shown.at.date()) == shown.week


def change(by: float, unit: str = "") -> str:
    """+3, −3 or 持平."""
    return f"{'+' if by > 0 else '−'}{abs(by)}{unit}" if by else "持平"


def points(new: float | None, old: float | None) -> float | None:
    """By how many percentage points a rate changed; None when one of them is unknown."""
    return None if new is None or old is None else round(new - old, 1)
