"""The tables of the page: the parts of a unit, the check-ins of a squad, the activities, the last weeks."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection

from handlers.digests.page import content
from handlers.digests.page.html import Html, element, joined
from handlers.digests.page.look import Look
from handlers.digests.tables.content import TIMING
from handlers.digests.tables.contents import Shown
from handlers.wording import days, numbers, weeks
from storage.digests import parts as behind
from storage.digests.figures import Part

CHECKINS_A_PAGE = 100
# More would be no help on a phone: a province looks at its cities one by one.
MOST_PARTS = 1000
# The columns to sort by; of equal ones the least covered come first, as in the chat.
_KEYS: dict[str, tuple[str, Callable[[Part], Any]]] = {
    "name": ("名称", lambda each: content.in_order(each.name)),
    "share": ("签到中队", lambda each: each.covered / each.due if each.due else 1),
    "events": ("场次", lambda each: each.events),
    "heads": ("人次", lambda each: each.attended),
}


def below(db: Connection, of: Look, one: Shown) -> Html:
    """What the unit is made of: its schools, the squads of a school, or the check-ins of a squad."""
    found = content.parts(db, one)
    return _parts(of, one, found) if found else _checkins(db, of, one)


def _parts(of: Look, one: Shown, found: Sequence[Part]) -> Html:
    """In the order that was asked for."""
    key = of.sort.removeprefix("-") if of.sort.removeprefix("-") in _KEYS else "share"
    backwards = of.sort == f"-{key}"
    listed = sorted(found, key=_KEYS[key][1], reverse=backwards)
    heads = [
        element("th", _sorter(of, name, word, key, backwards), scope="col", aria_sort=_order(name == key, backwards))
        for name, (word, _) in _KEYS.items()
    ]
    rows = [_part(of, each) for each in listed[:MOST_PARTS]]
    schools = len(one.digest.schools) > 1
    count = f"{len(listed)} {'所学校' if schools else '个中队'}；点名称往下看，点列名换顺序"
    if len(listed) > MOST_PARTS:
        count += f"；这里是前 {MOST_PARTS} 个，请在聊天里发「网页」和下级单位的名字"
    head = element("h2", "各校" if schools else "各中队")
    return element("section", head, _table(count, heads, rows))


def _sorter(of: Look, name: str, word: str, key: str, backwards: bool) -> Html:
    other = f"-{name}" if name == key and not backwards else name
    arrow = ("↓" if backwards else "↑") if name == key else ""
    return element("a", word, element("span", arrow, aria_hidden="true"), href=of.link(sort=other))


def _order(chosen: bool, backwards: bool) -> str | None:
    return ("descending" if backwards else "ascending") if chosen else None


def _part(of: Look, one: Part) -> Html:
    name = element("th", element("a", one.name, href=of.link(unit=one.id)), scope="row")
    covered = [f"{one.covered}/{one.due}", element("small", numbers.share(one.covered, one.due))]
    if one.due <= 1:
        covered = ["有" if one.covered else "没有"]
    counts = element("td", str(one.events)), element("td", str(one.attended))
    return element("tr", name, element("td", *covered), *counts)


def _checkins(db: Connection, of: Look, one: Shown) -> Html:
    """What was reported, the newest first, a page at a time: counts, no topic and nobody's name."""
    skip = (of.page - 1) * CHECKINS_A_PAGE
    found = behind.reports(db, one.which, "", skip, CHECKINS_A_PAGE + 1)
    rows = [
        element(
            "tr", element("th", days.day(each.day, one.now.date()), scope="row"), element("td", each.activity),
            element("td", "–" if each.due is None else str(each.due)), element("td", str(each.attended)),
            element("td", TIMING[each.timing]),
        ) for _, each in found[:CHECKINS_A_PAGE]
    ]  # fmt: skip
    links = [("上一页", of.page - 1)] if of.page > 1 else []
    links += [("下一页", of.page + 1)] if len(found) > CHECKINS_A_PAGE else []
    pages = [element("li", element("a", word, href=of.link(page=number))) for word, number in links]
    nav = element("nav", element("ul", *pages), aria_label="签到的页") if pages else None
    heads = ("日期", "活动", "应到", "实到", "报送")
    table = _table("新的在前", _heads(*heads), rows) if rows else element("p", "没有签到。")
    return element("section", element("h2", "签到"), table, nav)


def activities(one: Shown) -> Html | None:
    """An activity a row, the most frequent first."""
    rows = [
        element(
            "tr", element("th", each.activity, scope="row"), element("td", str(each.events)),
            element("td", str(each.squads)), element("td", str(each.attended)), element("td", numbers.rate(each.rate)),
        ) for each in one.digest.by_activity
    ]  # fmt: skip
    heads = _heads("活动", "场次", "中队", "人次", "到场率")
    return element("section", element("h2", "各活动"), _table("场次多的在前", heads, rows)) if rows else None


def trend(db: Connection, of: Look, one: Shown) -> Html:
    """The last eight weeks, a bar each beside the longest."""
    found = content.trend(db, one)
    most = max((each.events for each in found), default=0) or 1
    names = (element("a", weeks.name_of(each.week, one.unit), href=of.link(period=each.week)) for each in found)
    rows = [
        element(
            "tr", element("th", name, scope="row"), element("td", str(each.events), _bar(100 * each.events // most)),
            element("td", str(each.squads_covered)), element("td", str(each.attended)),
        ) for name, each in zip(names, found, strict=True)
    ]  # fmt: skip
    heads = _heads("周", "场次", "签到中队", "人次")
    return element("section", element("h2", "近八周"), _table("按现在的记录，补报的也算", heads, rows))


def _bar(percent: int) -> Html:
    # `viewBox` as SVG writes it.
    bar = element("rect", width=percent, height=10)
    return element("svg", bar, viewBox="0 0 100 10", preserveAspectRatio="none", aria_hidden="true")


def _heads(*words: str) -> list[Html]:
    return [element("th", word, scope="col") for word in words]


def _table(caption: str, heads: Sequence[Html], rows: Sequence[Html]) -> Html:
    body = joined(*rows)
    return element(
        "table", element("caption", caption), element("thead", element("tr", *heads)), element("tbody", body)
    )
