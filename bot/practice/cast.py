"""Who can be played on the practice page, and the phrases on their phones."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.practice.channel import NAME
from bot.practice.district import STRANGER
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
    "school_admin": ("周报", "未签到", "催办", "待审", "提醒", "邀请 大队辅导员 {unit}", "帮助"),
    "supervisor": ("周报", "未签到", "催办", "提醒", "帮助"),
    "admin": ("周报", "未签到", "催办", "提醒", "邀请 大队辅导员 实验小学(演示)", "帮助"),
    "other": ("你好", "帮助", "提醒"),
}
_ADMIN = {"county_admin", "city_admin", "province_admin"}


def players(db: Connection, now: datetime) -> list[dict[str, Any]]:
    """Everybody who can be played, who is played most first."""
    cast = [
        _player(name, person, units.full_name(db, person.grants[0].unit) if person.grants else "")
        for name, person in people.with_accounts(db, NAME, now)
    ]
    if STRANGER not in {each["id"] for each in cast}:
        cast.append(_player(STRANGER, None, ""))
    return sorted(cast, key=lambda each: _FIRST.index(each["id"]) if each["id"] in _FIRST else len(_FIRST))


def _player(name: str, person: people.Person | None, at: str) -> dict[str, Any]:
    role = person.grants[0].role if person and person.grants else None
    own = person.grants[0].unit.name if person and person.grants else ""
    kind = role.value if role else "other"
    phrases = [
        phrase.format(unit=own) for phrase in _PHRASES.get(kind, _PHRASES["admin" if kind in _ADMIN else "other"])
    ]
    group = "常用" if name in _FIRST else "更多"
    label = role.label if role else STRANGER
    return {"id": name, "name": name, "role": label, "unit": at, "group": group, "phrases": phrases}
