"""The nudge to those who are waited for in cases, and the reasons for which they are sent back."""

from handlers.catalogue import chain
from handlers.catalogue.loader import calendar_of
from handlers.catalogue.model import Row
from handlers.kit import Ask, Button, Reply
from handlers.programmes.cases import case_rights, case_waiting
from handlers.programmes.reports import signoff
from storage.programmes import cases
from storage.reminders import deliveries

_MOST_OPEN = 300


def nudge(ask: Ask, row: Row, paths: list[str]) -> Reply:
    """One notice to each who is waited for in what is open; once a day for each case and person."""
    found = cases.waiting(ask.db, {row.key: row.waiting}, paths, _MOST_OPEN)
    calendar = calendar_of(ask.db)
    fixed = {"lead": 0, "kind": "case-nudge", "day": ask.today, "due_at": calendar.awake(ask.now)}
    rows = [
        {**fixed, "occurrence": f"case-nudge:{one.id}:{ask.today}", "person_id": person.id,
         "payload": {"id": one.id, "due": str(one.due)}}
        for one in found
        for by in {each.by for each in chain.steps_at(row, one.state) if not each.optional}
        for person in case_rights.deciders(ask.db, by, one, ask.now)
        if person.id != ask.me.id
    ]  # fmt: skip
    new = deliveries.put(ask.db, list({(each["occurrence"], each["person_id"]): each for each in rows}.values()))
    if not found:
        return Reply(f"{row.name}没有没办完的，不用催。")
    return Reply(f"{row.name}有 {len(found)} 件没有办完，" + (f"已发出 {new} 条提醒。" if new else "今天都催过了。"))


def reasons(one: cases.Case, action: str) -> tuple[Button, ...]:
    """Why it is sent back, as buttons: the reasons for reports serve for cases."""
    return tuple(Button(each, case_waiting.COMMAND, f"{one.number} {action} {each}") for each in signoff.REASONS)
