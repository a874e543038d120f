"""The parts of a week's digest, and the way down and back: district → school → squad → its check-ins."""

import re

from sqlalchemy import Connection

from handlers.digests import sums
from handlers.kit import Ask, Button, Reply, Unit
from handlers.wording import numbers, weeks
from scheduling import closed_periods
from storage.digests.figures import Digest, Part
from storage.digests.sums import squads
from storage.organisation import history, units

MOST_BUTTONS = 2
# A page of all schools of a city, or all squads of a school, and those of them that have a button.
PAGE, PAGE_BUTTONS = 20, 4
_ALL = re.compile(r"按(?:学校|中队|单位)")
_PAGE = re.compile(r"第\s?(\d{1,4})\s?页")


def asked(words: str) -> tuple[int, str]:
    """(the page of all parts that the words ask for, or 0; the rest of them): 按学校 第2页."""
    page = int(match[1]) if (match := _PAGE.search(words)) else 1
    rest = " ".join(_ALL.sub(" ", _PAGE.sub(" ", words)).split())
    return (max(page, 1), rest) if _ALL.search(words) else (0, words)


def buttons(db: Connection, of: Unit, shown: Digest, above: bool = False, page: bool = False) -> tuple[Button, ...]:
    """Down to the parts, or of a squad to its check-ins; `above`: and back to the unit that it belongs to.

    `page`: there can be a web page of it. A card of 企业微信 takes six buttons: one school less has its own then.
    """
    path = history.path_names(db, [of])[of.id]
    down: list[Button] = []
    if len(shown.schools) > 1:
        down = [Button("各校", "周报", f"{shown.week} 按学校 {path}")]
        down += [Button("网页", "网页", f"{shown.week} {path}")] if page else []
        down += _to(db, shown.schools[: MOST_BUTTONS - page], shown.week)
    elif shown.squads_due > 1:
        down = [Button("各中队", "周报", f"{shown.week} 按中队 {path}")]
    elif above:
        down = [Button("签到记录", "为什么", f"场次 {shown.week} {path}")]
    if above and of.parent_id:
        parent = units.by_id(db, of.parent_id)
        down.append(Button("返回", "周报", f"{shown.week} {history.path_names(db, [parent])[parent.id]}"))
    return tuple(down)


def page(ask: Ask, of: Unit, week: str, number: int) -> Reply:
    """All schools of a unit, or all squads of a school, the lowest first, a page at a time."""
    shown = closed_periods.shown(ask.db, of, week, ask.now)
    parts = shown.schools if len(shown.schools) > 1 else squads(ask.db, of, week)
    first = (number - 1) * PAGE
    path = history.path_names(ask.db, [of])[of.id]
    share = numbers.share(shown.squads_covered, shown.squads_due)
    head = f"{shown.title}{weeks.week_name(week)}：{shown.squads_covered}/{shown.squads_due} 个中队签到（{share}）"
    pages = -(-len(parts) // PAGE)
    listed = sums.by_part(parts, PAGE, first) or ["没有更多了"]
    down = list(_to(ask.db, parts[first : first + PAGE_BUTTONS], week))
    if number < pages:
        down.append(Button("下一页", "周报", f"{week} 按单位 第{number + 1}页 {path}"))
    down.append(Button("返回", "周报", f"{week} {path}"))
    where = [f"第 {number}/{pages} 页，少的在前"] if pages > 1 else ["少的在前："]
    return Reply("\n".join([head, *where, *listed]), tuple(down))


def _to(db: Connection, parts: tuple[Part, ...], week: str) -> list[Button]:
    of = units.by_ids(db, [each.id for each in parts])
    names = history.path_names(db, of.values())
    return [Button(each.name, "周报", f"{week} {names[each.id]}") for each in parts if each.id in of]
