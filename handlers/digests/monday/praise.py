"""写感谢: a note to whoever deserves praise for a week, by rule; a person sends it."""

from handlers.kit import ADMINS, Ask, Button, Refusal, Reply, Role
from handlers.registry import ANYTHING, command
from handlers.wording import places, weeks
from scheduling import closed_periods
from scheduling.periods import week_before, week_of
from storage.digests import digests
from storage.digests.figures import Part
from storage.organisation import units
from storage.people import people

_OF_SCHOOL = (
    "{to}好：{when}{name}的 {due} 个中队全部有活动，一共 {events} 场，{attended} 人次参加。谢谢学校和各位辅导员老师！"
)
_OF_BEST = (
    "{to}好：{when}{name}有 {covered}/{due} 个中队办了活动，一共 {events} 场，{attended} 人次参加，走在前面。"
    "谢谢各位老师！"
)
_OF_SQUAD = "{to}好：{when}{name}办了 {events} 场活动，{attended} 人次参加，还及时报了上来。谢谢您为孩子们花的心思！"


@command(
    "写感谢", "thanks", who=ADMINS, group="周报", rank=27, help="替您拟一段感谢的话，由您自己发",
    glued=ANYTHING, examples=("写感谢", "写感谢 本周", "写感谢 上周 实验小学"),
)  # fmt: skip
def thanks(ask: Ask) -> Reply:
    """Draft a note to each who deserves praise; it is not sent to anybody."""
    period, words = weeks.period_in(weeks.taught(ask, ask.args), ask.today)
    # Without a week it is about the one that is over.
    named = words != " ".join(ask.args.split())
    week = period.week if named else week_before(week_of(ask.today))
    at = places.chosen(ask, ADMINS, words, "写感谢", f"{week} {{}}")
    ask.rollups.flush(ask.db)
    shown = [(of, closed_periods.shown(ask.db, of, week, ask.now)) for of in at]
    drafts = [_draft(ask, week, each) for of, digest in shown for each in digests.best(ask.db, of, digest)]
    if not drafts:
        other = "上周" if week == week_of(ask.today) else "本周"
        again = Button(other, "写感谢", other)
        raise Refusal(f"{weeks.week_name(week)}还没有签到，写不出感谢的话。看别的周：写感谢 {other}", again)
    return Reply("拟好了，请您改一改自己发（我不会替您发）：\n" + "\n".join(drafts))


def _draft(ask: Ask, week: str, one: Part) -> str:
    unit = units.by_id(ask.db, one.id)
    role = Role.BRIGADE if one.due else Role.COUNSELOR
    there = people.holding(ask.db, [role], [unit.path], ask.now)
    to = "、".join(each.name for each in there if any(grant.unit.id == unit.id for grant in each.grants)) or one.name
    words = _OF_SQUAD if not one.due else _OF_SCHOOL if one.covered == one.due else _OF_BEST
    said = words.format(
        to=to, when=weeks.week_name(week), name=one.name, due=one.due, covered=one.covered, events=one.events,
        attended=one.attended,
    )  # fmt: skip
    return f"· {said}"
