"""导出 名册: the roster as a workbook, as it is now or to be filled in."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from handlers import rights
from handlers.kit import Ask, File, Refusal, Reply, Role, Unit
from handlers.registry import command, renders
from handlers.roster import Row, workbook
from handlers.wording import places
from storage.organisation import history, units
from storage.organisation.units import Kind
from storage.roster.rows import count, units_with_people

MOST_ROWS = 60_000
_BLANK, _CLASS = "模板", "三(2)中队"


@command(
    "导出 名册", "导出名册", "roster", who=rights.GIVERS, group="组织", rank=45, exports=True,
    help="现在的名册，或要填的模板（Excel）", glued="模板", snapshot=True,
    examples=("导出 名册 核对名单", "导出 名册模板"),
)  # fmt: skip
def roster(ask: Ask) -> Reply:
    """The units and people of the asker's part of the tree, to be changed and sent back; or an empty form."""
    if not ask.message.private:
        raise Refusal("名册里有老师的账号，请私聊我发。")
    if ask.args.startswith(_BLANK):
        at = places.chosen(ask, rights.GIVERS, ask.args.removeprefix(_BLANK).strip(), "导出 名册", f"{_BLANK} {{}}")
        return _file(ask, at, "roster-template", "名册模板", "填好以后发给我，我先核对给您看。", plain=True)
    at = places.chosen(ask, rights.GIVERS, ask.args, "导出 名册")
    found = count(ask.db, [unit.path for unit in at], ask.now)
    if found > MOST_ROWS:
        raise Refusal(f"有 {found} 行，太多了。请按下级单位分开要，像这样发：导出 名册 单位名")
    return _file(ask, at, "roster", "名册", "改好以后发给我，我核对给您看。里面有老师的账号，请不要转发。")


def _file(ask: Ask, at: list[Unit], recipe: str, word: str, text: str, plain: bool = False) -> Reply:
    title = units.full_name(ask.db, at[0]) + (f"等{len(at)}个单位" if len(at) > 1 else "")
    # With the moment: a platform keeps files by what they were made from, and another day it would be another file.
    values = {"unit_ids": [unit.id for unit in at], "at": ask.now.isoformat()}
    return Reply(f"{title}的{word}。{text}", file=File(f"{word}-{title}.xlsx", recipe, values, plain))


@renders("roster")
def rendered(db: Connection, values: Mapping[str, Any]) -> bytes:
    """The roster of `unit_ids`."""
    found, now = [units.by_id(db, unit_id) for unit_id in values["unit_ids"]], datetime.fromisoformat(values["at"])
    return workbook((row for unit in found for row in _rows(db, unit, now)), mark=values.get("mark", ""))


def _rows(db: Connection, top: Unit, now: datetime) -> Iterator[Row]:
    above = history.path_names(db, [top])[top.id].rpartition("/")[0]
    names = {top.parent_id: above}
    for unit, people in units_with_people(db, top.path, now):
        names[unit.id] = "/".join(filter(None, (names[unit.parent_id], unit.name)))
        # What is said of the unit stands in its first row.
        kind, members, aliases = unit.kind, unit.members, "、".join(unit.aliases)
        if not people:
            yield (names[unit.id], kind, "", "", "", "", members, aliases)
        for who in people:
            yield (names[unit.id], kind, who.name, who.role.label, who.wecom, who.telegram, members, aliases)
            kind, members, aliases = "", None, ""


@renders("roster-template")
def blank(db: Connection, values: Mapping[str, Any]) -> bytes:
    """A roster with nothing but the rows of `unit_ids`."""
    found = [units.by_id(db, unit_id) for unit_id in values["unit_ids"]]
    paths = history.path_names(db, found)
    return workbook(
        [(paths[unit.id], unit.kind) for unit in found], _examples(found[0], paths[found[0].id]), values.get("mark", "")
    )


def _examples(top: Unit, path: str) -> list[Row]:
    """How a class with its counselor is written below this unit."""
    in_school = top.school_id is not None
    school = path if in_school else f"{path}/实验小学"
    rows: list[Row] = [] if in_school else [(school, Kind.SCHOOL, "李老师", Role.BRIGADE.label, "lils")]
    if top.kind != Kind.SQUAD:
        squad = f"{school}/{_CLASS}"
        rows.append((squad, Kind.SQUAD, "张老师", Role.COUNSELOR.label, "zhangls", "123456789", 42, "雷锋中队"))
    return rows
