"""Reads the key dates: the shipped table, the school's own changes to it, and the years' working days."""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from scheduling.calendar import Calendar, Chase, KeyDate, Ladder, Times, Workdays, Year, date_of
from scheduling.occurrences import CALENDAR
from storage.base import key_values
from storage.people.people import Role

Tables = dict[str, Any]
SHIPPED = Path(__file__).with_name("key_dates.toml")
_TABLES = {"times", "policy", "chase", "duty", "checklist", "key_date"}
_FIELDS = {
    **dict.fromkeys(("id", "name", "kind", "junior_kind", "about", "checklist", "activity", "topic", "greeting"), str),
    **dict.fromkeys(("solemn", "off"), bool),
    **dict.fromkeys(("on", "who"), dict),
    **dict.fromkeys(("prepare", "words"), list),
    "from_year": int,
}
_RULES = ({"month", "day"}, {"month", "weekday", "nth"}, {"lunar_month", "lunar_day"}, {"term"})
FESTIVE = re.compile(
    r"快乐|愉快|祝福|祝贺|恭贺|庆祝|喜迎|欢度|欢庆|欢乐|热烈|佳节|[!！~～]"
    r"|[\u2600-\u27bf\u2b50\U0001f000-\U0001faff]"
)


class Wrong(ValueError):
    """One clear sentence: where, and what is wrong there."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The calendar, and a sentence for each of the school's files that could not be used."""

    calendar: Calendar
    problems: tuple[str, ...] = ()


def load(overlay: Path | None = None, zone: str = "Asia/Shanghai") -> Loaded:
    """
    The shipped key dates with the changes in the folder `overlay`: key_dates.toml and workdays-YYYY.toml.

    A file with an error is left out whole: a half-used one would surprise more than the shipped dates do.
    """
    calendar = shipped(zone)
    tables: Tables = json.loads(calendar.source)
    problems: list[str] = []
    for file in sorted(overlay.glob("workdays-*.toml")) + sorted(overlay.glob("key_dates.toml")) if overlay else []:
        try:
            changed = _changed(tables, file)
            calendar, tables = parse(changed), changed
        except (ValueError, OSError) as error:
            problems.append(f"{file.name}：{error}。这个文件没有采用。")
    return Loaded(calendar, tuple(problems))


@lru_cache(maxsize=2)
def from_source(source: str) -> Calendar:
    """The calendar that was kept as `Calendar.source`."""
    # An earlier version may have kept it, with less in it.
    return parse({**tables_of(SHIPPED), **json.loads(source)})


@lru_cache(maxsize=2)
def shipped(zone: str = "Asia/Shanghai") -> Calendar:
    """The calendar without any changes of the school."""
    return parse({**tables_of(SHIPPED), "zone": zone, "workdays": {}})


def calendar_of(db: Connection, tree: str = "") -> Calendar:
    """
    With the school's own changes; the shipped one before the first tick.

    Of one state of the `tree` it is read once: it stays beside the connection until that changes.
    """
    last: tuple[str, Calendar] | None = db.info.get(CALENDAR)
    if tree and last and last[0] == tree:
        return last[1]
    kept = key_values.get(db, CALENDAR)
    found = from_source(kept.value) if kept else shipped()
    db.info[CALENDAR] = tree, found
    return found


def days_after(first: date, last: date) -> Iterator[date]:
    """The days after `first` up to `last`."""
    return (first + timedelta(days=n) for n in range(1, (last - first).days + 1))


