"""我的: what one reported oneself in the week and term, what is to be reported, and for which school."""

from datetime import timedelta

from handlers.asker import examples, schools
from handlers.attendance import participation, phrases
from handlers.kit import REPORTERS, Ask, Button, Reply
from handlers.registry import command
from scheduling import periods
from storage.campaigns import campaigns
from storage.checkins import checkins
from storage.people import people

_MOST = 20
_MOST_CALLS = 3


@command(
    "我的", "mine", who=REPORTERS, group="签到", rank=3, help="看我报过的签到和要报的活动", looks=".*",
    examples=("我的",),
)  # fmt: skip
def mine(ask: Ask) -> Reply:
    """What the asker reported this week and term, and the campaigns that wait; 学校: which school is meant."""
    if ask.args.startswith("学校"):
        return _school(ask, ask.args.removeprefix("学校").strip())
    monday = periods.monday_of(periods.week_of(ask.today))
    this_week = checkins.between(ask.db, monday, ask.today, person_id=ask.me.id, most=_MOST)
    term = checkins.count(ask.db, periods.term_start(ask.today), ask.today, ask.me.id)
    waiting = _waiting(ask)
    tap = tuple(Button(f"报 {one.title}"[:20], "活动", str(one.id)) for one in waiting)
    calls = [f"要报的活动：{_call(ask, one)}" for one in waiting]
    if not this_week:
        last = _last_week(ask)
        how = f"报一次，像这样发：{examples.checkin(ask)}" if not calls else ""
        lines = [f"本周您还没有报过，本学期报过 {term} 次。", *calls, how]
        return Reply("\n".join(filter(None, lines)), (*tap, *last))
    newest = this_week[0]
    buttons = (Button("更正最近一次", "更正", f"#{newest.id}"), Button("撤回最近一次", "撤回", f"#{newest.id}"))
    lines = [f"本周您报了 {len(this_week)} 次，本学期 {term} 次：", *phrases.in_lines(this_week, ask.today), *calls]
    return Reply("\n".join(lines), (*buttons, *tap))


def _last_week(ask: Ask) -> tuple[Button, ...]:
    first = periods.monday_of(periods.week_before(periods.week_of(ask.today)))
    there = checkins.between(ask.db, first, first + timedelta(days=6), person_id=ask.me.id, most=1)
    return (Button("同上周", "同上周"),) if there else ()


def _waiting(ask: Ask) -> list[campaigns.Campaign]:
    """The campaigns that are under way and that a squad of the asker's has not reported to, the soonest first."""
    found = []
    for one in participation.opened(ask):
        squads = participation.due_squads(ask.me, one) if one.begins_at <= ask.now <= one.ends_at else []
        if squads and participation.unreported(squads, campaigns.answered(ask.db, one, [unit.id for unit in squads])):
            found.append(one)
    return sorted(found, key=lambda one: one.ends_at)[:_MOST_CALLS]


def _call(ask: Ask, one: campaigns.Campaign) -> str:
    return f"{one.id} {participation.name(one)}，{participation.until(one, ask.now.tzinfo)}截止"


def _school(ask: Ask, words: str) -> Reply:
    """Choose which of one's schools is meant when a message names none."""
    school = schools.chosen_school(ask, words)
    if school is not None:
        people.choose_school(ask.db, ask.me.id, school.id)
        return Reply(f"记住了：没写学校的，都算{school.name}的。")
    own = schools.own_schools(ask)
    if len(own) < 2:
        return Reply("您只在一所学校报活动，不用选。" if own else "您没有在学校报活动。")
    chosen = next((each.name for each in own if each.id == ask.me.school_id), "还没有选")
    buttons = tuple(Button(each.name, "我的", f"学校 {each.name}") for each in own)
    return Reply(f"没写学校的，算哪一所的？现在：{chosen}", buttons)
