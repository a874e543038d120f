"""What nominating and reviewing share: the names of the medals, who decides, how a case is said."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime

from handlers.kit import Ask, Person, Role, Unit
from handlers.reading import Reading
from storage.children import children
from storage.medals.nominations import Case, State, Step
from storage.organisation.units import Kind
from storage.people import people

REASON_LIMIT = 100
# A child's place on the counselor's own list stands for the name where names are not written.
_PLACE = re.compile(r"\d{1,3}号")
STARS = {"S1": "一星章", "S2": "二星章", "S3": "三星章", "S4": "四星章", "S5": "五星章"}
# 中青联发〔2019〕13号: the school awards the first star, each further one belongs to the next level up.
_HIGHER = {"S2": "县级少工委", "S3": "市级少工委", "S4": "省级少工委", "S5": "全国少工委"}
_DONE = {
    State.SUBMITTED: "提名",
    State.APPROVED: "同意",
    State.RETURNED: "退回",
    State.WITHDRAWN: "撤回",
}
_NUMBER = re.compile(r"\s*[NnＮｎ]?\s*(\d{8})\s*[-－—–]\s*(\d{1,4})(?!\d)[\s,，:：、。]*")


def label(medal: str) -> str:
    """The medal's name in chat: `S1` → 一星章, `B:红星章/向阳章` → 向阳章."""
    return STARS.get(medal) or medal.partition(":")[2].rpartition("/")[2]


def is_star(medal: str) -> bool:
    """Whether it is one of the five star medals, the only ones that a collective can get."""
    return medal in STARS


def higher_level(medal: str) -> str:
    """Who awards it when that is not the school; empty when it is."""
    return "评选单位" if medal.startswith("H:") else _HIGHER.get(medal, "")


def numbered(text: str) -> tuple[str, str]:
    """(case number, the rest) of `N20260403-07 材料不全`, however it was typed; ("", text) without a number."""
    match = _NUMBER.match(text)
    if match is None:
        return "", text.strip()
    return f"N{int(match[1]):08}-{int(match[2]):02}", text[match.end() :].strip()


def all_numbers(text: str) -> tuple[str, ...]:
    """Every case number that the text begins with, once each."""
    found: dict[str, None] = {}
    number, rest = numbered(text)
    while number:
        found[number] = None
        number, rest = numbered(rest)
    return tuple(found)


def reviewing_roles(nominator: Person, nominee: Unit) -> frozenset[Role]:
    """Who may decide on this person's nominations: what the brigade counselor proposes, the school decides."""
    own = {grant.role for grant in nominator.grants if grant.unit.covers(nominee)}
    return frozenset({Role.SCHOOL_ADMIN} if Role.BRIGADE in own else {Role.BRIGADE, Role.SCHOOL_ADMIN})


def reviewers(ask: Ask, nominator: Person, nominee: Unit) -> list[Person]:
    """Everybody who may decide on it now, never the nominator."""
    found = people.above(ask.db, reviewing_roles(nominator, nominee), nominee, ask.now)
    return [person for person in found if person.grants and person.id != nominator.id]


def may_name(ask: Ask, to: int | None = None) -> bool:
    """Whether children may be named to person `to`, None: where the asker wrote, which may be a group."""
    if to is None:
        return ask.message.private and ask.message.channel not in ask.nameless
    channel, _ = people.addresses(ask.db, [to]).get(to, ("", ""))
    return channel not in ask.nameless


def is_place(name: str) -> bool:
    """Whether it is a number of the roster (7号), which only its counselor can tell a child by."""
    return _PLACE.fullmatch(name) is not None


def said(ask: Ask, cases: Iterable[Case], to: int | None = None) -> dict[int, str]:
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
        names = {child: name for child, name in names.items() if is_place(name)}
    own = {case.child_id for case in cases if _is_own(ask, case, to)}
    shown = {child: name if child in own or is_place(name) else children.masked(name) for child, name in names.items()}
    return {case.id: _say(case, shown) for case in cases}


def _is_own(ask: Ask, case: Case, to: int | None) -> bool:
    """Whoever nominated the child, or took that over, knows the name, as long as the squad is theirs."""
    if to is not None:
        return to == case.holder
    mine = ask.me.id in (case.nominator_id, case.holder)
    return mine and any(grant.unit.covers(case.unit) for grant in ask.me.grants)


def _say(case: Case, names: Mapping[int, str]) -> str:
    if case.child_id is None:
        return f"{collective_name(case.unit)} {'集体' if is_star(case.medal) else ''}{label(case.medal)}"
    return " ".join(part for part in (case.unit.name, names.get(case.child_id, ""), label(case.medal)) if part)


def collective_name(unit: Unit) -> str:
    """The unit as a nominee: a school stands for its 大队."""
    return f"{unit.name}大队" if unit.kind == Kind.SCHOOL else unit.name


def reason_of(ask: Ask, sealed: bytes | None) -> str:
    """A sealed reason in clear, for a private chat; empty when none was given."""
    return "" if sealed is None else str(ask.vault.open(sealed))


def has_private(heard: Reading) -> bool:
    """Whether the reader warned of a phone number, an illness, a family matter and the like."""
    return bool(heard.private) or any(issue.startswith("PII_") for issue in heard.issues)


def without_private(reason: str, heard: Reading) -> str:
    """The reason without what the reader calls private: PIPL 28, collect no more than the purpose needs.

    What it warned of but cannot point at costs the whole reason.
    """
    if not has_private(heard):
        return reason
    if not heard.private:
        return ""
    # The reader's words are in this form: １３８ would not be found otherwise.
    reason = unicodedata.normalize("NFKC", reason)
    for words in sorted(heard.private, key=len, reverse=True):
        reason = reason.replace(words, "")
    return reason.strip(" ,、。;:")


def without_name(reason: str, name: str) -> str:
    """The reason without the nominee's name, which has its own table and its own time to be deleted."""
    return reason.replace(name, "该队员") if name else reason


def moment(ask: Ask, at: datetime) -> str:
    """`4月3日 10:20` in the zone of the school."""
    local = at.astimezone(ask.now.tzinfo)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def stands(case: Case) -> str:
    """Where the case stands, never more than the school knows."""
    if case.state is State.APPROVED and higher_level(case.medal):
        return f"大队审核通过,待{higher_level(case.medal)}决定"
    return {
        State.SUBMITTED: "待审",
        State.APPROVED: "校级已通过",
        State.RETURNED: "已退回",
        State.WITHDRAWN: "已撤回",
    }[case.state]


def decided(ask: Ask, step: Step) -> str:
    """`李老师已在4月3日 10:20 退回`; the asker is 您."""
    who = "您" if step.person_id == ask.me.id else step.by
    return f"{who}已在{moment(ask, step.at)} {_DONE[step.state]}"
