"""The chain of a row: in which states its cases are, and which steps lead on; pure."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from handlers.catalogue.model import Row
from handlers.catalogue.parts import Step
from scheduling import spans
from scheduling.calendar import Workdays

# The states that chains of honours share, as people read them; all others are words already.
_STATES: Mapping[str, str] = {
    "submitted": "待审", "ok_1": "初审通过", "ok_2": "复审通过", "decided": "已评定", "notice": "公示中",
    "objection": "有异议", "awarded": "已授予", "presented": "已颁发", "returned": "已退回", "rejected": "不通过",
    "revoking": "请求撤销", "revoked": "已撤销", "withdrawn": "已撤回",
}  # fmt: skip
APPROVE, NOTICE, RETURNED, WITHDRAWN, DECIDED = "同意", "notice", "returned", "withdrawn", "decided"
_DAY = timedelta(days=1)
# A case in one of these takes no place.
FAILED = frozenset({RETURNED, "rejected", "revoked", WITHDRAWN})


def state_name(state: str) -> str:
    """The state as people read it: submitted → 待审, 待整改 as it is."""
    return _STATES.get(state, state)


def first(row: Row) -> str:
    """The state in which a case begins."""
    return row.chain[0].state


def steps_at(row: Row, state: str) -> list[Step]:
    """What may be done in this state, by somebody."""
    return [each for each in row.chain if each.state == state]


def is_closed(row: Row, state: str) -> bool:
    """Whether nobody is waited for in this state."""
    return state not in row.waiting


def actions(row: Row) -> dict[str, str]:
    """Every word for a step of the row → its action."""
    return {word: each.action for each in row.chain for word in (each.action, *each.words)}


def named(row: Row, words: str) -> str:
    """The action that the words begin with, of several the longest; empty without one."""
    found = [word for word in actions(row) if words.startswith(word)]
    return max(found, key=len, default="")


def period_of(row: Row, day: date) -> str:
    """The year, school year or two years whose places it takes: a round is one of its year."""
    kind = row.period if row.period in ("term", "school_year", "two_years") else "year"
    return spans.label_of(kind, day)


def notice_ends(count: int, workdays: Workdays, ran: Sequence[tuple[date, date | None]]) -> date:
    """
    The last of `count` working days of a public notice: the day of the notice itself is day 1 (golden case G17).

    `ran`: from which day until which it ran, the last one still does; in between an objection stops the clock.
    """
    begun = ran[-1][0]
    for first, stopped in ran:
        day = workdays.deadline(first - _DAY, 1)
        while stopped and day < stopped and count > 1:
            day, count = workdays.deadline(day, 1), count - 1
    return workdays.deadline(begun - _DAY, count)
