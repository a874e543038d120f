"""What limits a case: until when its public notice runs, and how many places its kind has (domain §3 G7)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from handlers.catalogue import chain
from handlers.catalogue.current import calendar_at
from handlers.catalogue.model import Row, Step
from handlers.kit import Ask, Button, Refusal
from handlers.programmes.cases import case_rights, case_waiting
from handlers.wording import days, medals
from storage.audit.audit import Action
from storage.organisation import units
from storage.programmes import cases

ANOTHER = "换一类"


def notice_days(row: Row, one: cases.Case) -> int:
    """How many working days a case of this kind stands on public notice."""
    return row.notices.get(one.kind, row.notice)


def notice_ends(ask: Ask, row: Row, one: cases.Case, done: Sequence[cases.CaseStep]) -> date:
    """The last day of the public notice of a case that stands in it."""
    ran: list[tuple[date, date | None]] = []
    for each in done:
        day = each.at.astimezone(ask.now.tzinfo).date()
        if ran and ran[-1][1] is None:
            ran[-1] = (ran[-1][0], day)
        if each.state == chain.NOTICE:
            ran.append((day, None))
    return chain.notice_ends(notice_days(row, one), calendar_at(ask.db, ask.me.paths()).workdays, ran)


def until(ask: Ask, row: Row, one: cases.Case) -> str:
    """公示到4月14日（5 个工作日）, of one that stands on public notice."""
    last = notice_ends(ask, row, one, cases.steps(ask.db, one.id))
    return f"公示到{days.short(last)}（{notice_days(row, one)} 个工作日）"


def check(ask: Ask, row: Row, one: cases.Case, step: Step, words: str) -> None:
    """
    Raises Refusal where the step takes a place and none is left; `words` that are 破例 and a listed reason let it.

    Counted while nobody else counts, so that two at once never take the last place.
    """
    cap = _cap(row, one.kind)
    if step.to != chain.DECIDED or not cap:
        return
    cases.lock(ask.db, row.key, one.period, one.kind)
    count = _taken(ask, row, one, decided=True)
    if count < cap:
        return
    reason = words.removeprefix("破例").strip()
    if not words.startswith("破例") or reason not in medals.EXCEPTIONS:
        ways = (
            Button(each, case_waiting.COMMAND, f"{one.number} {step.action} 破例 {each}") for each in medals.EXCEPTIONS
        )
        full = f"{one.kind} 已满 {count}/{cap}，可以换一类，可以退回，或者选一个理由破例。"
        raise Refusal(f"{one.number} 还不能{step.action}，没有改。{full}", another(one), *ways)
    ask.note(Action.EXCEPTED, one.unit, f"case:{one.number}", what=reason)


def another(one: cases.Case) -> Button:
    """Offers the kinds that have free places."""
    return Button(ANOTHER, case_waiting.COMMAND, f"{one.number} {ANOTHER}")


def free(ask: Ask, row: Row, one: cases.Case) -> dict[str, int]:
    """Other kind for the same nominee → how many of its places are left."""
    same = one.kind in row.collective
    kinds = (each for each in row.kinds if each != one.kind and (each in row.collective) == same and _cap(row, each))
    fits = [each for each in kinds if row.only.get(each, one.unit_kind) == one.unit_kind]
    left = {each: _cap(row, each) - _taken(ask, row, replace(one, kind=each), decided=True) for each in fits}
    return {kind: count for kind, count in left.items() if count > 0}


def over(ask: Ask, row: Row, one: cases.Case) -> str:
    """That more are put forward than there are places; empty otherwise (domain §3 G7)."""
    cap = _cap(row, one.kind)
    count = _taken(ask, row, one, decided=False) if cap else 0
    return f"{one.kind}名额 {cap} 个，这是第 {count} 个，超额，评定时要取舍。" if count > cap else ""


def _cap(row: Row, kind: str) -> int:
    return row.caps.get(kind, row.cap_each)


def _taken(ask: Ask, row: Row, one: cases.Case, decided: bool) -> int:
    """How many of its kind and period stand in the part of the tree that decides on it."""
    by = next((each.by for each in row.chain if each.to == chain.DECIDED), row.chain[-1].by)
    kinds, _ = case_rights.LEVELS.get(by, case_rights.NOBODY)
    offices = [each for each in units.around(ask.db, one.path, kinds) if each.kind in kinds]
    path = units.sphere(offices[-1]) if offices else "/" + one.path.split("/")[1] + "/"
    found = cases.standing(ask.db, row.key, one.period, [path], one.kind)
    before = {step.state for step in row.chain if step.action == chain.APPROVE} | chain.FAILED
    return sum(each.state not in (before if decided else chain.FAILED) for each in found)
