"""Who can be played on the practice page, and the phrases on their phones."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.practice.channel import NAME
from bot.practice.district import SECOND, STRANGER
from handlers.catalogue import current
from handlers.wording import programmes
from storage.organisation import units
from storage.people import people

_FIRST = ("张老师", "李老师", "王主任", STRANGER)
_PHRASES = {
    "counselor": (
        "{unit} 主题队日 38人 清明祭英烈",
        "应到42实到40 主题队会",
        "提醒",
        "提名 {unit} 王小明 一星章 学雷锋事迹突出",
        "帮助",
    ),
    "brigade": ("周报", "未签到", "催办", "待审", "提醒", "邀请 中队辅导员 三(2)中队", "帮助"),
    "school_admin": ("周报", "未签到", "催办", "待审", "提醒", "邀请 校外辅导员 {unit}", "帮助"),
    "supervisor": ("周报", "未签到", "催办", "提醒", "帮助"),
    "admin": ("周报", "未签到", "催办", "提醒", "邀请 大队辅导员 实验小学(演示)", "帮助"),
    "other": ("帮助", "提醒"),
    STRANGER: ("你好", "帮助"),
}
_GROUPS = ("常用", "云溪区：关工委、街道、辅导站", "更多")
_ADMIN = {"county_admin", "city_admin", "province_admin"}


def players(db: Connection, now: datetime) -> list[dict[str, Any]]:
    """Everybody who can be played, who is played most first, each with phrases: of others, what they may report."""
    rows = [row for row in current.catalogue_of(db).rows if row.shape != "checkin" and not row.is_medal]
    second = units.find(db, SECOND, [units.ALL])
    known: list[tuple[str, people.Person | None]] = [*people.with_accounts(db, NAME, now)]
    if STRANGER not in dict(known):
        known.append((STRANGER, None))
    cast = [_player(db, name, person, second) for name, person in known]
    for each, (name, person) in zip(cast, known, strict=True):
        if person and name not in _FIRST:
            school = "云溪小学" if each["group"] == _GROUPS[1] else "实验小学"
            own = [row.example for row in rows if programmes.units_for(person, row)]
            said = [*each["phrases"], *(["上报", *own] if own else [])]
            each["phrases"] = [phrase.replace("实验小学", school) for phrase in said]
    return sorted(cast, key=lambda each: (_GROUPS.index(each["group"]), _place(each["id"])))


def _place(name: str) -> int:
    return _FIRST.index(name) if name in _FIRST else len(_FIRST)


def _player(
    db: Connection, name: str, person: people.Person | None, second: Sequence[units.Unit]
) -> dict[str, Any]:  # fmt: skip
    first = person.grants[0] if person and person.grants else None
    kind = first.role.value if first else STRANGER
    phrases = _PHRASES.get(kind, _PHRASES["admin" if kind in _ADMIN else "other"])
    away = first is not None and any(district.covers(first.unit) for district in second)
    return {
        "id": name,
        "name": name,
        "role": first.role.label if first else STRANGER,
        "unit": units.full_name(db, first.unit) if first else "",
        "group": _GROUPS[0] if name in _FIRST else _GROUPS[1 if away else 2],
        "phrases": [phrase.format(unit=first.unit.name if first else "") for phrase in phrases],
    }
