"""周报 按片区, 周报 城东片区: a week of groups of schools that stand beside the tree."""

from collections.abc import Sequence

from handlers.kit import Ask, Reply
from handlers.wording import numbers, weeks
from handlers.wording.places import Group
from storage.digests import figures, group_sums

_MOST, _MOST_NAMES = 20, 10


def told(ask: Ask, found: Sequence[Group], week: str) -> Reply:
    """A line a group, the lowest share first; of one group also who is missing."""
    sums = [(group.name, group_sums.of_week(ask.db, group.paths, week)) for group in found]
    sums.sort(key=lambda each: figures.percent(each[1].squads_covered, each[1].squads_due) or 0)
    lines = [f"{name}：{_line(each)}" for name, each in sums[:_MOST]]
    more = [f"另有 {len(sums) - _MOST} 组"] if len(sums) > _MOST else []
    missing = sums[0][1].missing if len(sums) == 1 else ()
    if missing:
        more = [f"未签到 {len(missing)} 个：{numbers.listed(missing, _MOST_NAMES)}"]
    return Reply("\n".join([f"{weeks.week_name(week)}：", *lines, *more]))


def _line(sums: group_sums.GroupSums) -> str:
    share = numbers.rate(figures.percent(sums.squads_covered, sums.squads_due))
    return f"{sums.squads_covered}/{sums.squads_due} 个中队签到（{share}），{sums.attended} 人次"
