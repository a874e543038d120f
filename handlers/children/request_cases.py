"""The guardians' requests that a school works on: which one is meant, how it is written, when it is due."""

from collections.abc import Iterator

from handlers.catalogue import loader
from handlers.kit import Ask, Button, Denied, Due, Refusal, Reply, Role, Waiting
from handlers.registry import due
from handlers.wording import days, places
from handlers.wording.numbers import CaseNumbers
from scheduling.calendar import DAY
from scheduling.occasions import Row, Span
from storage.children import children, guardian_requests
from storage.people import people

WORKING_DAYS = 15
# So many working days before the last one; after it on as many, and then on every fifth.
_LEADS, _DAYS_OVER = (5, 2, 0), 5
IN_CHARGE = frozenset({Role.SCHOOL_ADMIN, Role.DATA_OFFICER})
_SAID = {
    guardian_requests.Wanted.VIEW: "查看",
    guardian_requests.Wanted.CORRECT: "更正",
    guardian_requests.Wanted.ERASE: "删除",
}
LIST = Button("家长申请", "家长申请")


def _known(ask: Ask) -> list[str]:
    return [each.number for each in guardian_requests.waiting(ask.db, ask.me.paths(IN_CHARGE))]


NUMBERS = CaseNumbers(guardian_requests.LETTER, "家长申请", _known)


def about(ask: Ask, found: guardian_requests.Request) -> str:
    """删除 三(2)中队 王*明; where no child is named without the name."""
    whom = [found.child_id] if found.child_id is not None and ask.may_name else []
    names = children.names(ask.db, ask.vault, whom)
    return " ".join([_SAID[found.kind], found.unit.name, *map(children.masked, names.values())])


def in_inbox(ask: Ask) -> list[Waiting]:
    """The open ones, for 待办; whose they are is not said there."""
    return [
        Waiting(one.number, f"家长申请{_SAID[one.kind]}，{one.unit.name}，{days.short(one.due)}前", one.received_at,
                Button("看", "家长申请", one.number))
        for one in guardian_requests.waiting(ask.db, ask.me.paths(IN_CHARGE))
    ]  # fmt: skip


def settle(ask: Ask, found: guardian_requests.Request, state: str, outcome: str = "") -> None:
    """The request is done, or declined."""
    if not guardian_requests.settle(ask.db, ask.vault, found, state, ask.me.id, ask.now, outcome):
        raise Refusal(f"{found.number} 刚被别人办结了。", LIST)


def named(ask: Ask, word: str) -> tuple[guardian_requests.Request, str]:
    """(the open request that the arguments begin with, the rest); raises Refusal or Denied."""
    if not ask.message.private or ask.message.channel in ask.nameless:
        raise Refusal("家长申请请在能保密的私聊里办：不在群里，也不在存到境外的平台上。")
    number, rest = NUMBERS.first(ask, ask.args)
    if not number:
        raise Refusal(f"请写上编号，像这样：{word} {NUMBERS.like(ask)}。发「家长申请」看编号。", LIST)
    return by_number(ask, number, word), rest


def by_number(ask: Ask, number: str, word: str) -> guardian_requests.Request:
    """The one with this number, still open and the asker's; raises Refusal, or Denied."""
    found = guardian_requests.by_number(ask.db, number)
    none = f"{NUMBERS.unknown(ask, number)}发「家长申请」看没办的。"
    if found is None:
        raise Refusal(none, LIST)
    if not any(each.covers(found.unit) for each in places.scope(ask.me, IN_CHARGE)):
        raise Denied(none, LIST, what=word, subject=f"request:{number}")
    if found.state != "open":
        raise Refusal(f"{number} 已经办结了。", LIST)
    return found


def _nearly_due(span: Span) -> Iterator[Row]:
    """To whoever is in charge, so many working days before the last one; after it each day, later once a week."""
    worked, deadline = span.calendar.workdays.worked, span.calendar.workdays.deadline
    until = deadline(span.last, max(_LEADS))
    waiting = guardian_requests.waiting(span.db, span.whose.paths(IN_CHARGE) if span.whose else None, until)
    for day in filter(worked, loader.days_after(span.first - DAY, span.last)):
        for one in waiting:
            left = (one.due - day).days
            over = sum(map(worked, loader.days_after(one.due, day)))
            before = left >= 0 and sum(map(worked, loader.days_after(day, one.due))) in _LEADS
            if before or 0 < over <= _DAYS_OVER or (over and not over % _DAYS_OVER):
                at = span.calendar.instant(day, span.calendar.times.morning)
                row = {"occurrence": f"guardian:{one.id}", "lead": left, "day": one.due, "due_at": at}
                for person in people.above(span.db, IN_CHARGE, one.unit, span.now):
                    if person.grants:
                        yield {**row, "person_id": person.id, "payload": {"number": one.number}}


@due("guardian", rank=2, found=_nearly_due)
def remind(said: Due) -> Reply | None:
    """A request is nearly due, or over; None when it was settled, or is no longer this person's."""
    found = guardian_requests.by_number(said.db, said.payload["number"])
    if found is None or found.state != "open":
        return None
    if not any(each.covers(found.unit) for each in said.person.units(IN_CHARGE)):
        return None
    worked = loader.calendar_of(said.db).workdays.worked
    left = sum(map(worked, loader.days_after(said.now.date(), found.due)))
    when = "今天到期" if found.due == said.now.date() else f"还有 {left} 个工作日" if left else "已经过期"
    what = f"{_SAID[found.kind]}，{found.unit.name}"
    return Reply(
        f"家长申请 {found.number}（{what}）要在 {days.short(found.due)} 前办完，{when}。发「办理 {found.number}」。",
        (Button("办理", "办理", found.number), LIST),
    )
