"""续, 结束: exactly the place that is named, by its number or by whoever holds it."""

from datetime import timedelta

from handlers.catalogue.model import Row
from handlers.kit import MEMBERS, Ask, Denied, NotMeant, Refusal, Reply
from handlers.programmes.rosters import roster_words
from handlers.programmes.rosters.terms import term
from handlers.reading.text import normalise
from handlers.registry import ANYTHING, command
from handlers.wording import programmes
from storage.base import numbered
from storage.organisation import units
from storage.programmes import holdings

LETTER = "H"


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
