"""The columns of the lists: what can stand in one, and which ones an admin chose for the official registry."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo

from sqlalchemy import Connection

from handlers.wording import medals
from storage.base import key_values
from storage.children.children import masked
from storage.medals.lists import Entry
from storage.organisation.units import Kind, Unit

# (head, what stands below it): a field of this name, or always the same words.
Column = tuple[str, str]
_CLASSES = {"S": "星级章", "B": "基础章", "F": "特色章", "H": "荣誉"}
FIELDS: Mapping[str, Callable[[Entry, tzinfo | None], str | int | None]] = {
    "姓名": lambda one, zone: one.name or collective(one),
    "对象": lambda one, zone: "个人" if one.name else "集体",
    "学校": lambda one, zone: one.school,
    "中队": lambda one, zone: "" if one.kind == Kind.SCHOOL else one.unit,
    "年级": lambda one, zone: one.grade,
    "序号": lambda one, zone: one.place,
    "奖章": lambda one, zone: medal_of(one),
    "类别": lambda one, zone: _CLASSES[one.medal[0]],
    "级别": lambda one, zone: medals.LEVELS[one.level],
    "授予单位": lambda one, zone: medals.OFFICES[one.level],
    "授予日期": lambda one, zone: one.decided_at.astimezone(zone).date().isoformat() if one.decided_at else "",
    "颁发日期": lambda one, zone: one.presented_on.isoformat() if one.presented_on else "",
    "学期": lambda one, zone: one.term,
    "编号": lambda one, zone: one.number,
    "签收": lambda one, zone: "",
}
NOTICE = ("学校", "中队", "姓名", "奖章")
CERTIFICATE = ("编号", "姓名", "学校", "中队", "奖章", "授予单位", "授予日期")
CEREMONY = ("中队", "序号", "姓名", "奖章", "签收")
REGISTRY = ("姓名", "学校", "中队", "类别", "奖章", "级别", "授予单位", "授予日期")
MOST, LONGEST = 20, 12
_KEY = "registry-columns:"
_SPLIT = re.compile(r"[、,，;；\s]+")
_GIVEN = re.compile(r"([^=＝]+)[=＝](.+)")
_ALWAYS = re.compile(r"[“「\"'](.*)[”」\"']")


def medal_of(one: Entry) -> str:
    """一星章, 集体一星章."""
    return f"{'' if one.name or not medals.is_star(one.medal) else '集体'}{medals.label(one.medal)}"


def collective(one: Entry) -> str:
    """The unit as a nominee: a school stands for its 大队."""
    return f"{one.school}大队" if one.kind == Kind.SCHOOL else one.unit


def plain(names: Sequence[str]) -> list[Column]:
    """Columns that are headed by what they hold."""
    return [(name, name) for name in names]


def values(one: Entry, columns: Sequence[Column], zone: tzinfo | None, mask: bool) -> list[str | int | None]:
    """The cells of a line; with `mask` 王*明 for 王小明."""
    shown = replace(one, name=name_of(one, mask))
    return [FIELDS[of](shown, zone) if of in FIELDS else of[1:] for _, of in columns]


def name_of(one: Entry, mask: bool) -> str:
    """王小明, with `mask` 王*明; who is known by the number in the class is 7号. Empty for a collective."""
    return masked(one.name) if mask else one.name


def read(words: str) -> tuple[list[Column], list[str]]:
    """(the columns that an admin wrote: 姓名、学校=所在学校、省份=「青江省」, the parts that are none)."""
    columns: list[Column] = []
    wrong: list[str] = []
    for part in filter(None, _SPLIT.split(words)):
        match = _GIVEN.fullmatch(part)
        head, of = (match[1], match[2]) if match else (part, part)
        always = _ALWAYS.fullmatch(of)
        if (of in FIELDS or always) and len(head) <= LONGEST:
            columns.append((head, f"={always[1]}" if always else of))
        else:
            wrong.append(part)
    return columns, wrong


def chosen(db: Connection, at: Unit) -> list[Column]:
    """The registry's columns at this unit: its own, else those of the nearest unit above that chose some."""
    for id_ in reversed(at.path.strip("/").split("/")):
        if found := key_values.get(db, f"{_KEY}{id_}"):
            return [(head, of) for head, of in json.loads(found.value)]
    return plain(REGISTRY)


def choose(db: Connection, at: Unit, found: Sequence[Column], now: datetime) -> None:
    """The registry's columns at this unit and below are these; empty: those of above again."""
    if found:
        key_values.put(db, f"{_KEY}{at.id}", json.dumps(found, ensure_ascii=False), now)
    else:
        key_values.remove(db, f"{_KEY}{at.id}")
