"""Whether a case may be approved: what storage knows is put to the rules of the medals and said with its figures."""

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date, timedelta

from handlers.kit import Ask, Unit
from handlers.medals.awards import rules
from handlers.reading import Nomination, Reading
from handlers.reading.medals.medals import BASIC
from handlers.wording import medals
from scheduling.periods import term_of
from storage.medals import badges, nominations, quotas
from storage.medals.quotas import Quota

# The twelve sub-badges of the three categories (domain §4.1).
ALL_BASIC = tuple(f"B:{category}/{sub}" for category, subs in BASIC.items() for sub in subs)
# A star counts towards the next one for a year (domain §4.2).
WINDOW = timedelta(days=366)

_FIRST = "S1"


def year_terms(ask: Ask) -> list[str]:
    """The terms of this school year: stars are awarded yearly."""
    term = term_of(ask.today)
    return [term] if term.endswith("秋") else [f"{int(term[:-1]) - 1}秋", term]


def missing_basics(held: Iterable[str]) -> list[str]:
    """Which of the twelve are not held; a category that was awarded as a whole stands for its four."""
    held = set(held)
    return [medal for medal in ALL_BASIC if medal not in held and medal.partition("/")[0] not in held]


def with_basics(ask: Ask, cases: Sequence[nominations.Case]) -> set[int]:
    """The squads of these nominees for the first star whose basic badges somebody has recorded."""
    at = {case.unit.id for case in cases if case.medal == _FIRST and case.child_id}
    return badges.squads_with_basics(ask.db, at, year_terms(ask)) if at else set()


def problems(ask: Ask, cases: Sequence[nominations.Case], known: Set[int] | None = None) -> dict[int, list[str]]:
    """Case → what the rules say against it, each with its figures; for the places see `without_place`.

    `known`: what `with_basics` says, where it was asked already.
    """
    terms = year_terms(ask)
    children = [case.child_id for case in cases if case.child_id is not None]
    outside = badges.not_members(ask.db, children) if children else set()
    # What only the first star asks for.
    firsts = [case for case in cases if case.medal == _FIRST and case.child_id]
    basics = badges.basics(ask.db, [case.child_id or 0 for case in firsts], terms)
    known = with_basics(ask, cases) if known is None else known
    stars = badges.stars(ask.db, [(case.unit.id, case.child_id) for case in cases])
    found: dict[int, list[str]] = {}
    for case in cases:
        nominee = str(case.child_id or "")
        key = f"{case.unit.id}/{nominee}" if nominee else str(case.unit.id)
        lacking = missing_basics(basics.get(case.child_id or 0, ())) if case.unit.id in known else []
        register = rules.Register(
            holdings={key: _held(ask, case, stars[case.unit.id, case.child_id])},
            not_members={key} if case.child_id in outside else (),
            basic_complete={key: not lacking},
        )  # fmt: skip
        target = "individual" if case.child_id else "collective"
        wish = Nomination(target, nominee or None, str(case.unit.id), case.medal)  # type: ignore[arg-type]
        issues = rules.judged(Reading("nomination", "ok", nominations=(wish,)), register).issues
        found[case.id] = [_said(ask, case, issue, lacking) for issue in issues]
    return found


def notes(ask: Ask, case: nominations.Case) -> list[str]:
    """What a reviewer should know of a case: what the rules say against it, and the places that are left."""
    places = quotas.of_cases(ask.db, [case])[case.id]
    left = [arithmetic(quota, quotas.used(ask.db, quota)) for quota in places]
    known = with_basics(ask, [case])
    return [*problems(ask, [case], known)[case.id], *unchecked([case], known), *left]


def unchecked(cases: Sequence[nominations.Case], known: Set[int]) -> list[str]:
    """Of a first star in a squad whose basic badges nobody has recorded: that nothing was there to be looked at."""
    firsts = [case for case in cases if case.medal == _FIRST and case.child_id]
    names = "、".join(dict.fromkeys(case.unit.name for case in firsts if case.unit.id not in known))
    return [f"{names}本学年没有记过基础章，基础章是否齐没有核对"] if names else []


def _held(ask: Ask, case: nominations.Case, held: Mapping[str, date]) -> set[str]:
    """The stars that count: the same one for ever, the one below for a year."""
    return {medal for medal, day in held.items() if medal == case.medal or ask.today - day <= WINDOW}


def _said(ask: Ask, case: nominations.Case, issue: str, lacking: Sequence[str]) -> str:
    if issue == "BASIC_INCOMPLETE":
        names = "、".join(map(medals.label, lacking))
        return f"基础章 {len(ALL_BASIC) - len(lacking)}/{len(ALL_BASIC)}，还差{names}"
    below = medals.label(f"S{int(case.medal[1]) - 1}") if issue == "LEVEL_SKIP" else ""
    return {
        "NOT_MEMBER": "还没有记入队，星级章只给少先队员",
        "LEVEL_SKIP": f"一年内没有{below}的记录，{medals.label(case.medal)}从{below}获得者中推荐",
        "ALREADY_AWARDED": f"已经获得过{medals.label(case.medal)}",
    }[issue]


def without_place(ask: Ask, places: Sequence[Quota]) -> list[str]:
    """Which of these quotas are used up, with their arithmetic."""
    taken = [(quota, quotas.used(ask.db, quota)) for quota in places]
    return [f"名额已满：{arithmetic(quota, used)}" for quota, used in taken if used >= quota.limit]


def left_at(ask: Ask, at: Sequence[Unit], medal: object = None) -> list[str]:
    """The places of this term, of one medal or of all, in which nominees of these units count."""
    found = [each for each in quotas.over(ask.db, at, term_of(ask.today)) if medal in (None, each.medal)]
    return [arithmetic(each, quotas.used(ask.db, each)) for each in found]


def arithmetic(quota: Quota, used: int) -> str:
    """三(2)中队 一星章 30% × 41 = 12,已用 11."""
    what = f"{'集体' if quota.collective else ''}{medals.label(quota.medal)}"
    return f"{quota.unit.name} {what} {quota.percent}% × {quota.base} = {quota.limit}，已用 {used}"
