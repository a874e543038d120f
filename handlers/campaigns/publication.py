"""An activity as it will be published: shown to the admin first, and told to the squads once it is agreed to."""

from dataclasses import dataclass, replace
from datetime import datetime

from handlers import rights
from handlers.attendance import participation
from handlers.campaigns import notices
from handlers.kit import ADMINS, Ask, Button, Denied, Refusal, Reply
from handlers.privacy import gate
from handlers.wording import days, names, places, questions
from storage.base.words import Cleared
from storage.campaigns import campaigns
from storage.organisation import units

# More are called by the counties themselves: every one of them gets a letter.
MOST_SQUADS = 10_000
# At night that is the morning.
_AT_ONCE = "发布，马上通知"


@dataclass(frozen=True, slots=True)
class _Call:
    """What is to be published: the unit, and from when to when (ISO)."""

    unit: int
    title: Cleared
    activity: str
    issue: int
    grades: list[int]
    begins: str
    ends: str


CONFIRM = questions.Question(
    "campaign-confirm", _Call, undone="「{title}」还没有发布。", dropped="好的，没有发布。", yes="发布", no="不发",
    other="(?:(?:就|都|通知|发布?|出去)*(?:马上|立[刻即]|现在)(?:就|都|通知|发布?|出去)*)", final=True,
)  # fmt: skip


def preview(ask: Ask, new: campaigns.Campaign, said: str) -> Reply:
    """What it comes to; the title leaves out what is personal in what was `said`."""
    squads = campaigns.due(ask.db, new, [new.path])
    if not squads:
        raise Refusal(f"{new.unit_name}里没有要报的中队，没有发布。请核对单位和年级。")
    if len(squads) > MOST_SQUADS:
        raise Refusal(f"有 {len(squads)} 个中队，太多了，没有发布。请由区县分别发布。")
    kept = (new.title, new.activity, new.issue, list(new.grades), new.begins_at.isoformat(), new.ends_at.isoformat())
    who = f"{new.unit_name}{_grades(new)} {len(squads)} 个中队"
    told = notices.plan(ask, new)
    found = gate.found_in(said) if gate.is_private_title(said, new.title) else ()
    lines = [
        *filter(None, [names.privacy_warning(found)]),
        "请核对要发布的活动：",
        participation.name(new),
        participation.window(new, ask.now.tzinfo),
        f"应报：{who}，会打扰 {len(told.reached)} 位老师",
        *filter(None, [_wait(ask, told)]),
        "发布吗？",
    ]
    at_once = (Button(_AT_ONCE, answer=_AT_ONCE),) if told.later and told.waits else ()
    return Reply("\n".join(lines), (*CONFIRM.put(ask, _Call(new.unit_id, *kept)), *at_once))


def _wait(ask: Ask, told: notices.Plan) -> str:
    """When those hear of it who do not at once."""
    if not told.later or told.then is None:
        return ""
    when = days.moment(told.then, ask.now.tzinfo)
    if not told.waits:
        return f"夜里不打扰，{when} 送到"
    return f"{_some(told)}等到 {when} 的提醒里一起说；急的，点「{_AT_ONCE}」"


def _some(told: notices.Plan) -> str:
    return "" if len(told.later) == len(told.reached) else f"其中 {len(told.later)} 位"


def _grades(one: campaigns.Campaign) -> str:
    return "、".join(places.key_name(f"G{grade}") for grade in one.grades)


@questions.answers(CONFIRM)
def confirmed(ask: Ask, known: _Call) -> Reply:
    """Publishes what was shown."""
    unit = units.by_id(ask.db, known.unit)
    if not any(top.covers(unit) for top in places.scope(ask.me, ADMINS)):
        raise Denied(f"{unit.name}不在您负责的范围，没有发布。", what="发布活动", subject=f"unit:{unit.id}")
    rights.spend(ask, "campaigns")
    begins, ends = datetime.fromisoformat(known.begins), datetime.fromisoformat(known.ends)
    said = (known.title, known.activity, begins, ends, known.issue, tuple(known.grades))
    new = campaigns.Campaign(unit.id, *said, person_id=ask.me.id, path=unit.path, unit_name=unit.name)
    new = replace(new, id=campaigns.add(ask.db, new, ask.now))
    # Whoever keeps the open campaigns reads them again.
    units.changed(ask.db, ask.now)
    plan = notices.lay_out(ask, new, at_once=not questions.says_yes(ask.args, CONFIRM.yes))
    told = f"会通知 {len(plan.reached)} 位辅导员，截止前再提醒没报的。"
    if plan.later and plan.then:
        told += f"{_some(plan)}{days.moment(plan.then, ask.now.tzinfo)} 送到。"
    told = told if plan.reached else "还没有能通知到的辅导员。请老师加入，发「邀请」。"
    line = f"已发布活动 {new.id}：{participation.name(new)}，{participation.window(new, ask.now.tzinfo)}"
    return Reply(f"{line}\n{told}\n看进度发「活动 {new.id}」。", (Button("看进度", "活动", str(new.id)),))
