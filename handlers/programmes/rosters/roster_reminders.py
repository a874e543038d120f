"""Posts and terms that end: said in time to whoever entered them."""

from collections.abc import Iterator
from datetime import timedelta

from handlers.catalogue import current
from handlers.kit import Button, Due, Reply
from handlers.registry import due
from handlers.wording import days
from scheduling.occasions import Row, Span, leading
from storage.programmes import holdings

# A reminder is moved forward over a summer at most.
_SUMMER = timedelta(days=75)


def _soon_over(span: Span) -> Iterator[Row]:
    """Whoever entered it is reminded before it ends."""
    rows = {row.key: row for row in current.catalogue_of(span.db).rows if row.shape == "roster" and row.remind}
    furthest = timedelta(days=max((lead for row in rows.values() for lead in row.remind), default=0))
    whose = span.whose.id if span.whose else None
    for one, by in holdings.over_between(span.db, list(rows), span.first, span.last + furthest + _SUMMER, whose):
        for lead, at in leading(span.at([one.path]), one.until, rows[one.row].remind) if one.until else ():
            made = {"occurrence": f"holding:{one.id}:{one.until}", "lead": lead, "day": one.until, "due_at": at}
            yield {**made, "person_id": by, "payload": {"id": one.id, "until": str(one.until)}}


@due("holding", rank=3, found=_soon_over)
def ends(said: Due) -> Reply | None:
    """The reminder before the end; None when it was renewed or ended."""
    one = holdings.by_id(said.db, said.payload["id"])
    row = current.catalogue_of(said.db).by_key.get(one.row) if one else None
    if one is None or row is None or one.ended or str(one.until) != said.payload["until"]:
        return None
    buttons = (Button("续一年", "续", f"H{one.id} 一年"), Button("结束", "结束", f"H{one.id}"))
    return Reply(f"{one.unit_name}的{row.name} H{one.id} {days.short(said.day)}到期，还有 {said.lead} 天。", buttons)
