"""What is said of cases at a time: before the last day, the day after, and when somebody is nudged."""

from datetime import timedelta

from handlers.catalogue import chain, current
from handlers.catalogue.model import Row
from handlers.kit import Ask, Button, Due, Reply
from handlers.programmes import signoff
from handlers.programmes.cases import case_rights, case_waiting, case_words
from handlers.registry import due
from storage.programmes import cases
from storage.reminders import deliveries

_MOST_OPEN = 300
# Days before the last day on which who is waited for is reminded, where the row does not say.
_LEADS = (7, 1)


def remind(ask: Ask, row: Row, one: cases.Case) -> None:
    """Whoever is waited for is reminded before the day, whoever opened it as well the day after."""
    if one.due is None:
        return
    waited = {each.by for each in chain.steps_at(row, one.state) if not each.optional}
    ids = {person.id for by in waited for person in case_rights.deciders(ask.db, by, one, ask.now)}
    morning = ask.now.replace(hour=8, minute=10, second=0, microsecond=0)
    rows = [
        {
            "occurrence": f"case:{one.id}:{one.due}", "lead": lead, "person_id": id, "kind": "case", "day": one.due,
            "due_at": morning + (one.due - timedelta(lead) - ask.today),
            "payload": {"id": one.id, "due": str(one.due)},
        }
        for lead in (*(row.remind or _LEADS), -1)
        for id in (ids | {one.person_id} if lead < 0 else ids)
        if one.due - timedelta(lead) > ask.today
    ]  # fmt: skip
    deliveries.put(ask.db, rows)


def nudge(ask: Ask, row: Row, paths: list[str]) -> Reply:
    """One notice to each who is waited for in what is open; once a day for each case and person."""
    found = cases.waiting(ask.db, {row.key: chain.waiting(row)}, paths, _MOST_OPEN)
    fixed = {"lead": 0, "kind": "case", "day": ask.today, "due_at": ask.now}
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


@due("case")
def reminder(said: Due) -> Reply | None:
    """Before the day, and the day after; None when it is done, has another day, or is no longer this person's."""
    one = cases.by_id(said.db, said.payload["id"])
    row = current.catalogue_of(said.db).by_key.get(one.row) if one else None
    if one is None or row is None or one.closed_at or str(one.due) != said.payload["due"]:
        return None
    able = case_rights.possible(said.person, row, one, cases.steps(said.db, one.id))
    if not able and one.person_id != said.person.id:
        return None
    text = f"老师好，{one.number} {one.unit_name} {row.name}：{case_words.state(row, one, said.now.date())}。"
    return Reply(text, (Button("查看", case_waiting.COMMAND, one.number),))


def reasons(one: cases.Case, action: str) -> tuple[Button, ...]:
    """Why it is sent back, as buttons: the reasons for reports serve for cases."""
    return tuple(Button(each, case_waiting.COMMAND, f"{one.number} {action} {each}") for each in signoff.REASONS)
