"""我们班一共多少人, 全区有多少少先队员, 实验小学有多少队员: how many the roster has of what the asker sees."""

import re

from handlers.general.figure_questions import SIZE
from handlers.kit import ADMINS, REPORTERS, Ask, Button, Reply, Unit
from handlers.wording import places
from storage.organisation import units
from storage.organisation.units import Kind

_SIZE = re.compile(SIZE)
_CHANGED = "报的时候写了应到的，以您写的为准；名册里的人数由管理员改：发「导出 名册」，改好再「导入」。"


def told(ask: Ask) -> Reply | None:
    """What the roster says; None where that is not asked, or is not known."""
    asked = _SIZE.fullmatch(ask.args) if ask.person else None
    if asked is None:
        return None
    at = places.scope(ask.me, ADMINS | REPORTERS)
    if asked["place"]:
        at = places.named(ask, at, asked["place"])
    lines = [line for each in at if (line := _line(ask, each))]
    return Reply("".join([*lines, _CHANGED]), (Button("帮助", "帮助"),)) if lines else None


def _line(ask: Ask, one: Unit) -> str:
    """Its heads, and of how many squads they are; empty without any."""
    heads, told, all_of_them = units.on_the_roll(ask.db, one.path)
    if not heads:
        return ""
    untold = f"，{all_of_them - told} 个没有写人数" if all_of_them > told else ""
    of = "" if one.kind == Kind.SQUAD else f"（{all_of_them} 个中队{untold}）"
    return f"{one.name}名册里应到 {heads} 人{of}。"
