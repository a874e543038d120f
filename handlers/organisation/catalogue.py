"""目录: what can be reported, shown and changed: by a workbook that is sent back, or one cell by chat."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from handlers.catalogue import cells, current, sheets
from handlers.catalogue.model import Row
from handlers.catalogue.parts import Figure
from handlers.kit import ADMINS, Ask, Button, Denied, File, Person, Refusal, Reply, Role
from handlers.organisation import catalogue_book
from handlers.registry import command, renders
from handlers.wording import days
from storage.audit.audit import Action
from storage.programmes import catalogue_versions
from storage.roster.staging import KEPT

# The catalogue is one for everybody: whoever leads the topmost unit changes it.
_CHANGE = frozenset({Role.COUNTY_ADMIN, Role.CITY_ADMIN, Role.PROVINCE_ADMIN})
_SEE = ADMINS | {Role.INSPECTOR, Role.CARE_ADMIN, Role.GROUP_HEAD, Role.STATION_HEAD}
_MOST_LINES = 20
_SWITCHES = {"停用": "是", "启用": "", "恢复": ""}
_HOW = "要改，像这样发：目录 月方案 截止 每月8日；目录 宣讲 停用。改得多，发「导出 目录」。"


def may_change(person: Person) -> bool:
    """Whether this person leads a topmost unit."""
    return any(grant.role in _CHANGE and grant.unit.parent_id is None for grant in person.grants)


@command(
    "目录", "catalogue", who=_SEE, group="组织", rank=46, help="看能报什么；最上级的管理员可以改",
    looks="", examples=("目录", "目录 宣讲"),
)  # fmt: skip
def show(ask: Ask) -> Reply:
    """All rows in force; with a row's name that row; with a column and a value what that would change."""
    word, _, number = ask.args.partition(" ")
    if word in ("确定", "不改") and number.isascii() and number.isdigit():
        return _decide(ask, int(number[:15]), word == "确定")
    own = current.catalogue_of(ask.db).own
    if not ask.args:
        return _all(ask, own)
    row, rest = _named(own, ask.args)
    return _one(row) if not rest else _change(ask, row, rest)


def _all(ask: Ask, own: Sequence[Row]) -> Reply:
    count, newest = catalogue_versions.live(ask.db)
    version = f"第 {count} 版，{days.short(newest)}改过" if newest else "没有改过"
    lines = [f"目录有 {sum(not row.off for row in own)} 项（{version}）："]
    parts: dict[str, list[str]] = {}
    for row in (row for row in own if not row.off):
        parts.setdefault("签到" if row.shape == "checkin" else row.section, []).append(row.name)
    lines += [f"{part}：{'、'.join(names)}" for part, names in parts.items()]
    off = "、".join(row.name for row in own if row.off)
    lines += [f"停用的：{off}"] if off else []
    lines.append("发「目录 宣讲」看一项。" + (_HOW if may_change(ask.me) else ""))
    return Reply("\n".join(lines), (Button("导出 目录", "导出 目录"),) if may_change(ask.me) else ())


def _named(own: Sequence[Row], args: str) -> tuple[Row, str]:
    """(the row whose name the arguments begin with, what follows); raises Refusal."""
    # 宣讲 is a check-in too: what is reported goes first.
    first = sorted(own, key=lambda row: row.shape == "checkin")
    found = [(len(word), row) for row in first for word in (row.name, row.key, *row.words) if args.startswith(word)]
    if not found:
        raise Refusal(f"目录里没有「{args.split()[0]}」。发「目录」看有什么。")
    length, row = max(found, key=lambda each: each[0])
    return row, args[length:].strip(" :：,，")


def _one(row: Row) -> Reply:
    table = row.model_dump(mode="json", exclude_defaults=True)
    told = [f"{head}：{cells.cell(key, table[key])}" for key, head in cells.HEADS[Row].items() if key in table]
    fields = "、".join(each.label + ("（停用）" if each.off else "") for each in row.fields)
    return Reply("\n".join([*told, *([f"字段：{fields}"] if fields else [])]))


