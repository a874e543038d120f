"""What is said of cases at a time: before the last day, the day after, and when somebody is nudged."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from handlers.catalogue import chain, current
from handlers.kit import Button, Due, Person, Reply
from handlers.programmes.cases import case_rights, case_waiting, case_words
from handlers.registry import due
from scheduling.occasions import Cleared, Row, Span, leading
from storage.programmes import cases

# Days before the last day on which who is waited for is reminded, where the row does not say.
_LEADS = (7, 1)


def _before_the_day(span: Span) -> Iterator[Row]:
    """Whoever is waited for is reminded before the day, whoever opened it as well the day after."""
    by_key = current.catalogue_of(span.db).by_key
    furthest = max((*_LEADS, *(lead for row in by_key.values() for lead in row.remind)))
    for one in cases.open_until(span.db, span.first - timedelta(days=10), span.last + timedelta(days=furthest + 70)):
        row = by_key.get(one.row)
        if row is None or one.due is None:
            continue
        waited = {each.by for each in chain.steps_at(row, one.state) if not each.optional}
        if span.whose and one.person_id != span.whose.id and not _is_one_of(span.whose, waited, one):
            continue
        for lead, at in leading(span.at([one.path]), one.due, (*(row.remind or _LEADS), -1)):
            ids = {person.id for by in waited for person in case_rights.deciders(span.db, by, one, span.now)}
            made = {"occurrence": f"case:{one.id}:{one.due}", "lead": lead, "day": one.due, "due_at": at}
            for id in ids | {one.person_id} if lead < 0 else ids:
                yield {**made, "person_id": id, "payload": {"id": one.id, "due": str(one.due)}}


def _is_one_of(person: Person, waited: Iterable[str], one: cases.Case) -> bool:
    return any(case_rights.is_level(person, by, one) for by in waited)


@due("case-nudge", letter=False)
def nudged(said: Due) -> Reply | None:
    """By hand, the same."""
    return reminder(said)


@due("case", rank=2, found=_before_the_day)
def reminder(said: Due) -> Reply | None:
    """Before the day, and the day after; None when it is done, has another day, or is no longer this person's."""
    one = cases.by_id(said.db, said.payload["id"])
    row = current.catalogue_of(said.db).by_key.get(one.row) if one else None
    if one is None or row is None or str(one.due) != said.payload["due"]:
        return None
    if one.closed_at:
        raise Cleared
    able = case_rights.possible(said.person, row, one, cases.steps(said.db, one.id))
    if not able and one.person_id != said.person.id:
        return None
    text = f"老师好，{one.number} {one.unit_name} {row.name}：{case_words.state(row, one, said.now.date())}。"
    return Reply(text, (Button("查看", case_waiting.COMMAND, one.number),))
