"""The notice of 催: what is asked of whoever reports a row for a unit."""

from handlers.catalogue import current
from handlers.kit import Due, Reply
from handlers.programmes.asked import duty_zeros
from handlers.registry import due
from handlers.wording import lines
from scheduling import spans
from scheduling.occasions import Cleared


@due("report", letter=False)
def remind(said: Due) -> Reply | None:
    """The notice; None when the report has come, or is no longer this person's."""
    row = current.catalogue_of(said.db).by_key.get(said.payload["row"])
    unit = next((each for each in said.person.units() if each.id == said.payload["unit_id"]), None)
    if row is None or unit is None:
        return None
    period = str(said.payload["period"])
    found = lines.targets(said.db, row, [unit.path], period, said.now.date())
    if not any(each.unit_id == unit.id and not each.done for each in found):
        raise Cleared
    when = spans.said(period, said.now.date())
    of = duty_zeros.period_said(row, period, said.now.date())
    return Reply(f"老师好，{unit.name}{when}的{row.name}还没有报。改好数字发给我就行：\n{unit.name} {of}{row.example}")
