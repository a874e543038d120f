"""发布活动, 结束活动, 撤回活动: an admin calls squads to an activity in a window of time."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from handlers import rights
from handlers.asker.context import reading_of
from handlers.attendance import participation
from handlers.campaigns import notices
from handlers.catalogue import current
from handlers.kit import ADMINS, Ask, Button, Denied, Refusal, Reply, Unit
from handlers.privacy import gate
from handlers.reading.checkins import calls
from handlers.registry import ANYTHING, command
from handlers.wording import days, names, places, questions
from storage.base.words import Cleared
from storage.campaigns import campaigns
from storage.organisation import units

LONGEST = timedelta(days=200)
# More are called by the counties themselves: every one of them gets a letter.
MOST_SQUADS = 10_000
_WINDOWS = ("今天", "本周", "下周")
# At night that is the morning.
_AT_ONCE = "发布，马上通知"
_EXAMPLE = "发布活动 清明祭英烈 主题队日 4月1日-4月7日"


@dataclass(frozen=True, slots=True)
class _Draft:
    """What was said so far, as read; `missing` is what has to be asked."""

    call: calls.Call
    unit: Unit | None
    missing: str


@dataclass(frozen=True, slots=True)
class _Said:
    """What was said so far, and what of it is missing."""

    said: str
    missing: str


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


QUESTION = questions.Question(
    "campaign", _Said, undone="还没有发布。", asks="请写活动的类型、起止时间和单位。\n不发了，发「取消」。",
    dropped="好的，没有发布。", free=True,
)  # fmt: skip
CONFIRM = questions.Question(
    "campaign-confirm", _Call, undone="「{title}」还没有发布。", dropped="好的，没有发布。", yes="发布", no="不发",
    other="(?:(?:就|都|通知|发布?|出去)*(?:马上|立[刻即]|现在)(?:就|都|通知|发布?|出去)*)", final=True,
)  # fmt: skip
_OTHER_BUSINESS = ("nomination", "review", "command", "query")


@command(
    "发布活动", "campaign", who=ADMINS, group="活动", rank=23, help="请中队在一段时间里报一次活动", glued=ANYTHING,
    examples=(_EXAMPLE, "发布活动 红领巾爱学习第5期 本周"),
)  # fmt: skip
def publish(ask: Ask) -> Reply:
    """Ask for what is missing, then show what it comes to."""
    if not ask.args:
        QUESTION.put(ask, _Said("", "title"))
        return Reply(f"请写活动的名称、类型和起止时间，一句话就行，如：\n{_EXAMPLE.removeprefix('发布活动 ')}")
    return _go_on(ask, ask.args)


def _go_on(ask: Ask, said: str) -> Reply:
    draft = _draft(ask, said)
    if draft.missing:
        QUESTION.put(ask, _Said(calls.without_private(said), draft.missing))
        return _question(ask, draft)
    assert draft.unit is not None
    return _preview(ask, draft.call, draft.unit)


def _draft(ask: Ask, said: str) -> _Draft:
    call = calls.call_in(said, ask.now.replace(tzinfo=None))
    top = places.scope(ask.me, ADMINS)
    named = [unit for word in call.words if (unit := _unit_called(ask, top, word))]
    unit = named[0] if named else top[0] if len(top) == 1 else None
    if named:
        call = replace(call, title=call.without(named[0].name))
    missing = "activity" if call.activity is None else "window" if call.window is None else "" if unit else "unit"
    return _Draft(call, unit, missing)


def _unit_called(ask: Ask, top: list[Unit], word: str) -> Unit | None:
    """The unit of the asker's that a word names in full, with or without what stands in brackets behind it."""
    found = places.named(ask, top, word)
    exact = [unit for unit in found if re.sub(r"\(.*\)$", "", unit.name) in (word, re.sub(r"\(.*\)$", "", word))]
    return exact[0] if len(exact) == 1 else None


def _question(ask: Ask, draft: _Draft) -> Reply:
    if draft.missing == "activity":
        kinds = current.catalogue_of(ask.db).offered("发布")
        return Reply("请问是哪一类活动？", tuple(Button(kind, answer=kind) for kind in kinds))
    if draft.missing == "window":
        buttons = tuple(Button(each, answer=each) for each in _WINDOWS)
        return Reply("请问从什么时候到什么时候？如：4月1日-4月7日", buttons)
    top = places.scope(ask.me, ADMINS)
    return Reply("请问是哪个单位的活动？", tuple(Button(unit.name, answer=unit.name) for unit in top[:6]))


@questions.answers(QUESTION)
def complete(ask: Ask, known: _Said) -> Reply | None:
    """What was missing, together with what was said before; None for another message."""
    alone = reading_of(ask, ask.args)
    if alone.intent in _OTHER_BUSINESS or any(record.attended is not None for record in alone.records):
        return None
    said = f"{known.said} {ask.args}".strip()
    draft = _draft(ask, said)
    if draft.missing == known.missing:
        again = _question(ask, draft)
        raise Refusal(f"{QUESTION.undone}{again.text}\n不发了，发「取消」。", *again.buttons)
    return _go_on(ask, said)