def _change(ask: Ask, row: Row, said: str) -> Reply:
    """One cell of the row, as if it had been changed in the workbook."""
    _check_may(ask)
    if row.shape == "checkin":
        raise Refusal("签到的活动跟着程序走，不在聊天里改，没有改。")
    tables = sheets.tables_of([row])
    word, _, value = said.partition(" ")
    one = next((each for each in row.fields if word in (each.label, each.name)), None)
    model: type[Row | Figure] = Row
    line, first = tables[sheets.ROWS][1], 0
    if one is not None:
        word, _, value = value.partition(" ")
        model, line, first = Figure, next(each for each in tables[sheets.FIELDS] if each[1] == one.name), 1
    key = "off" if word in _SWITCHES else cells.key_of(model, word)
    if not key or key in ("key", "name" if one else "key") or (key != "off" and not value):
        raise Refusal(f"没看懂要改什么，没有改。{_HOW}")
    value = _SWITCHES.get(word, value)
    line[cells.columns(model).index(key) + first] = "" if value in ("无", "没有", "不要") else value
    found, problems = compared(ask.db, tables, ask.me.id)
    if problems:
        raise Refusal("\n".join(f"没有改，{each.column.split()[0]}：{each.cure}" for each in problems[:3]))
    return shown(ask.db, found, ask.now)


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody's sheets change: the rows as they would be, a line for each difference, what was compared with."""

    person_id: int
    rows: Sequence[Row]
    lines: Sequence[str]
    seen: str


def compared(db: Connection, tables: sheets.Tables, person_id: int) -> tuple[Change, Sequence[sheets.Problem]]:
    """What the sheets change of the catalogue in force, and every mistake of them."""
    seen, own = current.mark_of(db), current.catalogue_of(db).own
    changed, problems = sheets.read(tables, own)
    before = {row.key: row for row in own}
    lines = [each for row in changed for each in cells.differences(before.get(row.key), row)]
    return Change(person_id, changed, lines, seen), problems


def shown(db: Connection, change: Change, now: datetime) -> Reply:
    """What would change, with the buttons that decide."""
    lines = change.lines
    if not lines:
        return Reply("目录和现在一样，没有要改的。")
    rows = [row.model_dump(mode="json", exclude_defaults=True) for row in change.rows]
    number = catalogue_versions.show(db, change.person_id, rows, change.seen, now)
    more = f"\n另有 {len(lines) - _MOST_LINES} 处" if len(lines) > _MOST_LINES else ""
    said = "\n".join(f"· {each}" for each in lines[:_MOST_LINES])
    buttons = Button("确定", "目录", f"确定 {number}"), Button("不改", "目录", f"不改 {number}")
    return Reply(f"目录会这样改（还没有改）：\n{said}{more}\n对所有人马上生效，报过的不变。", buttons)


def _check_may(ask: Ask) -> None:
    if not may_change(ask.me):
        raise Denied("目录由最上级的管理员来改，没有改。", what="目录")


def _decide(ask: Ask, number: int, agreed: bool) -> Reply:
    _check_may(ask)
    found = catalogue_versions.find(ask.db, number)
    if found is None or found.person_id != ask.me.id or found.state == catalogue_versions.DROPPED:
        raise Refusal("没有等您决定的目录改动，没有改。发「目录」看现在的样子。")
    if found.state == catalogue_versions.LIVE:
        raise Refusal("这次改动已经生效了。发「目录」看现在的样子。")
    if not agreed:
        catalogue_versions.settle(ask.db, number, catalogue_versions.DROPPED)
        return Reply("好的，目录没有改。")
    if ask.now - found.made_at > KEPT or found.seen != current.mark_of(ask.db):
        raise Refusal("您看过以后目录又改过了，或者过了一天，所以没有改。请重新发一次。")
    current.keep_changed(ask.db, found.rows, ask.now)
    catalogue_versions.settle(ask.db, number, catalogue_versions.LIVE)
    version, _ = catalogue_versions.live(ask.db)
    ask.note(Action.CATALOGUE_CHANGED, subject=f"catalogue:{number}", version=version, rows=len(found.rows))
    return Reply(f"目录已改，第 {version} 版，已经生效。", (Button("目录", "目录"),))


@command(
    "导出 目录", "导出目录", who=_CHANGE, group="组织", rank=47, help="目录做成 Excel，改好发回来就生效",
    exports=True, examples=("导出 目录 留底存档",),
)  # fmt: skip
def export(ask: Ask) -> Reply:
    """The rows in force and those that are switched off, as a workbook."""
    _check_may(ask)
    values = {"at": ask.now.isoformat()}
    return Reply("目录在这里。改好以后私聊发给我，我先说会改什么。", file=File("目录.xlsx", "catalogue", values))


@renders("catalogue")
def rendered(db: Connection, values: Mapping[str, Any]) -> bytes:
    """The workbook of all rows but the check-ins, whose words are read with the program."""
    rows = [row for row in current.catalogue_of(db).own if row.shape != "checkin"]
    return catalogue_book.workbook(rows, values.get("mark", ""))