def tables_of(file: Path) -> Tables:
    """What a file says; raises Wrong with the place where it cannot be read."""
    try:
        # utf-8-sig: Windows editors put a mark in front.
        return tomllib.loads(file.read_text("utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"line (\d+), column (\d+)", str(error))
        where = f"看第 {at[1]} 行第 {at[2]} 列" if at else "看文件的最后"
        raise Wrong(f"不是正确的 TOML，{where}") from None
    except UnicodeDecodeError:
        raise Wrong("请存成 UTF-8 编码") from None


def _changed(tables: Tables, file: Path) -> Tables:
    new = tables_of(file)
    if file.name != "key_dates.toml":
        year = re.fullmatch(r"workdays-(\d{4})\.toml", file.name)
        if year is None:
            raise Wrong("文件名应像 workdays-2027.toml")
        # By way of text, since TOML knows dates and JSON does not.
        noted = json.loads(json.dumps(new, default=str))
        return {**tables, "workdays": {**tables["workdays"], year[1]: noted}}
    _known(new, _TABLES, "文件")
    dates = {entry["id"]: entry for entry in tables["key_date"]}
    for entry in _entries(new):
        dates[entry["id"]] = {**dates.get(entry["id"], {}), **entry}
    merged = {name: _merged(name, tables[name], new.get(name, {})) for name in _TABLES - {"key_date"}}
    return {**tables, **merged, "key_date": list(dates.values())}


def _merged(at: str, old: Tables, new: Any) -> Tables:
    _known(new, new, at)
    both = [name for name in new if isinstance(old.get(name), dict)]
    deeper = {name: _merged(f"{at}.{name}", old[name], new[name]) for name in both}
    return {**old, **new, **deeper}


def _entries(tables: Tables) -> list[Tables]:
    found = tables.get("key_date", [])
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise Wrong("key_date 要写成 [[key_date]]")
    for entry in found:
        if not re.fullmatch(r"[a-z0-9_-]{1,40}", str(entry.get("id", ""))):
            raise Wrong(f"key_date.id 要用小写英文字母、数字和下划线（现在是 {entry.get('id')!r}）")
    return found


def parse(tables: Tables) -> Calendar:
    """The calendar of these tables; raises Wrong with the place and the reason."""
    policy = {kind: _who(f"policy.{kind}", who) for kind, who in tables["policy"].items()}
    steps = {name: _steps(f"checklist.{name}", lines) for name, lines in tables["checklist"].items()}
    return Calendar(
        tuple(_key_date(entry, policy, steps) for entry in _entries(tables) if not entry.get("off")),
        policy,
        _times(tables["times"]),
        _chase(tables["chase"]),
        _ladder(tables["duty"]),
        Workdays({int(year): _year(int(year), noted) for year, noted in tables["workdays"].items()}),
        ZoneInfo(tables["zone"]),
        json.dumps(tables, ensure_ascii=False, sort_keys=True, default=str),
    )


def _key_date(entry: Tables, policy: Mapping[str, Any], steps: Mapping[str, Any]) -> KeyDate:
    at = f"key_date.{entry['id']}"
    _known(entry, _FIELDS, at)
    for name, value in entry.items():
        if type(value) is not _FIELDS[name]:
            raise Wrong(f"{at}.{name} 的写法不对：{value!r}")
    for name in ("name", "kind", "on"):
        if not entry.get(name):
            raise Wrong(f"{at}.{name} 没有写")
    for name in ("kind", "junior_kind"):
        if entry.get(name, "A") not in policy:
            raise Wrong(f"{at}.{name} 应是 {'、'.join(policy)} 之一（现在是 {entry[name]!r}）")
    if entry.get("checklist", "") not in {"", *steps}:
        raise Wrong(f"{at}.checklist 没有这张清单：{entry['checklist']}")
    _rule(f"{at}.on", entry["on"])
    plain = {
        name: value for name, value in entry.items() if name not in ("off", "checklist", "who", "prepare", "words")
    }
    who = _who(f"{at}.who", entry.get("who", {}))
    prepare = _lines(f"{at}.prepare", entry.get("prepare", []))
    words = _lines(f"{at}.words", entry.get("words", []))
    key = KeyDate(**plain, who=who, words=words, prepare=prepare, steps=steps.get(entry.get("checklist", ""), {}))
    _fitting(at, key)
    return key


def _fitting(at: str, key: KeyDate) -> None:
    """No festive wording on a solemn day (12-13, 清明, 09-18, 09-30 and what the school adds)."""
    steps = (line for lines in key.steps.values() for line in lines)
    texts = (key.name, key.about, key.topic, key.greeting, *key.prepare, *steps)
    for text in texts:
        if key.solemn and (found := FESTIVE.search(text)):
            raise Wrong(f"{at} 是肃穆的日子，不能写「{found[0]}」")


def _rule(at: str, on: Any) -> None:
    if not isinstance(on, dict) or set(on) not in _RULES:
        raise Wrong(f"{at} 应像 {{ month = 3, day = 5 }} 或 {{ month = 5, weekday = 7, nth = 2 }}")
    try:
        # A leap year, so that 29 February counts as a day.
        real = date(2024, on.get("month", 1), on.get("day", 1)) and on.get("nth", 1) != 0
        possible = real and date_of(on, 2024) is not None
    except (ValueError, TypeError, KeyError, IndexError):
        possible = False
    if not possible:
        raise Wrong(f"{at} 没有这样的日子：{on}")


def _who(at: str, who: Any) -> Mapping[str, tuple[int, ...]]:
    if not isinstance(who, dict):
        raise Wrong(f"{at} 应像 counselor = [7, 3, 1]")
    for role, leads in who.items():
        if role not in set(Role):
            raise Wrong(f"{at}.{role} 不是角色，可用：{'、'.join(Role)}")
        if not isinstance(leads, list) or not all(type(lead) is int and -30 <= lead <= 90 for lead in leads):
            raise Wrong(f"{at}.{role} 应是提前的天数（-30 到 90），如 [7, 3, 1]")
    return {role: tuple(leads) for role, leads in who.items()}


def _steps(at: str, steps: Any) -> Mapping[int, tuple[str, ...]]:
    if not isinstance(steps, dict) or not all(re.fullmatch(r"-?\d+", lead) for lead in steps):
        raise Wrong(f'{at} 应像 7 = ["要做的事"]')
    return {int(lead): _lines(f"{at}.{lead}", lines) for lead, lines in steps.items()}


def _lines(at: str, lines: Any) -> tuple[str, ...]:
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise Wrong(f'{at} 应像 ["一件事", "另一件事"]')
    return tuple(lines)


def _times(table: Tables) -> Times:
    # Earlier versions had a time of its own for what is moved forward.
    table = {name: value for name, value in table.items() if name != "moved"}
    _known(table, {item.name for item in fields(Times)}, "times")
    try:
        times = Times(**{name: time.fromisoformat(str(value)) for name, value in table.items()})
    except ValueError:
        raise Wrong("times 里的时间应像 08:10") from None
    if times.quiet_from <= times.quiet_until or any(map(times.quiet, (times.morning, times.on_day))):
        raise Wrong("times 里发提醒的时间不能落在 quiet_from 到 quiet_until 之间")
    return times


def _chase(table: Tables) -> Chase:
    _known(table, {"days_before", "ignore"}, "chase")
    if type(table["days_before"]) is not int or not 0 <= table["days_before"] <= 60:
        raise Wrong("chase.days_before 应是 0 到 60 的天数")
    return Chase(table["days_before"], _lines("chase.ignore", table["ignore"]))


def _ladder(table: Tables) -> Ladder:
    _known(table, {item.name for item in fields(Ladder)}, "duty")
    # One number is the same day for all that are above.
    above = table["above"] if isinstance(table["above"], list) else [table["above"]] * 3
    before, after = table["before"], [table["reporter"], table["brigade"], *above]
    days = [*(before if isinstance(before, list) else [None]), *after]
    right = all(type(each) is int and 0 <= each <= 90 for each in days) and len(above) == 3
    if not right or sorted(after) != after:
        raise Wrong("duty 应像 before = [3, 0]、reporter = 1、brigade = 3、above = [5, 8, 12]，都是天数，一级比一级晚")
    return Ladder(tuple(before), table["reporter"], table["brigade"], (above[0], above[1], above[2]))


def _year(year: int, noted: Tables) -> Year:
    _known(noted, {"off", "work", "vacation"}, "文件")
    days = {name: frozenset(_days(year, name, noted.get(name, []))) for name in ("off", "work", "vacation")}
    return Year(**days, complete="off" in noted or "work" in noted)


def _days(year: int, name: str, texts: Any) -> Iterable[date]:
    for text in _lines(name, texts):
        first, _, last = text.partition("/")
        try:
            start, end = date.fromisoformat(first), date.fromisoformat(last or first)
        except ValueError:
            raise Wrong(f"{name} 里的「{text}」应像 2027-02-05 或 2027-02-05/2027-02-11") from None
        if not start <= end or {start.year, end.year} != {year}:
            raise Wrong(f"{name} 里的「{text}」不在 {year} 年内，或者起止颠倒")
        yield from (start + timedelta(days=n) for n in range((end - start).days + 1))


def _known(table: Any, names: Iterable[str], at: str) -> None:
    if not isinstance(table, dict):
        raise Wrong(f"{at} 应是一张表")
    for name in table:
        if name not in set(names):
            raise Wrong(f"{at} 里没有「{name}」这一项，可用：{'、'.join(sorted(names))}")
