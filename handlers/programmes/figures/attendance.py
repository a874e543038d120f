"""看 主题队日 上月, 参学 第5期: a row that is told by check-ins, in a period or of one issue of a series."""

import re
from dataclasses import replace

from handlers.asker import context
from handlers.attendance import drafts, participation
from handlers.kit import ADMINS, Ask, Button, NotMeant, Refusal, Reply, Role
from handlers.reading.text.numbers import value_of
from handlers.registry import ANYTHING, command
from handlers.wording import checkin_lines, periods, places, programmes
from storage.campaigns import campaigns
from storage.checkins import windows

_ISSUE = re.compile(r"率?\s*第?\s?(\d{1,3}|[一二三四五六七八九十]{1,3})\s?期")


@command(
    "参学", "study", who=ADMINS | {Role.INSPECTOR}, group="活动", rank=22, help="看红领巾爱学习一期的参学率",
    glued=ANYTHING, follows=r"率?$|率?\s*第?\s?[\d一二三四五六七八九十]{1,3}\s?期", snapshot=True,
    examples=("参学 第5期",),
)  # fmt: skip
def study(ask: Ask) -> Reply:
    """看 爱学习 第5期, by its own word."""
    if not _ISSUE.match(ask.args):
        raise Refusal("请写明是第几期，像这样发：参学 第5期")
    return look(replace(ask, args=f"爱学习 {ask.args}"))


def look(ask: Ask) -> Reply:
    """The row's line, heads, and who is missing; raises NotMeant for other words, and for a whole check-in."""
    row = programmes.named(programmes.told_by_checkins(ask), ask.args)
    heard = context.reading_of(ask, ask.args)
    if row is None or (heard.intent == "checkin" and heard.status == "ok"):
        raise NotMeant
    words = programmes.without(row, ask.args)
    issue = _ISSUE.search(words)
    number = (value_of(issue[1]) or 0) if issue else 0
    words = words.replace(issue[0], " ", 1) if issue else words
    span, rest = periods.asked(ask, words)
    at = [unit.path for unit in places.chosen_or_group(ask, programmes.LOOKERS, rest, "看", f"{row.name} {{}}")]
    calls = campaigns.of_issue(ask.db, row.name, number, at) if number else []
    first, last = (ask.today - drafts.OLDEST, ask.today) if number else (span.first, min(span.last, ask.today))
    ends = max((call.ends_at.date() for call in calls), default=last)
    part, squads = campaigns.due_of_all(ask.db, calls, at, periods.any_of("", ends)[0].label)
    which = windows.of_activity(row.name, first, last, number)
    told = windows.told(ask.db, which, part, squads)
    name = f"{row.name}第{number}期" if number else f"{span.name} {row.name}"
    missing = [squad for squad in squads if squad.id not in told]
    events = windows.events(ask.db, which, part)
    said = checkin_lines.of_window(row, name, events, len(missing), told, len(squads))
    buttons = (Button("看进度", "活动", str(calls[0].id)),) if calls else ()
    return Reply("\n".join([*said, *participation.owed(missing, squads), *participation.lowest(squads, told)]), buttons)
