"""在册, 到期: who or what holds a place, and whose time is over soon."""

from collections.abc import Sequence

from handlers.catalogue.model import Row
from handlers.kit import MEMBERS, Ask, Button, NotMeant, Reply
from handlers.registry import ANYTHING, command
from handlers.wording import lines, programmes
from scheduling import spans
from storage.organisation import units
from storage.programmes import holdings

MOST = 10
SOON = 90


@command(
    "在册", who=MEMBERS, group="活动", rank=32, help="看谁在聘、在任", glued=ANYTHING, follows=r"\s*\S",
    snapshot=True, examples=("在册 校外辅导员",),
)  # fmt: skip
def listed(ask: Ask) -> Reply:
    """What is held in the asker's part of the tree; names in private only, to whoever enters them."""
    rows = programmes.rosters(ask)
    row = programmes.named(rows, ask.args)
    if row is None:
        raise NotMeant
    if ask.message.text and not ask.message.text.startswith("在册"):
        return _places(ask, row)
    found = _visible(ask, row)
    if not found:
        return Reply(f"{row.name}里还没有登记。像这样发：{row.example or f'登记 {row.name} …'}")
    lines = [_line(ask, row, one) for one in found[:MOST]]
    more = f"\n等 {len(found)} 个" if len(found) > MOST else ""
    return Reply(f"{row.name}在册 {len(found)}：\n" + "\n".join(lines) + more)


def _places(ask: Ask, row: Row) -> Reply:
    """双主任都配齐了: what is known of it, since each is entered by itself."""
    paths = [unit.path for unit in programmes.units_for(ask.me, row)]
    line = lines.roster_line(ask.db, row, paths, spans.label_of("week", ask.today), ask.today)
    known = f"{line.text or f'{row.name}里还没有登记'}{vacant(line)}"
    return Reply(f"齐不齐按登记算，这句没有另记。\n{known}\n是谁，请一个一个发：{row.example or f'登记 {row.name} …'}")


def vacant(line: lines.Line) -> str:
    """Who lacks which places: 瑞景社区 主任 2、总辅导员 1."""
    told = [
        f"{each.school}{each.name} " + "、".join(f"{kind} {n}" for kind, n in line.vacancies[each.unit_id].items())
        for each in line.missing[:MOST]
    ]
    more = f"\n等 {len(line.missing)} 家" if len(line.missing) > MOST else ""
    return "".join(f"\n空缺：{each}" for each in told) + more


def _visible(ask: Ask, row: Row) -> list[holdings.Holding]:
    paths = [*ask.me.paths(programmes.READERS), *(unit.path for unit in programmes.units_for(ask.me, row))]
    return holdings.held(ask.db, row.key, paths, ask.today)


def named(ask: Ask, row: Row, paths: Sequence[str]) -> list[int]:
    """The units there whose names the asker may read here: those for which they enter them, in private."""
    if not ask.message.private or ask.message.channel in ask.nameless:
        return []
    found = dict.fromkeys(each.unit_id for each in holdings.held(ask.db, row.key, paths, ask.today))
    return [unit_id for unit_id in found if programmes.may_report(ask.me, row, units.by_id(ask.db, unit_id))]


def _line(ask: Ask, row: Row, one: holdings.Holding) -> str:
    reads = ask.message.private and ask.message.channel not in ask.nameless
    enters = reads and programmes.may_report(ask.me, row, units.by_id(ask.db, one.unit_id))
    name = str(ask.vault.open(one.name)) if enters and one.name else ""
    return f"{one.unit_name} {said(row, name, one)}"


@command(
    "到期", who=MEMBERS, group="活动", rank=33, help="看 90 天内到期的聘任、岗位", snapshot=True, examples=("到期",)
)
def soon(ask: Ask) -> Sequence[Reply]:
    """What ends within 90 days in the asker's part of the tree, the first to end first."""
    rows = {row.key: row for row in programmes.rosters(ask)}
    paths = [grant.unit.path for grant in ask.me.grants]
    found = holdings.ending(ask.db, list(rows), paths, ask.today, SOON)
    if not found:
        return [Reply("90 天内没有到期的。")]
    lines = [f"{_line(ask, rows[one.row], one)}" for one in found[:MOST]]
    more = f"\n等 {len(found)} 个" if len(found) > MOST else ""
    first = found[0]
    buttons = (Button(f"续 H{first.id}", "续", f"H{first.id} 一年"),)
    return [Reply(f"90 天内到期 {len(found)} 个：\n" + "\n".join(lines) + more, buttons)]


def said(row: Row, name: str, one: holdings.Holding) -> str:
    """A place, who holds it, from when to when, and its number."""
    told = " ".join(str(one.figures[each.name]) for each in row.fields if each.name in one.figures)
    until = f"到 {one.until}" if one.until else "长期"
    return " ".join(filter(None, (name, told, f"{one.since}起{until}（H{one.id}）")))