def _preview(ask: Ask, call: calls.Call, unit: Unit) -> Reply:
    new = _campaign(ask, call, unit)
    squads = campaigns.due(ask.db, new, [unit.path])
    if not squads:
        raise Refusal(f"{unit.name}里没有要报的中队，没有发布。请核对单位和年级。")
    if len(squads) > MOST_SQUADS:
        raise Refusal(f"有 {len(squads)} 个中队，太多了，没有发布。请由区县分别发布。")
    kept = (new.title, new.activity, new.issue, list(new.grades), new.begins_at.isoformat(), new.ends_at.isoformat())
    who = f"{unit.name}{_grades(new)} {len(squads)} 个中队"
    told = notices.plan(ask, new)
    found = gate.found_in(call.title) if gate.is_private_label(call.title) else ()
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
    return Reply("\n".join(lines), (*CONFIRM.put(ask, _Call(unit.id, *kept)), *at_once))


def _wait(ask: Ask, told: notices.Plan) -> str:
    """When those hear of it who do not at once."""
    if not told.later or told.then is None:
        return ""
    when = days.moment(told.then.astimezone(ask.now.tzinfo))
    if not told.waits:
        return f"夜里不打扰，{when} 送到"
    return f"{_some(told)}等到 {when} 的提醒里一起说；急的，点「{_AT_ONCE}」"


def _some(told: notices.Plan) -> str:
    return "" if len(told.later) == len(told.reached) else f"其中 {len(told.later)} 位"


def _grades(one: campaigns.Campaign) -> str:
    return "、".join(places.key_name(f"G{grade}") for grade in one.grades)


def _campaign(ask: Ask, call: calls.Call, unit: Unit) -> campaigns.Campaign:
    assert call.activity is not None and call.window is not None
    begins, ends = (each.replace(tzinfo=ask.now.tzinfo) for each in (call.window.begins, call.window.ends))
    if ends <= ask.now:
        raise Refusal("这段时间已经过去了，没有发布。请改好时间再发一次。")
    if ends - begins > LONGEST:
        raise Refusal("时间太长了，没有发布。一个活动最长 200 天，请改好再发一次。")
    # 粽香 is more often a thing than a child.
    own = gate.cleared(call.title) if gate.is_private_label(call.title) else Cleared(call.title)
    title = own or gate.cleared(call.activity)
    return campaigns.Campaign(unit.id, title, call.activity, begins, ends, call.number, call.grades, path=unit.path)


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
        told += f"{_some(plan)}{days.moment(plan.then.astimezone(ask.now.tzinfo))} 送到。"
    told = told if plan.reached else "还没有能通知到的辅导员。请老师加入，发「邀请」。"
    line = f"已发布活动 {new.id}：{participation.name(new)}，{participation.window(new, ask.now.tzinfo)}"
    return Reply(f"{line}\n{told}\n看进度发「活动 {new.id}」。", (Button("看进度", "活动", str(new.id)),))


@command(
    "结束活动", "endcampaign", who=ADMINS, group="活动", rank=40, help="提前结束一个活动", glued=r"\d",
    examples=("结束活动 3",),
)  # fmt: skip
def end(ask: Ask) -> Reply:
    """No further reminders; what was reported stays."""
    one = _mine(ask)
    if not campaigns.close(ask.db, one.id, campaigns.ENDED):
        return Reply(f"活动 {one.id} 已经结束了。")
    units.changed(ask.db, ask.now)
    said, _ = participation.coverage(*campaigns.progress(ask.db, one, [one.path]))
    return Reply(f"已结束活动 {one.id}：{participation.name(one)}\n{said}。不再提醒，已经报的都保留。")


@command(
    "撤回活动", "dropcampaign", who=ADMINS, group="活动", rank=41, help="撤回发布错的活动", glued=r"\d",
    examples=("撤回活动 3",),
)  # fmt: skip
def withdraw(ask: Ask) -> Sequence[Reply]:
    """As if it had not been published; check-ins stay as what they are, and whoever was told is told."""
    one = _mine(ask)
    if not campaigns.close(ask.db, one.id, campaigns.WITHDRAWN):
        return [Reply(f"活动 {one.id} 已经结束或撤回了。")]
    units.changed(ask.db, ask.now)
    notices.call_off(ask, one)
    return [
        Reply(
            f"已撤回活动 {one.id}：{participation.name(one)}\n已经报的签到保留，照常计入周报。收到过通知的老师会知道。"
        )
    ]


_NUMBER = re.compile(r"[#＃]?(\d{1,9})")


def _mine(ask: Ask) -> campaigns.Campaign:
    """The campaign with this number, of the asker's own part of the tree."""
    match = _NUMBER.fullmatch(ask.args.strip())
    one = campaigns.by_id(ask.db, int(match[1])) if match else None
    if one is None or not any(one.path.startswith(unit.path) for unit in places.scope(ask.me, ADMINS)):
        none = "没有您发布的这个活动。发「活动」看编号，再像这样发：结束活动 3"
        raise Denied(none, what="结束活动", subject=f"campaign:{one.id}") if one else Refusal(none)
    return one
