"""How a medal and a nomination are written: the name, the level that decides, the state."""

from collections.abc import Iterable, Mapping

from handlers.kit import Ask, Refusal, Unit
from handlers.reading.medals.medals import Medal, find_medals
from handlers.reading.text.normalise import GAP
from handlers.wording import days
from storage.children import children
from storage.medals import special_badges
from storage.medals.nominations import Case
from storage.medals.states import State
from storage.organisation import history
from storage.organisation.units import Kind
from storage.people import accounts

STARS = {"S1": "一星章", "S2": "二星章", "S3": "三星章", "S4": "四星章", "S5": "五星章"}
# The levels that decide, from below, as they are said; who they are.
LEVELS = {"school": "校级", "county": "县级", "city": "市级", "province": "省级", "national": "全国"}
OFFICES = {level: f"{'学校' if level == 'school' else name}少工委" for level, name in LEVELS.items()}

# Why somebody decides against a rule that holds 「原则上」: kept openly for years, so it is chosen.
EXCEPTIONS = ("以前已获未登记", "名额另行调剂", "上级已核定", "表现特别突出")


def label(medal: str) -> str:
    """The medal's name in chat: `S1` → 一星章, `B:红星章/向阳章` → 向阳章."""
    return STARS.get(medal) or medal.partition(":")[2].rpartition("/")[2]


def next_star(medal: str) -> str:
    """The star above it: `S1` → `S2`; of `S5` and of what is no star one that is none."""
    return f"S{int(medal[1]) + 1}" if is_star(medal) else ""


def found_in(ask: Ask, words: str) -> tuple[list[Medal], str]:
    """The medals that the words name, the special ones of the asker's part of the tree among them, and the rest."""
    found, rest = find_medals(words, {each.name for each in special_badges.around(ask.db, ask.me.paths())})
    return found, " ".join(rest.replace(GAP, " ").split())


def check_special(ask: Ask, codes: Iterable[str], at: Unit) -> None:
    """Raises Refusal when one of these is a special badge that nobody at this unit can have now."""
    special = [code for code in codes if code.startswith(special_badges.PREFIX)]
    usable = special_badges.usable(ask.db, at.path) if special else []
    out = [label(code) for code in special if label(code) not in usable]
    if out:
        raise Refusal(f"{at.name}现在没有{'、'.join(out)}，没有记。发「特色章」看有哪些。")


def is_star(medal: str) -> bool:
    """Whether it is one of the five star medals, the only ones that a collective can get."""
    return medal in STARS


def may_name(ask: Ask, to: int | None = None) -> bool:
    """Whether children may be named to person `to`, None: where the asker wrote, which may be a group."""
    if to is None:
        return ask.message.private and ask.message.channel not in ask.nameless
    channel, _ = accounts.best(ask.db, [to]).get(to, ("", ""))
    return channel not in ask.nameless


def case_lines(ask: Ask, cases: Iterable[Case], to: int | None = None) -> dict[int, str]:
    """
    Case id → `四(1)中队 王小明 一星章` for the nominator in private, `四(1)中队 王*明 一星章` for others.

    Where children may not be named, without a name that is no number.
    """
    cases = list(cases)
    ids = [case.child_id for case in cases if case.child_id is not None]
    # A group hears neither.
    told = ids and (to is not None or ask.message.private)
    names = children.names(ask.db, ask.vault, ids) if told else {}
    if not may_name(ask, to):
        places = children.numbers(ask.db, names)
        names = {child: f"{number}号" for child, number in places.items()}
    own = {case.child_id for case in cases if _is_own(ask, case, to)}
    shown = {child: name if child in own else children.masked(name) for child, name in names.items()}
    where = places_of(ask, cases, to)
    return {case.id: _say(case, where[case.id], shown) for case in cases}


def places_of(ask: Ask, cases: Iterable[Case], to: int | None = None) -> dict[int, str]:
    """Case id → 四(1)中队; for who decides on several schools, 实验小学四(1)中队: each school has one."""
    cases = list(cases)
    far = {case.id for case in cases if case.unit.school_id != case.unit.id and _is_far(ask, case, to)}
    schools = history.names_of(
        ask.db, {case.unit.school_id for case in cases if case.id in far and case.unit.school_id}
    )
    return {
        case.id: (schools.get(case.unit.school_id or 0, "") if case.id in far else "") + collective_name(case.unit)
        for case in cases
    }


def _is_far(ask: Ask, case: Case, to: int | None) -> bool:
    if to is not None:
        return to != case.holder and case.level != next(iter(LEVELS))
    return not any(grant.unit.school_id == case.unit.school_id for grant in ask.me.grants)


def of_nominee(ask: Ask, cases: Iterable[Case], name: str) -> list[Case]:
    """Those of a child of this name, or of this place on the roster: 王小明, 7号."""
    cases = list(cases)
    ids = [case.child_id for case in cases if case.child_id is not None]
    called, places_of = children.names(ask.db, ask.vault, ids), children.numbers(ask.db, ids)
    meant = {each for each in ids if children.plain(name) in (called[each], f"{places_of.get(each)}号")}
    return [case for case in cases if case.child_id in meant]


def _is_own(ask: Ask, case: Case, to: int | None) -> bool:
    """Whoever nominated the child, or took that over, knows the name, as long as the squad is theirs."""
    if to is not None:
        return to == case.holder
    mine = ask.me.id in (case.nominator_id, case.holder)
    return mine and any(grant.unit.covers(case.unit) for grant in ask.me.grants)


def kind_of(case: Case) -> str:
    """一星章, 集体一星章."""
    return f"{'集体' if case.child_id is None and is_star(case.medal) else ''}{label(case.medal)}"


def _say(case: Case, place: str, names: Mapping[int, str]) -> str:
    if case.child_id is None:
        return f"{place} {kind_of(case)}"
    return " ".join(part for part in (place, names.get(case.child_id, ""), label(case.medal)) if part)


def collective_name(unit: Unit) -> str:
    """The unit as a nominee: a school stands for its 大队."""
    return f"{unit.name}大队" if unit.kind == Kind.SCHOOL else unit.name


def reason_of(ask: Ask, sealed: bytes | None) -> str:
    """A sealed reason in clear, for a private chat; empty when none was given."""
    return "" if sealed is None else str(ask.vault.open(sealed))


_STATES = {
    State.SUBMITTED: "待审", State.RETURNED: "已退回", State.WITHDRAWN: "已撤回", State.REVOKED: "已撤销",
    State.OBJECTION: "有异议，公示暂停", State.REJECTED: "异议成立，不授予",
}  # fmt: skip


def state_of(case: Case) -> str:
    """Where the case stands."""
    if case.state is State.PASSED:
        return f"待{OFFICES[case.level]}决定"
    if case.state is State.NOTICE and case.notice_until:
        return f"公示到{days.short(case.notice_until)}"
    if case.state is State.APPROVED:
        return f"已颁发（{days.short(case.presented_on)}）" if case.presented_on else f"{LEVELS[case.level]}已通过"
    return _STATES[case.state]


def next_of(case: Case) -> str:
    """What comes next of a case that was just approved."""
    if case.state is State.PASSED:
        return f"{label(case.medal)}还要{OFFICES[case.level]}决定。"
    if case.state is State.NOTICE and case.notice_until:
        return f"公示到{days.short(case.notice_until)}，期满没有异议再授予。"
    return f"颁章以{OFFICES[case.level]}的通知为准。"
