"""登记, 续, 结束, 在册, 到期: who or what holds a place of a roster row, with or without an account."""

from collections.abc import Sequence
from datetime import timedelta

from handlers.catalogue.model import Row
from handlers.kit import MEMBERS, Ask, Button, Denied, NotMeant, Refusal, Reply, Unit
from handlers.programmes import duties
from handlers.programmes.rosters import roster_words
from handlers.programmes.rosters.roster_lines import Told, entries, held, term
from handlers.reading.text import normalise
from handlers.registry import ANYTHING, command
from handlers.wording import lines, programmes
from scheduling import spans
from storage.base import numbered
from storage.organisation import units
from storage.programmes import holdings

MOST = 10
SOON = 90
LETTER = "H"


@command(
    "登记", who=MEMBERS, group="活动", rank=31, help="登记聘任、岗位、结对", follows=r"\S", glued=ANYTHING,
    examples=("登记 校外辅导员 王建国 五老 聘期两年",),
)  # fmt: skip
def enter(ask: Ask) -> list[Reply]:
    """Who or what holds a place from now on; the term of the row where none is said."""
    rows = programmes.rosters(ask)
    own = [row for row in rows if programmes.units_for(ask.me, row)] or rows
    begun = (row for row in sorted(rows, key=lambda row: -len(row.name)) if ask.args.startswith(row.name))
    row = next(begun, None) or programmes.named(rows, ask.args) or roster_words.row_in(own, ask.args)
    # 登记站籍90 is a report.
    glued = ask.message.text.startswith("登记") and ask.message.text[2:3].isalnum()
    if glued and not (row and ask.args.startswith((row.name, *row.words))):
        raise NotMeant
    if row is None:
        known = "、".join(each.name for each in own)
        raise Refusal(f"没看出登记哪一类，没有记。有：{known}\n像这样发：{own[0].example}")
    told = entries(ask, row)
    if any(each.name for _, each in told) and not ask.may_name:
        raise Refusal("姓名请私聊发给我，不发在群里，也不发在存到境外的平台上。没有记。")
    there = held(ask, row, told)
    old = [each for each, is_there in zip(told, there, strict=True) if is_there]
    new = [each for each, is_there in zip(told, there, strict=True) if not is_there]
    kept = [(unit, each.name, _add(ask, row, unit, each)) for unit, each in new]
    places, known = dict.fromkeys(unit.name for unit, _ in old), "、".join(each.who for _, each in old)
    again = (
        f"{'、'.join(places)}的{row.name}里已经有 {known}，没有再记。发「在册 {row.name}」看编号，再「续」或「结束」。"
    )
    if not kept:
        raise Refusal(again)
    several = len({unit.id for unit, _ in new}) > 1
    shown = [f"{unit.name} " * several + _said(row, name, one) for unit, name, one in kept]
    shown = [f"{len(kept)} 位：", *shown[:MOST], *(["…"] if len(kept) > MOST else [])] if len(kept) > 1 else shown
    last = Button("结束", "结束", f"H{kept[0][2].id}")
    buttons = (*([last] if len(kept) == 1 else []), Button("在册", "在册", row.name))
    at, more = f"{kept[0][0].name} " * (not several), f"\n{again}" * bool(old)
    return [Reply(f"已登记：{at}{row.name} " + "\n".join(shown) + more, buttons)]


def _add(ask: Ask, row: Row, unit: Unit, told: Told) -> holdings.Holding:
    sealed = ask.vault.seal(told.name) if told.name else None
    new = holdings.Holding(unit.id, row.key, told.since, told.until, sealed, told.figures)
    return holdings.add(ask.db, new, ask.me.id, ask.now)


def _said(row: Row, name: str, one: holdings.Holding) -> str:
    told = " ".join(str(one.figures[each.name]) for each in row.fields if each.name in one.figures)
    until = f"到 {one.until}" if one.until else "长期"
    return " ".join(filter(None, (name, told, f"{one.since}起{until}（H{one.id}）")))


def _own(ask: Ask) -> tuple[holdings.Holding, Row, str]:
    """(what is meant by its number or by a name, its row, the rest); raises NotMeant for words that name neither."""
    number, rest = numbered.row(ask.args, LETTER)
    if number is None:
        one, rest = _by_name(ask)
    else:
        found = holdings.by_id(ask.db, number)
        if found is None:
            raise Refusal("没有这个编号的登记，什么都没有改。发「在册 校外辅导员」看编号。")
        one = found
    row = programmes.row_of(ask, one.row)
    if row is None or not programmes.may_report(ask.me, row, units.by_id(ask.db, one.unit_id)):
        raise Denied(f"{one.unit_name}的登记不由您来改，没有改。", what="登记", subject=f"unit:{one.unit_id}")
    return one, row, rest


def _by_name(ask: Ask) -> tuple[holdings.Holding, str]:
    """续 王建国 一年: of those whom the asker enters, as long as one only is called so."""
    rows = programmes.rosters(ask) if ask.may_name else []
    own = {row.key: [unit.path for unit in programmes.units_for(ask.me, row)] for row in rows}
    held = [one for key, paths in own.items() if paths for one in holdings.held(ask.db, key, paths, ask.today)]
    named = [(one, str(ask.vault.open(one.name))) for one in held if one.name]
    found = [(one, name) for one, name in named if name in ask.args]
    if not found and roster_words.is_of_rosters(ask.args):
        raise Refusal("在册的里面没有您说的这位，什么都没有改。发「在册 校外辅导员」看名单和编号，没有的先「登记」。")
    if not found:
        raise NotMeant
    if len(found) > 1:
        raise Refusal(
            f"有 {len(found)} 个：{'、'.join(f'{each.unit_name} H{each.id}' for each, _ in found)}。请写编号。"
        )
    one, name = found[0]
    return one, ask.args.replace(name, " ")


@command(
    "续", who=MEMBERS, group="活动", listed=False, help="续聘、续任", examples=("续 H12 一年", "续 王建国 一年"),
    follows=r"\s*\S", glued=ANYTHING,
)  # fmt: skip
def renew(ask: Ask) -> Reply:
    """It goes on from its end, or until the day that is said."""
    one, row, rest = _own(ask)
    start = max(one.until + timedelta(days=1), ask.today) if one.until and not one.ended else ask.today
    _, until, _ = term(row, normalise.clean(rest).text, start)
    if until is None or until < ask.today:
        raise Refusal(f"续到哪一天？没有改。发「续 H{one.id} 一年」，或「续 H{one.id} 到 2028-08-31」。")
    holdings.renew(ask.db, one.id, until)
    return Reply(f"已续：{one.unit_name} {row.name} H{one.id} {one.until or '长期'} → {until}")


@command(
    "结束", who=MEMBERS, group="活动", listed=False, help="结束聘任、岗位、结对", examples=("结束 H12",),
    follows=r"\s*\S",
)  # fmt: skip
def finish(ask: Ask) -> Reply:
    """From today on it is no longer held."""
    one, row, _ = _own(ask)
    if one.ended:
        return Reply(f"{one.unit_name} {row.name} H{one.id} 早已结束，没有再改。")
    holdings.end(ask.db, one.id, ask.today)
    return Reply(f"已结束：{one.unit_name} {row.name} H{one.id}，到昨天为止。")


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
    known = f"{line.text or f'{row.name}里还没有登记'}{duties.vacant(line)}"
    return Reply(f"齐不齐按登记算，这句没有另记。\n{known}\n是谁，请一个一个发：{row.example or f'登记 {row.name} …'}")


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
    return f"{one.unit_name} {_said(row, name, one)}"


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
