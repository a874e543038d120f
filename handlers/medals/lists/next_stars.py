"""可提名: who was handed a star within the year and may be nominated for the next one, and until when."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from handlers.kit import Ask, Reply, Unit
from handlers.medals.awards import eligibility
from handlers.medals.lists import outstanding
from handlers.registry import command
from handlers.wording import days, medals, places
from storage.medals import lists
from storage.medals.states import State

_NONE = "还没有可以提名下一枚星级章的。奖章颁发以后一年内可以提名。"


@command(
    "可提名", "next", who=outstanding.WHO, group="奖章", rank=54, help="看谁可以提名下一枚星级章、到哪天",
    looks=".*", examples=("可提名", "可提名 三(2)", "可提名 二星章"),
)  # fmt: skip
def candidates(ask: Ask) -> Reply:
    """Of one squad by number with the last day, of a school squad by squad, of a district school by school."""
    named, rest = medals.found_in(ask, ask.args)
    at = places.chosen(ask, outstanding.WHO, rest.strip(), "可提名")
    where = "、".join(unit.name for unit in at)
    wanted = _wanted(ask, at, {each.code for each in named})
    counted = lists.by_unit(ask.db, wanted)
    if not counted:
        return Reply(f"{where}：{_NONE}")
    if outstanding.by_number(ask, at):
        lines = outstanding.of_squad(ask, lists.entries(ask.db, ask.vault, wanted, outstanding.MOST_NAMED), _until)
    else:
        above = [(school, unit, medals.next_star(star), of_all, count) for school, unit, star, of_all, count in counted]
        lines = outstanding.by_place(above, of_school=all(unit.school_id for unit in at))
    more = [f"另有 {len(lines) - outstanding.MOST} 个，请写上单位看。"] if len(lines) > outstanding.MOST else []
    number = sum(count for *_, count in counted)
    return Reply("\n".join([f"{where} 可以提名下一枚星级章的 {number} 个", *lines[: outstanding.MOST], *more]))


def lacking(ask: Ask, star: str) -> Reply | None:
    """Who may be nominated for this star, and who is still to be handed the one below; None for the first."""
    below = next((each for each in medals.STARS if medals.next_star(each) == star), None)
    if below is None:
        return None
    head = f"{medals.label(star)}从一年内颁发了{medals.label(below)}的里提名。"
    may = candidates(replace(ask, args=f"{medals.label(star)} {ask.args}".strip()))
    owed = outstanding.still_owed(replace(ask, args=f"{medals.label(below)} {ask.args}".strip()))
    return Reply("\n".join([head, may.text, *([owed.text] if owed else [])]))


def of_squad(ask: Ask, squad: Unit) -> list[str]:
    """二星章（到2027年6月2日）：1、3-5号, of those who may be nominated; for whoever sees there who it is."""
    return outstanding.of_squad(
        ask, lists.entries(ask.db, ask.vault, _wanted(ask, [squad]), outstanding.MOST_NAMED), _until
    )


def _wanted(ask: Ask, at: Sequence[Unit], stars: Collection[str | None] = ()) -> lists.Wanted:
    """The holders of the stars below these, of all where none is named."""
    below = [star for star in medals.STARS if medals.next_star(star) in stars]
    paths = [unit.path for unit in at]
    return lists.Wanted(paths, (State.APPROVED,), below, next_since=ask.today - eligibility.WINDOW)


def _until(one: lists.Entry) -> str:
    assert one.presented_on is not None
    last = one.presented_on + eligibility.WINDOW
    return (
        f"{'' if one.name else '集体'}{medals.label(medals.next_star(one.medal))}（到{last.year}年{days.short(last)}）"
    )
