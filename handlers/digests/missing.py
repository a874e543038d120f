"""未签到: which squads of the asker's part of the tree have not checked in."""

import re
from collections import Counter

from handlers.kit import ADMINS, Ask, Button, Reply, Role
from handlers.registry import ANYTHING, command
from handlers.wording import places, weeks
from scheduling.periods import week_before, week_of
from storage.checkins import coverage, weekly_coverage
from storage.checkins.coverage import Squad
from storage.organisation import history, units

# More names than these are no longer read on a phone; the workbook has them all.
MOST_NAMES = 60
# Where there are more, they are told by school.
MOST_SCHOOLS, MOST_BUTTONS = 20, 4
# 未签到的中队名单: what the command says by itself.
_THE_LIST = re.compile("^的?(?:中队|班级?)?(?:名单)?$")


@command(
    "未签到", "missing", who=ADMINS | {Role.INSPECTOR}, group="周报", rank=4, help="看哪些中队还没签到",
    glued=ANYTHING, in_groups=True, snapshot=True, examples=("未签到", "未签到 上周", "未签到 4月3日"),
)  # fmt: skip
def missing(ask: Ask) -> Reply:
    """The squads without a check-in in a week or on a day, by school."""
    period, words = weeks.period_in(weeks.taught(ask, ask.args), ask.today, single=True)
    words = _THE_LIST.sub("", words)
    at = places.chosen(ask, ADMINS | {Role.INSPECTOR}, words, "未签到", f"{period.day or period.week} {{}}")
    ask.rollups.flush(ask.db)
    paths = [unit.path for unit in at]
    named = any(unit.school_id is None for unit in at) or len(at) > 1
    if named and not period.day:
        # Of a province 120,000 squads may be missing; what is shown are schools.
        left, due = weekly_coverage.missing_by_school(ask.db, period.week, paths)
        if sum(left.values()) > MOST_NAMES:
            return _schools(ask, period, Counter(left), due)
    if period.day:
        found, due = coverage.missing_on(ask.db, period.day, paths)
    else:
        found, due = weekly_coverage.missing(ask.db, period.week, paths)
    if named and len(found) > MOST_NAMES:
        return _schools(ask, period, Counter(squad.school_id or 0 for squad in found), due)
    text = _text(weeks.period_name(period, ask.today), found, due, named)
    more = (
        f"\n等 {len(found)} 个，发「周报 {weeks.week_said(period.week, ask.today)} 表」看全部"
        if len(found) > MOST_NAMES
        else ""
    )
    return Reply(text + more, _buttons(ask, period, words) if found else ())


def _schools(ask: Ask, period: weeks.Period, found: Counter[int], due: int) -> Reply:
    """How many are missing at each school, the most first, with a way to the names of these."""
    count, when = found.most_common(), weeks.period_name(period, ask.today)
    there = units.by_ids(ask.db, [id for id, _ in count[:MOST_SCHOOLS] if id])
    called = history.path_names(ask.db, there.values(), period.week)
    lines = [f"{when}还有 {found.total()} 个中队没签到（共 {due} 个），多的在前："]
    lines += [
        f"· {called[id].rpartition('/')[2] if id in called else '其他'} {number} 个"
        for id, number in count[:MOST_SCHOOLS]
    ]
    if len(count) > MOST_SCHOOLS:
        lines.append(
            f"另有 {len(count) - MOST_SCHOOLS} 所，发「周报 {weeks.week_said(period.week, ask.today)} 表」看全部"
        )
    first = [id for id, _ in count[:MOST_BUTTONS] if id in there]
    names = history.path_names(ask.db, map(there.__getitem__, first))
    down = [Button(called[id].rpartition("/")[2], "未签到", f"{period.day or period.week} {names[id]}") for id in first]
    return Reply("\n".join(lines), (*_buttons(ask, period, ""), *down))


def _text(when: str, found: list[Squad], due: int, named: bool) -> str:
    if not due:
        return "您负责的范围里还没有中队。请先导入名册，或发「邀请」请老师加入。"
    if not found:
        return f"{when} {due} 个中队都报了。"
    return f"{when}还有 {len(found)} 个中队没签到（共 {due} 个）：\n{_by_school(found[:MOST_NAMES], named)}"


def _by_school(found: list[Squad], named: bool) -> str:
    if not named:
        return "、".join(squad.name for squad in found)
    schools: dict[str, list[str]] = {}
    for squad in found:
        schools.setdefault(squad.school, []).append(squad.name)
    return "\n".join(f"{school or '其他'}：{'、'.join(names)}" for school, names in schools.items())


def _buttons(ask: Ask, period: weeks.Period, words: str) -> tuple[Button, ...]:
    """Whom it makes sense to nudge: those missing this week or last week."""
    this = week_of(ask.today)
    again = f" {words}" if words else ""
    buttons = [Button("周报", "周报", f"{period.week}{again}")]
    if not period.day and period.week in (this, week_before(this)) and not ask.me.roles.isdisjoint(ADMINS):
        buttons.insert(0, Button("催办", "催办", f"{period.week}{again}"))
    return tuple(buttons)
