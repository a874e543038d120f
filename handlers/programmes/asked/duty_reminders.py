"""The duties of the catalogue: asked for before their day, then, while they are missing, level by level."""

from datetime import timedelta

from handlers.attendance import ladder
from handlers.catalogue.loader import calendar_of
from handlers.catalogue.model import Row
from handlers.kit import Button, Due, Reply, Role, Unit
from handlers.programmes.asked import duty_plan, duty_zeros
from handlers.registry import due
from handlers.wording import lines, programmes
from scheduling import spans
from scheduling.occasions import Cleared
from storage.programmes import coverage


@due("duty", rank=2, use=timedelta(days=3), asked=duty_zeros.asked, each=duty_plan.owed)
def remind(said: Due) -> Reply | None:
    """Before and just after its day: what the person has to report; later: who below has not."""
    row = duty_zeros.row_of(said)
    if row is None:
        return None
    duty = calendar_of(said.db).duty
    if said.lead > -duty.brigade:
        return _own(said, row)
    if said.lead > -duty.above[0]:
        schools = [each.unit for each in said.person.grants if each.role == Role.BRIGADE]
        return _below(said, row, schools, duty_plan.IN_SCHOOLS)
    held = (each for each in said.person.grants if each.role in duty_plan.ABOVE)
    at = [each.unit for each in held if duty_plan.days_after(duty, each.role) == -said.lead]
    return _below(said, row, at, frozenset(row.at))


def _own(said: Due, row: Row) -> Reply | None:
    own = programmes.units_for(said.person, row)
    targets = _targets(said, row, own)
    mine = [each for each in targets if each.unit_id in {unit.id for unit in own}]
    if not mine:
        return None
    left = [each for each in mine if not each.done]
    if not left:
        raise Cleared
    when, name = spans.said(said.payload["period"], said.now.date()), left[0].name
    more = f"等 {len(left)} 个单位" if len(left) > 1 else ""
    past = (said.now.date() - said.day).days
    by = f"{spans.said(said.day.isoformat(), said.now.date())}到期" + (f"，已过 {past} 天" if past > 0 else "")
    of = duty_zeros.period_said(row, said.payload["period"], said.now.date())
    text = f"{name}{more}{when}的{row.name}还没有报（{by}）。改好数字发给我就行：\n{name} {of}{row.example}"
    tell = Button(f"报{row.name}", "上报", f"{of}{row.name}")
    return Reply(text, (tell, duty_zeros.nothing(said, row, name)), name=row.name)


def _below(said: Due, row: Row, at: list[Unit], kinds: frozenset[str]) -> Reply | None:
    own = {unit.id for unit in programmes.units_for(said.person, row)}
    found = [each for each in _targets(said, row, at) if each.unit_id not in own and each.kind in kinds]
    left = [each for each in found if not each.done]
    if not found:
        return None
    missing = ladder.unseen(said, at, map(_unit, left))
    if not missing:
        raise Cleared
    when = spans.said(said.payload["period"], said.now.date())
    roles = frozenset(row.who) or programmes.REPORTERS_OF_ALL
    reported = (_unit(each) for each in found if each.done and each.state != coverage.EXCUSED)
    rung = ladder.rung(said, at, reported, missing, roles, len(left) - len(missing))
    nudge = Button("催", "催", f"{row.name} {said.payload['period']}")
    return Reply(
        f"{when}的{row.name}{spans.said(said.day.isoformat(), said.now.date())}到期，{rung.text}",
        (nudge, *rung.buttons),
        name=row.name,
    )


def _unit(one: coverage.Target) -> ladder.Below:
    return ladder.Below(one.unit_id, f"{one.school}{one.name}", one.path)


def _targets(said: Due, row: Row, at: list[Unit]) -> list[coverage.Target]:
    paths = [unit.path for unit in at]
    return lines.targets(said.db, row, paths, said.payload["period"], said.now.date()) if paths else []
