"""我们班一共多少人: how many the roster has, of a counselor's squads and a brigade counselor's school."""

import re

from handlers.asker.schools import school_of
from handlers.general.figure_questions import SIZE
from handlers.kit import REPORTERS, Ask, Button, Reply
from storage.organisation.units import Kind

_SIZE = re.compile(SIZE)
_CHANGED = "报的时候写了应到的，以您写的为准；名册里的人数由管理员改：发「导出 名册」，改好再「导入」。"


def told(ask: Ask) -> Reply | None:
    """What the roster says; None where that is not asked, or is not known."""
    if ask.person is None or not _SIZE.fullmatch(ask.args):
        return None
    own = {grant.unit.id: grant.unit for grant in ask.me.grants if grant.role in REPORTERS}
    lines = []
    for each in own.values():
        sizes = school_of(ask, each.id).sizes if each.kind == Kind.SCHOOL else {each.key: each.members}
        if each.kind in (Kind.SQUAD, Kind.SCHOOL) and any(sizes.values()):
            lines.append(f"{each.name}名册里应到 {sum(size or 0 for size in sizes.values())} 人。")
    return Reply("".join([*lines, _CHANGED]), (Button("帮助", "帮助"),)) if lines else None
