"""What becomes of a form: its fields are looked up when it comes, and filled whenever it is asked for."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection

from handlers.kit import Button, Reply, Unit
from handlers.materials import fields, listing
from handlers.materials.subjects import Figures
from handlers.privacy.names import persons
from handlers.registry import renders
from storage.base.vault import Vault
from storage.children import children
from storage.organisation import units
from storage.programmes import forms

MOST_FIELDS = 500
_MOST_PROBLEMS = 10


@renders("form")
def filled(db: Connection, values: Mapping[str, Any]) -> bytes:
    """The form filled for the unit in `unit_ids` as of `day`; `fill` opens it in a process of its own."""
    content, fill = forms.content(db, values["vault"], values["form"]), values["fill"]
    figures = Figures(db, units.by_id(db, values["unit_ids"][0]), date.fromisoformat(values["day"]))
    told = {}
    for name in dict.fromkeys(name for _, name in json.loads(fill(content, {"kind": "fields"}))["fields"]):
        try:
            field = fields.resolve(figures, name)
            told[name] = [field.value, field.source]
        except fields.Unknown:
            # The catalogue has changed since the form was kept.
            told[name] = [f"（没有「{name}」）", ""]
    made: bytes = fill(content, {"kind": "fill", "values": told, "mark": values.get("mark", "")})
    return made


def problems(db: Connection, unit: Unit, today: date, found: Sequence[tuple[str, str]]) -> list[str]:
    """What is wrong with the fields (place, name) of a form, each with its place and the nearest name."""
    figures = Figures(db, unit, today)
    said = [_problem(figures, place, name) for place, name in found]
    return [each for each in said if each]


def names_a_child(db: Connection, vault: Vault, texts: Sequence[str]) -> bool:
    """Whether a form names a child that we know: others would be sent it."""
    return children.any_of(db, vault, {name for text in texts for name in persons(text)})


def _problem(figures: Figures, place: str, name: str) -> str:
    if name == "=":
        return f"{place} 是公式，公式里不能写字段"
    if name == "{":
        return f"{place} 有字段没写完整：两头各要两个大括号，像 {{{{宣讲.场次.今年}}}}"
    try:
        fields.resolve(figures, name)
    except fields.Unknown as unknown:
        near = f"：最接近的是 {{{{{unknown.near}}}}}" if unknown.near else ""
        return f"{place} {{{{{name}}}}} 认不出来{near}"
    return ""


def looked_at(name: str, found: Sequence[tuple[str, str]], wrong: Sequence[str], named: bool) -> Reply:
    """What is said of a form that came: kept, or what has to be mended first; `named`: it names a child."""
    if named:
        return Reply(f"「{name}」里写着孩子的姓名，没有存。套表会发给别的老师，请去掉姓名再发：套表 {name}")
    if not found:
        return Reply(f"「{name}」里没有字段，没有存。\n{listing.HOW}")
    if len(found) > MOST_FIELDS:
        return Reply(f"「{name}」里有 {len(found)} 个字段，太多了（最多 {MOST_FIELDS} 个），没有存。")
    if wrong:
        listed = "\n".join(f"· {each}" for each in wrong[:_MOST_PROBLEMS])
        more = f"\n另有 {len(wrong) - _MOST_PROBLEMS} 处" if len(wrong) > _MOST_PROBLEMS else ""
        return Reply(f"「{name}」里有 {len(wrong)} 处要改，没有存：\n{listed}{more}\n改好再发一次：套表 {name}")
    return Reply(f"「{name}」存好了，{len(found)} 个字段都认得。", (Button("填好发我", "套表", name),))
