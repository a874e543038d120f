"""催: those who have not reported a row, and only they."""

from typing import Any

from handlers.catalogue.loader import calendar_of
from handlers.kit import Ask, Refusal, Reply
from handlers.programmes.asked import duty_plan
from handlers.programmes.cases import case_reminders
from handlers.programmes.figures import asked_line
from handlers.registry import command
from handlers.wording import lines, programmes
from scheduling import spans
from storage.people import accounts, people
from storage.reminders import deliveries

MOST_NUDGED = 3000


@command(
    "催",
    who=programmes.READERS,
    group="周报",
    rank=27,
    help="催还没报一项工作的单位",
    examples=("催 月方案",),
    follows=r"\S",
)
def chase(ask: Ask) -> Reply:
    """One notice to each who reports for a unit that is missing; once a day for each row and unit."""
    line, at = asked_line.line_of(ask, "催")
    if line.row.shape == "case":
        return case_reminders.nudge(ask, line.row, [unit.path for unit in at])
    if not line.missing or line.row.shape == "roster":
        return Reply(f"{spans.said(line.period, ask.today)} {line.row.name}没有缺报的，不用催。")
    if len(line.missing) > MOST_NUDGED:
        raise Refusal(f"缺 {len(line.missing)} 家，一次催不完。请写上单位：催 {line.row.name} 单位名")
    roles = frozenset(line.row.who) or programmes.REPORTERS_OF_ALL
    holders = people.holding(ask.db, roles, [each.path for each in line.missing], ask.now)
    reached = accounts.best(ask.db, [person.id for person in holders])
    wanted = {each.unit_id for each in line.missing}
    owed = duty_plan.occurrence(line.row, line.period)
    already = deliveries.told(ask.db, "duty", owed, calendar_of(ask.db).midnight(ask.now))
    rows = [
        _notice(ask, line, grant.unit.id, person.id, reached[person.id][0])
        for person in holders
        for grant in person.grants
        if grant.unit.id in wanted and person.id in reached and grant.role in programmes.roles_for(line.row, grant.unit)
    ]
    # Today's letter has asked for it already.
    new = deliveries.put(ask.db, [row for row in rows if row["person_id"] not in already])
    silent = len(wanted) - len({row["payload"]["unit_id"] for row in rows})
    told = f"已向 {new} 位老师发出提醒。" if new else "今天都提醒过了，不重复打扰。"
    nobody = f"\n{silent} 家还没有人能收到，请先「邀请」。" if silent else ""
    return Reply(f"{told}{nobody}")


def _notice(ask: Ask, line: lines.Line, unit_id: int, person_id: int, channel: str) -> dict[str, Any]:
    return {
        "occurrence": f"report:{line.row.key}:{line.period}:{unit_id}:{ask.today}", "lead": 0,
        "person_id": person_id, "kind": "report", "day": ask.today, "channel": channel,
        "due_at": calendar_of(ask.db).awake(ask.now),
        "payload": {"row": line.row.key, "period": line.period, "unit_id": unit_id},
    }  # fmt: skip
