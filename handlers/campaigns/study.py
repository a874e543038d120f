"""参学: how many of the squads that are due learned an issue of 红领巾爱学习, by squad and by child."""

import re
from collections.abc import Sequence

from handlers.attendance import drafts, participation
from handlers.kit import ADMINS, Ask, Button, Refusal, Reply, Role
from handlers.reading.checkins.activities import SERIES
from handlers.reading.text.numbers import value_of
from handlers.registry import ANYTHING, command
from handlers.wording import numbers, places
from scheduling.periods import week_of
from storage.campaigns import campaigns
from storage.checkins import coverage
from storage.organisation import history

READERS = ADMINS | {Role.INSPECTOR}
_ISSUE = re.compile(r"率?\s*第?\s?(\d{1,3}|[一二三四五六七八九十]{1,3})\s?期")


@command(
    "参学", "study", who=READERS, group="活动", rank=22, help="看红领巾爱学习一期的参学率", glued=ANYTHING,
    follows=r"$|率?\s*第?\s?[\d一二三四五六七八九十]{1,3}\s?期", examples=("参学 第5期",),
)  # fmt: skip
def study(ask: Ask) -> Reply:
    """The rate by squads (domain §1.4: 参学中队 ÷ 应参学中队), and by children where both numbers were told."""
    match = _ISSUE.match(ask.args)
    number = value_of(match[1]) if match else None
    if match is None or not number:
        raise Refusal("请写明是第几期,像这样发:参学 第5期")
    at = places.chosen(ask, READERS, ask.args[match.end() :].strip(), "参学", f"第{number}期 {{}}")
    paths = [unit.path for unit in at]
    calls = campaigns.of_issue(ask.db, SERIES, number, paths)
    squads = _due(ask, calls, paths)
    told = campaigns.studied(ask.db, SERIES, number, ask.today - drafts.OLDEST, paths, squads)
    buttons = (Button("看进度", "活动", str(calls[0].id)),) if calls else ()
    return Reply("\n".join(_lines(number, squads, told)), buttons)


def _due(ask: Ask, calls: Sequence[campaigns.Campaign], paths: Sequence[str]) -> list[coverage.Squad]:
    """The union of all who are called; where nobody called, an issue is for every squad."""
    last = max((call.ends_at.date() for call in calls), default=ask.today)
    week = week_of(last)
    return [
        squad
        for squad in coverage.squads(ask.db, history.part(ask.db, paths, week))[week]
        if not (over := [call for call in calls if squad.path.startswith(call.path)])
        or any(not call.grades or squad.grade in call.grades for call in over)
    ]


def _lines(number: int, squads: Sequence[coverage.Squad], told: dict[int, campaigns.Told]) -> list[str]:
    done = sum(squad.id in told for squad in squads)
    lines = [f"{SERIES}第{number}期:参学中队 {done}/{len(squads)}({numbers.share(done, len(squads))})"]
    heads = sum(each.attended for each in told.values())
    rated, came = sum(each.rated_due for each in told.values()), sum(each.rated_attended for each in told.values())
    children = f",按报了应到的算,队员参学率 {numbers.share(came, rated)}" if rated else ""
    lines.append(f"参学 {heads} 人次{children}")
    missing = [squad for squad in squads if squad.id not in told]
    if missing:
        schools = len({squad.school for squad in squads}) > 1
        lines.append(f"还没学 {len(missing)} 个:{participation.names(missing, schools)}")
    return lines
