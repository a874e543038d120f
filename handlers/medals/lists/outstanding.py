"""待颁: who was awarded a medal and has not been handed it: by number in a squad, by squad, by school."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from handlers import rights
from handlers.asker import levels
from handlers.kit import Ask, Reply, Role, Unit
from handlers.medals.lists import columns
from handlers.medals.lists.readers import READERS
from handlers.registry import command
from handlers.wording import medals, numbers, places
from storage.medals import lists
from storage.medals.states import State

WHO = READERS | {Role.COUNSELOR}
MOST, MOST_NAMED = 15, 200
_HOW = "颁发了，发「颁发 三(2) 一星章 6月1日」这样的话。"


@command(
    "待颁", "待颁发", "owed", who=WHO, group="奖章", rank=52, help="看谁评上了还没领到奖章",
    snapshot=True, examples=("待颁", "待颁 三(2)", "待颁 一星章"),
)  # fmt: skip
def owed(ask: Ask) -> Reply:
    """Of one squad by number, of a school squad by squad, of a district school by school, the most first."""
    if listed := still_owed(ask):
        return listed
    named, rest = medals.found_in(ask, ask.args)
    at = places.chosen(ask, WHO, rest.strip(), "待颁")
    where, paths = "、".join(unit.name for unit in at), [unit.path for unit in at]
    codes = [each.code for each in named if each.code]
    on_notice = sum(
        number for *_, number in lists.by_unit(ask.db, lists.Wanted(paths, (State.NOTICE, State.OBJECTION), codes))
    )
    if on_notice:
        return Reply(f"{where}：授予了的都颁发了。还在公示、没有授予的 {on_notice} 件，期满由审核人发「授予」。")
    return Reply(f"{where}：评上的都颁发了。")


def still_owed(ask: Ask) -> Reply | None:
    """Who is owed one of the medals that the arguments name; None for nobody."""
    named, rest = medals.found_in(ask, ask.args)
    at = places.chosen(ask, WHO, rest.strip(), "待颁")
    where = "、".join(unit.name for unit in at)
    codes = [each.code for each in named if each.code]
    wanted = lists.Wanted([unit.path for unit in at], (State.APPROVED,), codes, waiting=True)
    counted = lists.by_unit(ask.db, wanted)
    if not counted:
        return None
    if by_number(ask, at):
        lines = of_squad(ask, lists.entries(ask.db, ask.vault, wanted, MOST_NAMED), columns.medal_of)
    else:
        lines = by_place(counted, of_school=all(unit.school_id for unit in at))
    head = f"{where} 评上了还没颁发 {sum(number for *_, number in counted)} 枚"
    more = [f"另有 {len(lines) - MOST} 个，请写上单位看。"] if len(lines) > MOST else []
    how = [_HOW] if not ask.me.roles.isdisjoint(levels.DECIDERS) else []
    return Reply("\n".join([head, *lines[:MOST], *more, *how]))


def by_number(ask: Ask, at: Sequence[Unit]) -> bool:
    """Whether the asker sees there who it is, by number."""
    return all(unit.key and rights.sees_names(ask.me, unit) for unit in at)


def of_squad(ask: Ask, found: Iterable[lists.Entry], what: Callable[[lists.Entry], str]) -> list[str]:
    """一星章：1、3-5号、王*明; who has no number is named, masked, only where a child may be named."""
    numbered: dict[str, list[int]] = defaultdict(list)
    others: dict[str, list[str]] = defaultdict(list)
    for one in found:
        medal = what(one)
        if one.place:
            numbered[medal].append(one.place)
        elif one.name:
            others[medal].append(columns.name_of(one, True) if ask.may_name else one.number)
        else:
            others[medal].append("中队")
    for medal, who in numbered.items():
        others[medal].insert(0, numbers.in_rows(sorted(who)))
    return [f"{medal}：{'、'.join(who)}" for medal, who in others.items()]


def by_place(counted: Sequence[tuple[str, str, str, bool, int]], of_school: bool) -> list[str]:
    """三(2)中队：一星章 3, of a district school by school; the most first."""
    by_place: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for school, unit, medal, collective, number in counted:
        by_place[unit if of_school else school][f"{'集体' if collective else ''}{medals.label(medal)}"] += number
    order = sorted(by_place, key=lambda place: -sum(by_place[place].values()))
    return [
        f"{place}：{'、'.join(f'{medal} {number}' for medal, number in sorted(by_place[place].items()))}"
        for place in order
    ]
