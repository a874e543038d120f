"""审核进度: who still has to review how many nominations, and for how many days the oldest has waited."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from handlers.kit import Ask, Reply, Role, Unit
from handlers.medals import decisions
from handlers.medals.lists.readers import READERS
from handlers.registry import command
from handlers.wording import medals, places
from scheduling.periods import term_of
from storage.medals import lists, nominations
from storage.medals.nominations import Case
from storage.medals.states import STANDING
from storage.organisation import units

WHO = READERS | {Role.COUNSELOR}
_MOST, _MOST_NAMED = 15, 40
# 谁还没审核完呢？
_ASKED = re.compile(r"^(?:[核批完呢啊的]|提名)+(?=[\s?？]|$)")
_NOBODY = "没有登记审核人"


@command(
    "审核进度", "reviews", "谁还没审", "还有谁没审", "谁没审", "还有哪些没审", "哪些还没审", "哪些没审",
    who=WHO, group="奖章", rank=53, help="看提名还在等谁审核、等了几天",
    snapshot=True, glued=_ASKED.pattern, examples=("审核进度", "审核进度 实验小学"),
)  # fmt: skip
def reviews(ask: Ask) -> Reply:
    """Of a school who has to review what of which squad, of a district school by school, the longest wait first."""
    at = places.chosen(ask, WHO, _ASKED.sub("", ask.args).strip(), "审核进度")
    where = "、".join(unit.name for unit in at)
    waiting = nominations.undecided_in(ask.db, [unit.path for unit in at])
    if not waiting:
        return Reply(f"{where}：没有在等审核的提名。")
    whole = all(unit.school_id for unit in at)
    lines = _by_reviewers(ask, waiting) if whole else _by_school(ask, waiting)
    return Reply("\n".join([f"{where} 等审核 {_how_long(ask, waiting)}", *lines]))


@command(
    "没提名", "谁没提名", "还没提名",
    who=READERS, group="奖章", rank=54, help="看哪些中队本学期还没有提名",
    snapshot=True, examples=("没提名 一星章", "没提名 向阳章 实验小学"), listed=False,
)  # fmt: skip
def without(ask: Ask) -> Reply:
    """Of a school the squads, of a district the schools, out of which nobody stands for a medal this term."""
    found, rest = medals.found_in(ask, ask.args)
    medal = next((each.code for each in found if each.code), "S1")
    at = places.chosen(ask, READERS, rest, "没提名")
    paths = [unit.path for unit in at]
    whole = all(unit.school_id for unit in at)
    due = units.squads(ask.db, paths) if whole else units.schools(ask.db, paths)
    due.sort(key=lambda unit: (unit.grade or 0, unit.class_no or 0, unit.name))
    counted = lists.by_unit(ask.db, lists.Wanted(paths, STANDING, (medal,), (term_of(ask.today),)))
    stand = {unit if whole else school for school, unit, *_ in counted}
    missing = [unit.name for unit in due if unit.name not in stand]
    head = f"{'、'.join(unit.name for unit in at)} 本学期{medals.label(medal)}：{len(due)} 个"
    what = f"{head}{'中队' if whole else '学校'}里还没有提名的 {len(missing)} 个"
    more = f"，另有 {len(missing) - _MOST_NAMED} 个" if len(missing) > _MOST_NAMED else ""
    return Reply(f"{what}：{'、'.join(missing[:_MOST_NAMED])}{more}" if missing else f"{head}，都提名了。")


def _how_long(ask: Ask, cases: Sequence[Case]) -> str:
    days = max((ask.today - case.since.astimezone(ask.now.tzinfo).date()).days for case in cases)
    return f"{len(cases)} 件，等得最久的 {days} 天"


def _reviewers(ask: Ask, case: Case, known: dict[tuple[int, int, str], str]) -> str:
    """李老师、刘校长; asked once for each unit, nominator and level."""
    key = (case.unit.id, case.nominator_id, case.level)
    if key not in known:
        known[key] = "、".join(person.name for person in decisions.reviewers(ask, case)) or _NOBODY
    return known[key]


def _by_reviewers(ask: Ask, waiting: Sequence[Case]) -> list[str]:
    by_who: dict[str, list[Case]] = defaultdict(list)
    known: dict[tuple[int, int, str], str] = {}
    for case in waiting:
        by_who[_reviewers(ask, case, known)].append(case)
    lines = []
    for who, cases in by_who.items():
        of_unit: dict[str, int] = defaultdict(int)
        for case in cases:
            of_unit[case.unit.name] += 1
        squads = "、".join(f"{unit} {number}" for unit, number in of_unit.items())
        lines.append(f"{who}：{_how_long(ask, cases)}（{squads}）")
    return lines


def _shared(ask: Ask, cases: Sequence[Case], known: dict[tuple[int, int, str], str]) -> str:
    """李老师、刘校长 3，王主任 1: of a school's some may wait at a level above."""
    counts = Counter(_reviewers(ask, case, known) for case in cases)
    return "，".join(f"{who} {count}" for who, count in counts.items())


def _by_school(ask: Ask, waiting: Sequence[Case]) -> list[str]:
    """The school that has waited longest first: the cases come the oldest first."""
    schools: dict[int, list[Case]] = defaultdict(list)
    for case in waiting:
        schools[case.unit.school_id or case.unit.id].append(case)
    at: dict[int, Unit] = units.by_ids(ask.db, schools)
    known: dict[tuple[int, int, str], str] = {}
    lines = [
        f"{at[id_].name}：{_how_long(ask, cases)}（{_shared(ask, cases, known)}）"
        for id_, cases in list(schools.items())[:_MOST]
    ]
    return [*lines, *([f"另有 {len(schools) - _MOST} 所学校，请写上单位看。"] if len(schools) > _MOST else [])]
