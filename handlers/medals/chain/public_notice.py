"""The public notice of a medal that was decided on: until when it stands, and who is told that it ends."""

from collections.abc import Sequence
from datetime import date

from handlers.asker import levels
from handlers.catalogue import chain
from handlers.catalogue.current import calendar_at
from handlers.catalogue.loader import calendar_of
from handlers.kit import Ask, Button, Due, Reply
from handlers.registry import due
from handlers.wording import medals
from storage.medals import nominations
from storage.medals.states import State
from storage.people import people
from storage.reminders import deliveries

AWARD = "授予"
_KIND = "medal-notice"


def first_end(ask: Ask, working_days: int) -> date:
    """The last day of a notice that begins today, which is its first day (golden case G17)."""
    return chain.notice_ends(working_days, calendar_at(ask.db, ask.me.paths()).workdays, [(ask.today, None)])


def end_after_objection(ask: Ask, case: nominations.Case) -> date:
    """The last day once an objection is settled today: the clock stood still where it was made."""
    times = [*ran(ask, case), (ask.today, None)]
    return end_of(ask, case, times)


def end_of(ask: Ask, case: nominations.Case, times: Sequence[tuple[date, date | None]]) -> date:
    """The last day of a notice that ran at these times."""
    count = levels.Ladders(ask.db).notice_days(case.medal)
    return chain.notice_ends(count, calendar_at(ask.db, ask.me.paths()).workdays, times)


def ran(ask: Ask, case: nominations.Case) -> list[tuple[date, date | None]]:
    """From which day until which objection it ran, from the day on which it was put up; the last one may still do."""
    times: list[tuple[date, date | None]] = []
    for step in nominations.steps(ask.db, case.id):
        day = step.at.astimezone(ask.now.tzinfo).date()
        if step.state is State.NOTICE:
            times.append((day if times else case.notice_from or day, None))
        elif times and times[-1][1] is None:
            times[-1] = (times[-1][0], day)
    return times


def lay_out(ask: Ask, cases: Sequence[nominations.Case], ladders: levels.Ladders) -> None:
    """Whoever awards these hears on the last day of their notice what ends, in one letter for all of a day."""
    rows, calendar = {}, calendar_of(ask.db)
    for case in cases:
        until = case.notice_until
        assert until is not None
        level = ladders.of(case.medal, case.unit).deciding(case.level)
        for person in people.above(ask.db, levels.OFFICES[level][1], case.unit, ask.now):
            if person.grants:
                rows[person.id, until] = {
                    "occurrence": f"medal-notice:{until}", "lead": 0, "person_id": person.id, "kind": _KIND,
                    "day": until, "due_at": calendar.instant(until, calendar.times.morning),
                }  # fmt: skip
    deliveries.put(ask.db, list(rows.values()))


@due(_KIND)
def ends_today(said: Due) -> Reply | None:
    """What ends today, by medal; None when nothing does any more."""
    found = nominations.on_notice(said.db, said.person.paths(levels.DECIDERS), said.day, said.day)
    mine = [case for case in found if awards(said.person.roles, case, levels.Ladders(said.db))]
    if not mine:
        return None
    counts: dict[str, int] = {}
    for case in mine:
        counts[medals.kind_of(case)] = counts.get(medals.kind_of(case), 0) + 1
    what = "、".join(f"{name} {count} 件" for name, count in counts.items())
    text = f"今天公示期满：{what}。没有异议的，明天起发「{AWARD}」；有异议，今天内发「异议 编号 理由」。"
    return Reply(text, (Button("看公示中的", AWARD),))


def awards(roles: frozenset[people.Role], case: nominations.Case, ladders: levels.Ladders) -> bool:
    """Whether one of these roles awards it: the level that has decided, never a level above or below."""
    ladder = ladders.of(case.medal, case.unit)
    return not roles.isdisjoint(levels.OFFICES[ladder.deciding(case.level)][1])
