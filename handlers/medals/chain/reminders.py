"""What waits too long: its reviewers are reminded, and after a week the office above hears that it may decide."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from handlers.asker import levels
from handlers.catalogue.current import calendar_at
from handlers.kit import Ask, Button, Due, Person, Reply
from handlers.registry import due
from handlers.wording import medals
from storage.medals.nominations import Case
from storage.people import people
from storage.reminders import deliveries

_KIND = "medal-waiting"
# Days after which those who decide are reminded once (design §5: days pending, then the next level).
_REMIND = timedelta(days=3)


def lay_out(ask: Ask, cases: Iterable[Case]) -> None:
    """One letter a person and day, however many wait: what it says is looked at when its time has come."""
    ladders, calendar = levels.Ladders(ask.db), calendar_at(ask.db, ask.me.paths())
    rows = {}
    for case in cases:
        ladder = ladders.of(case.medal, case.unit)
        level = ladder.deciding(case.level)
        for after, at in ((_REMIND, level), (levels.PATIENCE, level), (levels.PATIENCE, ladder.above(level))):
            due_at = calendar.morning_from(ask.today + after)
            day = due_at.date()
            for person in _people(ask, at, case):
                rows[person.id, day] = {
                    "occurrence": f"{_KIND}:{day}", "lead": 0, "person_id": person.id, "kind": _KIND, "day": day,
                    "due_at": due_at,
                }  # fmt: skip
    deliveries.put(ask.db, list(rows.values()))


def _people(ask: Ask, level: str, case: Case) -> list[Person]:
    roles = levels.OFFICES[level][1] if level else frozenset()
    return [each for each in people.above(ask.db, roles, case.unit, ask.now) if each.grants]


@due(_KIND)
def waits(said: Due) -> Reply | None:
    """How much has waited for long, by medal; None when it has been decided on."""
    waiting = levels.waiting(said.db, said.person, said.now)
    late = [case for case in waiting if levels.days_waited(case, said.now) >= _REMIND.days]
    if not late:
        return None
    counts = Counter(medals.kind_of(case) for case in late)
    what = "、".join(f"{name} {count} 件" for name, count in counts.items())
    days = max(levels.days_waited(case, said.now) for case in late)
    return Reply(f"还有提名等您审：{what}，等得最久的 {days} 天。", (Button("待审", "待审"),))
