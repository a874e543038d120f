"""还差什么: what every child of a squad, by number, and the squads themselves still lack for the next star."""

from collections.abc import Mapping

from handlers import rights
from handlers.kit import ADMINS, Ask, Refusal, Reply, Role, Unit
from handlers.medals.awards import eligibility
from handlers.medals.lists import next_stars
from handlers.registry import command
from handlers.wording import medals, numbers, places
from storage.medals import badges, nominations, states
from storage.organisation import units

READERS = (ADMINS - {Role.SUPERVISOR}) | {Role.COUNSELOR}
_LIKE = "还差什么 三(2)"
# Children who lack the same are told in one line; more different lines are counted only.
_MOST_LINES = 15
_MOST_NAMED = 4


@command(
    "还差什么", "lacking", who=READERS, group="奖章", rank=39, help="看离一星章还差什么",
    snapshot=True, examples=(_LIKE, "还差什么"),
)  # fmt: skip
def show(ask: Ask) -> Reply:
    """Of one squad by number; of a school squad by squad, of a district school by school."""
    top = places.chosen(ask, READERS, ask.args, "还差什么")
    if len(top) != 1:
        raise Refusal(f"请写明是哪一个中队，像这样：{_LIKE}")
    at = top[0]
    if at.kind == units.Kind.SQUAD and not rights.sees_names(ask.me, at):
        return Reply(f"离一星章还差\n{_short(ask, at)}")
    if at.kind == units.Kind.SQUAD:
        return Reply("\n".join(_of_squad(ask, at)))
    if at.kind != units.Kind.SCHOOL:
        return _of_district(ask, at)
    squads = [unit for unit in units.of_school(ask.db, at.id) if unit.kind == units.Kind.SQUAD]
    squads.sort(key=lambda squad: (squad.grade or 0, squad.class_no or 0))
    return Reply("\n".join([f"{at.name} 离一星章还差", *(_short(ask, squad) for squad in squads)]))


def for_star(ask: Ask, star: str) -> Reply:
    """离二星章还差什么 is about who has the one below."""
    return next_stars.lacking(ask, star) or show(ask)


def _lacks(ask: Ask, squad: Unit) -> tuple[Mapping[int, tuple[str, ...]], list[int]]:
    """Number → what the child with it still lacks for the first star; the numbers of those who are nominated.

    Nobody who has it.
    """
    children = badges.of_squad(ask.db, squad.id)
    terms = eligibility.year_terms(ask)
    held = badges.basics(ask.db, children, terms)
    outside = badges.not_members(ask.db, list(children))
    stars = badges.with_star(ask.db, children, terms)
    found: dict[int, tuple[str, ...]] = {}
    nominated: list[int] = []
    for child, number in sorted(children.items(), key=lambda each: each[1]):
        if stars.get(child):
            continue
        nominated += [number] if child in stars else []
        member = ("入队",) if child in outside else ()
        found[number] = (*member, *map(medals.label, eligibility.missing_basics(held.get(child, ()))))
    return found, nominated


def _of_squad(ask: Ask, squad: Unit) -> list[str]:
    lacks, nominated = _lacks(ask, squad)
    by_lack: dict[tuple[str, ...], list[int]] = {}
    for number, what in lacks.items():
        by_lack.setdefault(what, []).append(number)
    ready = [number for number in by_lack.pop((), []) if number not in nominated]
    lines = [f"{squad.name} 离一星章还差（按序号）"]
    lines += [f"{numbers.in_rows(who)}：{_what(what)}" for what, who in list(by_lack.items())[:_MOST_LINES]]
    if len(by_lack) > _MOST_LINES:
        lines.append(f"另有 {sum(map(len, list(by_lack.values())[_MOST_LINES:]))} 人，情况各不相同。")
    lines.append(f"基础章齐了、可以提名一星章的 {len(ready)} 人" + (f"：{numbers.in_rows(ready)}" if ready else ""))
    if nominated:
        lines.append(f"已经提名一星章、还没有授予的 {len(nominated)} 人：{numbers.in_rows(nominated)}")
    known = badges.of_squad(ask.db, squad.id)
    unknown = (squad.members or 0) - len(known)
    if unknown > 0:
        lines.append(f"还有 {unknown} 人没有记过基础章，发「记章 12个基础章 {squad.name} 全班」这样的话。")
    following = [f"可以提名{line}" for line in next_stars.of_squad(ask, squad)]
    return [*lines, _collective(ask, squad), *following, *_waiting(ask, squad)]


def _what(lacking: tuple[str, ...]) -> str:
    if len(lacking) > _MOST_NAMED:
        return f"{len(lacking)} 项（{'、'.join(lacking[:_MOST_NAMED])}…）"
    return "、".join(lacking)


def _collective(ask: Ask, squad: Unit) -> str:
    """How far the squad itself is."""
    held = badges.stars(ask.db, [(squad.id, None)])[squad.id, None]
    newest = max(held, default="")
    following = medals.next_star(newest) if newest else "S1"
    has = f"有集体{medals.label(newest)}" if newest else "还没有集体星级章"
    if following not in medals.STARS:
        return f"中队集体：{has}。"
    mine = (case for case in nominations.of_unit(ask.db, squad.id) if case.child_id is None)
    stands = any(case.medal == following and case.state in states.OPEN for case in mine)
    return f"中队集体：{has}，下一枚是集体{medals.label(following)}{'，已经提名' if stands else ''}。"


def _waiting(ask: Ask, squad: Unit) -> list[str]:
    """Who still has to review what."""
    waiting = [case for case in nominations.of_unit(ask.db, squad.id) if case.state in states.WAITING]
    if not waiting:
        return []
    days = max((ask.now - case.since).days for case in waiting)
    return [f"待审 {len(waiting)} 件，等得最久的 {days} 天。"]


def _of_district(ask: Ask, at: Unit) -> Reply:
    """The school that is furthest from it first."""
    found = badges.complete(ask.db, [at.path], eligibility.year_terms(ask), len(eligibility.ALL_BASIC))
    found.sort(key=lambda each: (each[2] / each[1], each[0]))
    lines = [f"{school}：齐了 {whole}/{number} 人" for school, number, whole in found[:_MOST_LINES]]
    more = [f"另有 {len(found) - _MOST_LINES} 所学校，请写上学校看。"] if len(found) > _MOST_LINES else []
    head = f"{at.name} 本学年基础章（记过基础章的）" if found else f"{at.name}：本学年还没有学校记过基础章。"
    return Reply("\n".join([head, *lines, *more]))


def _short(ask: Ask, squad: Unit) -> str:
    lacks, nominated = _lacks(ask, squad)
    more = f"，已经提名 {len(nominated)} 人" if nominated else ""
    if not lacks:
        return f"{squad.name}：还没有记过基础章" if not badges.of_squad(ask.db, squad.id) else f"{squad.name}：都有了"
    ready = sum(not what for what in lacks.values())
    return f"{squad.name}：齐了 {ready}/{len(lacks)} 人{more}"
