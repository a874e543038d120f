"""催办: reminds the counselors of exactly the squads that have not checked in, once a week each."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from handlers.attendance.requests import Asked
from handlers.catalogue import loader
from handlers.kit import ADMINS, Ask, Button, Due, Refusal, Reply, Role, Unit
from handlers.registry import command, due
from handlers.wording import places, weeks
from scheduling import periods
from scheduling.occasions import Cleared
from storage.checkins import weekly_coverage
from storage.people import accounts, people
from storage.reminders import deliveries

MOST_NAMES = 10
_ALL = re.compile("^(?:全部|所有|大家|全校|都)")
# More would keep everybody else waiting: a county has some thousand.
MOST_SQUADS = 3000


@dataclass(frozen=True, slots=True)
class _Plan:
    """One row a counselor and squad, the squads without a counselor, and those whose counselors nothing reaches."""

    rows: list[dict[str, Any]]
    empty: list[weekly_coverage.Squad]
    silent: list[weekly_coverage.Squad]


@command(
    "催办", "nudge", who=ADMINS, group="周报", rank=15, help="提醒没签到的中队，每周一次",
    examples=("催办", "催办 上周"),
)  # fmt: skip
def nudge(ask: Ask) -> Reply:
    """Lay out one reminder for each counselor of a missing squad; pressing again adds nothing."""
    period, words = weeks.period_in(weeks.taught(ask, ask.args), ask.today)
    when = weeks.period_name(period, ask.today)
    this = periods.week_of(ask.today)
    if period.week not in (this, periods.week_before(this)):
        raise Refusal(
            f"只能催本周和上周的，{when}已经过去太久。发「未签到 {weeks.week_said(period.week, ask.today)}」看名单。"
        )
    at = places.chosen(ask, ADMINS, _ALL.sub("", words), "催办", f"{period.week} {{}}")
    ask.rollups.flush(ask.db)
    missing, squads = weekly_coverage.missing(ask.db, period.week, [unit.path for unit in at])
    if not missing:
        return Reply(f"{when} {squads} 个中队都报了，不用催。" if squads else "您负责的范围里还没有中队。")
    if len(missing) > MOST_SQUADS:
        raise Refusal(f"{when}有 {len(missing)} 个中队没签到，一次催不完。请各区县自己催，或写上单位：催办 单位名")
    plan = _plan(ask, period.week, at, missing)
    calendar = loader.calendar_of(ask.db)
    at_night = {"due_at": calendar.awake(ask.now)}
    asked = deliveries.chased(ask.db, {row["person_id"] for row in plan.rows}, calendar.midnight(ask.now))
    rows = [{**row, **at_night} for row in plan.rows if row["person_id"] not in asked]
    hour = calendar.times.quiet_until
    later = f"早上 {hour.hour}:{hour:%M} 送到" if at_night["due_at"] > ask.now else ""
    return Reply(_answer(when, plan, deliveries.put(ask.db, rows), later))


def _plan(ask: Ask, week: str, at: Iterable[Unit], missing: list[weekly_coverage.Squad]) -> _Plan:
    counselors = people.holding(ask.db, [Role.COUNSELOR], [unit.path for unit in at], ask.now)
    reached = accounts.best(ask.db, [person.id for person in counselors])
    joined = accounts.joined(ask.db, [person.id for person in counselors])
    # Who never joined is nobody who could write to us: they need a code.
    here = [person for person in counselors if person.id in joined]
    of_squad: dict[int, list[int]] = {grant.unit.id: [] for person in here for grant in person.grants}
    for person in here:
        for grant in person.grants:
            if person.id in reached:
                of_squad[grant.unit.id].append(person.id)
    rows = [
        _row(ask, week, squad, person_id, reached[person_id][0])
        for squad in missing
        for person_id in of_squad.get(squad.id, ())
    ]
    silent = [squad for squad in missing if of_squad.get(squad.id) == []]
    return _Plan(rows, [squad for squad in missing if squad.id not in of_squad], silent)


def _row(ask: Ask, week: str, squad: weekly_coverage.Squad, person_id: int, channel: str) -> dict[str, Any]:
    return {
        "occurrence": f"nudge:{week}:{squad.id}",
        "lead": 0,
        "person_id": person_id,
        "kind": "nudge",
        "day": ask.today,
        "channel": channel,
        "payload": {"week": week, "unit_id": squad.id},
    }


def _answer(when: str, plan: _Plan, new: int, later: str) -> str:
    lines = []
    if new:
        lines.append(f"已向辅导员发出 {new} 条提醒，请补{when}的签到{f'，{later}' if later else ''}。")
    already = len(plan.rows) - new
    if already:
        lines.append(f"{'另有 ' if new else ''}{already} 条{when}已经提醒过，不重复打扰。")
    if plan.silent:
        # On some platforms we may write only to those who have written to us.
        told = "请这些老师私聊我发一句「帮助」，以后就送得到。"
        lines.append(f"提醒送不到这些中队的辅导员：{_listed(plan.silent)}。{told}")
    if plan.empty:
        example = f"邀请 中队辅导员 {plan.empty[0].name}"
        lines.append(f"还没有辅导员加入：{_listed(plan.empty)}。请老师加入，可以发：{example}")
    return "\n".join(lines)


def _listed(squads: list[weekly_coverage.Squad]) -> str:
    # One more than the most is named as well: that is as short.
    most = MOST_NAMES + (len(squads) == MOST_NAMES + 1)
    shown = "、".join(f"{squad.school}{squad.name}" for squad in squads[:most])
    return shown + (f"等 {len(squads)} 个" if len(squads) > most else "")


def asked(said: Due) -> list[Asked]:
    """The check-in of the squad's week."""
    week, today = said.payload["week"], said.now.date()
    squad = next((unit for unit in said.person.units([Role.COUNSELOR]) if unit.id == said.payload["unit_id"]), None)
    if squad is None:
        return []
    when = weeks.period_name(weeks.Period(week), today)
    # Without a date it would be a check-in of today.
    day = (
        weeks.last_school_day(week, loader.calendar_of(said.db).workdays.worked)
        if week < periods.week_of(today)
        else ""
    )
    report = Button("", "签到", " ".join(filter(None, (squad.name, "主题队日", day))))
    nothing = Button("", "签到", f"{squad.name} {when}没有活动")
    names = f"{squad.name}{when}签到", f"{when}签到", "签到", "主题队日"
    return [Asked(f"{squad.name}{when}", names, squad.name, today, nothing, report, squad.members or None)]


@due("nudge", letter=False, use=timedelta(hours=12), asked=asked)
def remind(said: Due) -> Reply | None:
    """The reminder itself; None when the squad has reported meanwhile or is no longer this counselor's."""
    found = asked(said)
    if not found:
        return None
    squad = next(unit for unit in said.person.units([Role.COUNSELOR]) if unit.id == said.payload["unit_id"])
    if not weekly_coverage.missing(said.db, said.payload["week"], [squad.path])[0]:
        raise Cleared
    [one], when = found, weeks.period_name(weeks.Period(said.payload["week"]), said.now.date())
    past = said.payload["week"] < periods.week_of(said.now.date())
    return Reply(
        f"老师好，{squad.name}{when}还没有签到。有活动的话，复制下面这行，{'改好日期，' if past else ''}"
        f"在最后补上人数发给我就好：\n{one.line}",
        one.buttons("报人数", f"{when}没有"),
        name=squad.name,
    )
