"""我的 and 查: what was reported, by oneself or by a squad, in a week or this term."""

from dataclasses import replace
from datetime import date, timedelta

from handlers.asker import examples, schools
from handlers.attendance import participation, phrases
from handlers.kit import ADMINS, REPORTERS, Ask, Button, Reply, Role, Unit
from handlers.registry import command, reads
from handlers.rights import VISITORS
from handlers.wording import places, weeks
from scheduling import periods
from storage.campaigns import campaigns
from storage.checkins import checkins
from storage.organisation import units
from storage.people import people

LOOKERS = (REPORTERS - VISITORS) | ADMINS | {Role.INSPECTOR, Role.GROUP_HEAD, Role.CARE_ADMIN}
MOST = 20
MOST_CALLS = 3


@command("我的", "mine", who=REPORTERS, group="签到", rank=3, help="看我报过的签到和要报的活动", examples=("我的",))
def mine(ask: Ask) -> Reply:
    """What the asker reported this week and term, and the campaigns that wait; 学校: which school is meant."""
    if ask.args.startswith("学校"):
        return _school(ask, ask.args.removeprefix("学校").strip())
    monday = periods.monday_of(periods.week_of(ask.today))
    this_week = checkins.between(ask.db, monday, ask.today, person_id=ask.me.id, most=MOST)
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
    lines = [f"本周您报了 {len(this_week)} 次，本学期 {term} 次：", *_lines(this_week, ask.today), *calls]
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
    return sorted(found, key=lambda one: one.ends_at)[:MOST_CALLS]


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


@command(
    "查", "look", who=LOOKERS, group="签到", rank=11, help="查一个中队报过什么",
    snapshot=True, examples=("查 三(2)中队", "查 三(2)中队 上周"),
)  # fmt: skip
def look(ask: Ask) -> Reply:
    """The check-ins of a squad, a school or all of the asker's, in a week or on a day."""
    period, words = weeks.period_in(weeks.taught(ask, ask.args), ask.today, single=True)
    at = places.chosen(ask, LOOKERS, words, "查", f"{period.day or period.week} {{}}")
    first = period.day or periods.monday_of(period.week)
    last = period.day or first + timedelta(days=6)
    found = checkins.between(ask.db, first, last, paths=[unit.path for unit in at], most=MOST + 1)
    name = at[0].name if len(at) == 1 else "您负责的单位"
    when = weeks.period_name(period, ask.today)
    if not found:
        before = f"{periods.week_before(period.week)} {words}".strip()
        return Reply(f"{name}{when}还没有签到。", (Button("看前一周", "查", before),))
    more = (
        f"\n只列出最近 {MOST} 条，全部见「周报 {weeks.week_said(period.week, ask.today)} 表」。"
        if len(found) > MOST
        else ""
    )
    count = f"{MOST} 条以上" if more else f"{len(found)} 条"
    listed = "\n".join(_by_school(ask, found[:MOST], at))
    return Reply(f"{name}{when}签到 {count}：\n{listed}{more}")


@reads("query")
def asked(ask: Ask) -> Reply:
    """请问三(2)中队签到了吗?"""
    query = ask.heard.query or {}
    unit = query.get("unit")
    return look(replace(ask, args=places.key_name(str(unit)) if unit else ""))


def _lines(found: list[checkins.Checkin], today: date) -> list[str]:
    return [f"· {phrases.marked(each, today)}" for each in found]


def _by_school(ask: Ask, found: list[checkins.Checkin], at: list[Unit]) -> list[str]:
    """The lines below the name of each school, where several may be meant."""
    if len(at) == 1 and at[0].school_id:
        return _lines(found, ask.today)
    of = units.by_ids(ask.db, {one.unit_id for one in found})
    schools = units.by_ids(ask.db, {each.school_id for each in of.values() if each.school_id})
    told: dict[str, list[checkins.Checkin]] = {}
    for one in found:
        school = schools.get(of[one.unit_id].school_id or 0)
        told.setdefault(school.name if school else "其他", []).append(one)
    return [line for school, ones in told.items() for line in (f"{school}：", *_lines(ones, ask.today))]
