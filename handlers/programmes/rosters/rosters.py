"""登记: who or what holds a place of a roster row from now on, with or without an account."""

from handlers.catalogue.model import Row
from handlers.kit import MEMBERS, Ask, Button, Denied, NotMeant, Refusal, Reply, Unit
from handlers.programmes.rosters import roster_list, roster_words
from handlers.programmes.rosters.roster_lines import Told, entries, held
from handlers.registry import ANYTHING, command
from handlers.wording import programmes
from storage.programmes import holdings

MOST = 10


@command(
    "登记", who=MEMBERS, group="活动", rank=31, help="登记聘任、岗位、结对", follows=r"$|\S", glued=ANYTHING,
    examples=("登记 校外辅导员 王建国 五老 聘期两年",),
)  # fmt: skip
def enter(ask: Ask) -> list[Reply]:
    """Who or what holds a place from now on; the term of the row where none is said."""
    rows = programmes.rosters(ask)
    own = [row for row in rows if programmes.units_for(ask.me, row)]
    begun = (row for row in sorted(rows, key=lambda row: -len(row.name)) if ask.args.startswith(row.name))
    row = next(begun, None) or programmes.named(rows, ask.args) or roster_words.row_in(own or rows, ask.args)
    # 登记站籍90 is a report.
    glued = ask.message.text.startswith("登记") and ask.message.text[2:3].isalnum()
    if glued and not (row and ask.args.startswith((row.name, *row.words))):
        raise NotMeant
    if row is None and not own:
        raise Denied("聘任、岗位、结对由学校、社区、辅导站这些单位自己登记，不由您来登记，没有记。", what="登记")
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
    shown = [f"{unit.name} " * several + roster_list.said(row, name, one) for unit, name, one in kept]
    shown = [f"{len(kept)} 位：", *shown[:MOST], *(["…"] if len(kept) > MOST else [])] if len(kept) > 1 else shown
    last = Button("结束", "结束", f"H{kept[0][2].id}")
    buttons = (*([last] if len(kept) == 1 else []), Button("在册", "在册", row.name))
    at, more = f"{kept[0][0].name} " * (not several), f"\n{again}" * bool(old)
    return [Reply(f"已登记：{at}{row.name} " + "\n".join(shown) + more, buttons)]


def _add(ask: Ask, row: Row, unit: Unit, told: Told) -> holdings.Holding:
    sealed = ask.vault.seal(told.name) if told.name else None
    new = holdings.Holding(unit.id, row.key, told.since, told.until, sealed, told.figures)
    return holdings.add(ask.db, new, ask.me.id, ask.now)
