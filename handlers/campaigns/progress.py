"""活动: what is called for, who has reported, and a report by one tap and a number."""

import re
from dataclasses import dataclass

from handlers.asker import context
from handlers.attendance import drafts, participation, reports
from handlers.campaigns import notices
from handlers.kit import ADMINS, REPORTERS, Ask, Button, Denied, Due, Refusal, Reply, Role, Unit
from handlers.reading import Record
from handlers.registry import command, due
from handlers.wording import places, questions
from scheduling.periods import timing_of
from storage.campaigns import campaigns
from storage.checkins import checkins

SEERS = REPORTERS | ADMINS | {Role.INSPECTOR}
LOOKERS = ADMINS | {Role.INSPECTOR}
# How many are shown; how many are looked at, since a counselor is not called to each.
SHOWN, BUTTONS, _LOOKED_AT = 8, 4, 200


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whose heads are asked for which campaign."""

    campaign: int
    unit: int
    name: str


QUESTION = questions.Question(
    "campaign-heads", _Asked, undone="还没有记。", dropped="好的,没有记。",
    asks="{name}到了多少人?如:38\n不报了,发「取消」。",
)  # fmt: skip
_NUMBERED = re.compile(r"[#＃]?(\d{1,9})(?:\s+(.*))?", re.DOTALL)


@command(
    "活动", "events", "活动进度", who=SEERS, group="活动", rank=8, help="看发布的活动和进度,也在这里报人数",
    glued=r"\d+\s*$", follows=r"$|[#＃]?\d{1,9}(?=\s|$)", examples=("活动", "活动 3", "活动 3 38"),
)  # fmt: skip
def show(ask: Ask) -> Reply | list[Reply]:
    """The open campaigns; with a number that one; with heads behind it a report."""
    said = _NUMBERED.fullmatch(ask.args)
    if said is None:
        return _all(ask)
    one = _numbered(ask, said[1])
    words = (said[2] or "").strip()
    if words == "催":
        return _nudge(ask, one)
    if words:
        return _report(ask, one, words)
    mine = participation.due_squads(ask.me, one)
    if mine and ask.me.roles.isdisjoint(LOOKERS):
        return _ask_heads(ask, one, mine)
    return _progress(ask, one)


def _numbered(ask: Ask, number: str) -> campaigns.Campaign:
    one = campaigns.by_id(ask.db, int(number))
    if one is None or not any(campaigns.meets(one.path, path) for path in ask.me.paths(SEERS)):
        none = f"没有编号 {number} 的活动。发「活动」看现在有哪些。"
        raise Denied(none, what="活动", subject=f"campaign:{one.id}") if one else Refusal(none)
    return one


def _all(ask: Ask) -> Reply:
    newest = campaigns.newest(ask.db, ask.me.paths(SEERS), _LOOKED_AT)
    found = [each for each in newest if _concerns(ask, each)][:SHOWN]
    if not found:
        more = "发布一个,像这样发:\n发布活动 清明祭英烈 主题队日 4月1日-4月7日" if _looks(ask) else ""
        return Reply(f"现在没有活动。{more}")
    lines = [_line(ask, each) for each in found]
    buttons = tuple(Button(f"{each.id} {each.title}"[:20], "活动", str(each.id)) for each in found[:BUTTONS])
    return Reply("\n".join(lines), buttons)


def _looks(ask: Ask) -> bool:
    return not ask.me.roles.isdisjoint(LOOKERS)


def _concerns(ask: Ask, one: campaigns.Campaign) -> bool:
    return _looks(ask) or bool(participation.due_squads(ask.me, one))


def _line(ask: Ask, one: campaigns.Campaign) -> str:
    """3 清明祭英烈(主题队日)4月1日–4月7日:已报 8/12 …"""
    ended = ",已结束" if one.state != campaigns.OPEN or one.ends_at < ask.now else ""
    head = f"{one.id} {participation.name(one)},{participation.window(one, ask.now.tzinfo)}{ended}"
    if _looks(ask):
        return f"{head}:{participation.coverage(*campaigns.progress(ask.db, one, ask.me.paths(LOOKERS)))[0]}"
    mine = participation.due_squads(ask.me, one)
    left = participation.unreported(mine, campaigns.reported(ask.db, one, [unit.id for unit in mine]))
    return f"{head}:{'还没报' if left else '已报'}"


def _progress(ask: Ask, one: campaigns.Campaign) -> Reply:
    """The coverage of the asker's part, live, and who is missing."""
    # What the messages before this one in the same transaction reported is in the table already.
    paths = ask.me.paths(SEERS)
    squads, told = campaigns.progress(ask.db, one, paths)
    said, missing = participation.coverage(squads, told)
    schools = len({squad.school for squad in squads}) > 1
    lines = [
        f"活动 {one.id} {participation.name(one)}",
        f"{participation.window(one, ask.now.tzinfo)} · {_state(ask, one)}",
        said,
    ]
    lines.append(f"还没报 {len(missing)} 个:{participation.names(missing, schools)}" if missing else "全部报了。")
    return Reply("\n".join(lines), _buttons(ask, one, bool(missing)))


def _state(ask: Ask, one: campaigns.Campaign) -> str:
    if one.state != campaigns.OPEN:
        return "已结束" if one.state == campaigns.ENDED else "已撤回"
    return f"{participation.until(one, ask.now.tzinfo)}截止" if ask.now <= one.ends_at else "已截止,还可以补报"


def _buttons(ask: Ask, one: campaigns.Campaign, missing: bool) -> tuple[Button, ...]:
    if one.state != campaigns.OPEN or not _owns(ask, one):
        return ()
    end = (Button("结束", "结束活动", str(one.id)),)
    return (Button("催没报的", "活动", f"{one.id} 催"), *end) if missing else end


def _owns(ask: Ask, one: campaigns.Campaign) -> bool:
    return any(one.path.startswith(path) for path in ask.me.paths(ADMINS))


def _nudge(ask: Ask, one: campaigns.Campaign) -> Reply:
    if not any(campaigns.meets(one.path, path) for path in ask.me.paths(ADMINS)) or one.state != campaigns.OPEN:
        raise Refusal(f"活动 {one.id} 现在不能催。发「活动 {one.id}」看进度。")
    missing = participation.coverage(*campaigns.progress(ask.db, one, ask.me.paths(ADMINS)))[1]
    if not missing:
        return Reply("全部报了,不用催。")
    new = notices.nudge(ask, one, (squad.id for squad in missing))
    return Reply(f"已提醒 {new} 位辅导员。" if new else "都已经催过一次,不重复打扰。")


# --- the counselor's side -----------------------------------------------------------------------------------


def _ask_heads(ask: Ask, one: campaigns.Campaign, mine: list[Unit]) -> Reply:
    left = participation.unreported(mine, campaigns.reported(ask.db, one, [unit.id for unit in mine]))
    head = f"活动 {one.id} {participation.name(one)},{participation.window(one, ask.now.tzinfo)}"
    if not left:
        return Reply(f"{head}\n您的中队已经报了。要改,发「更正」。")
    if one.state != campaigns.OPEN or ask.now < one.begins_at:
        return Reply(f"{head}\n{'还没有开始。' if one.state == campaigns.OPEN else '已经结束。'}")
    unit = left[0]
    QUESTION.put(ask, _Asked(one.id, unit.id, unit.name))
    full = (Button(f"全到 {unit.members}", answer=f"应到{unit.members}实到{unit.members}"),) if unit.members else ()
    return Reply(f"{head}\n{unit.name}到了多少人?如:38,或应到42实到40", full)


@questions.answers(QUESTION)
def heads(ask: Ask, known: _Asked) -> list[Reply] | None:
    """The number after the tap; None for another message."""
    one = campaigns.by_id(ask.db, known.campaign)
    unit = next((each for each in ask.me.units([Role.COUNSELOR]) if each.id == known.unit), None)
    alone = context.reading_of(ask, ask.args)
    if (
        one is None
        or unit is None
        or alone.intent not in ("checkin", "unknown", "chat")
        or _whole_report(alone.records)
    ):
        return None
    found = drafts.heads_in(ask, unit.name, one.activity, ask.args)
    if found is None:
        if alone.intent == "chat":
            return None
        raise QUESTION.again(known)
    return [*_kept(ask, one, unit, found), *_next(ask, one)]


def _whole_report(records: tuple[Record, ...]) -> bool:
    return any(record.activity and record.attended is not None for record in records)


def _report(ask: Ask, one: campaigns.Campaign, words: str) -> list[Reply]:
    """活动 3 38, 活动 3 三(2) 应到42实到40."""
    if one.state != campaigns.OPEN or ask.now < one.begins_at:
        raise Refusal(f"活动 {one.id} {'还没有开始' if one.state == campaigns.OPEN else '已经结束'},没有记录。")
    named = next(iter(context.reading_of(ask, f"{words} {one.activity}").records), Record()).unit
    unit = places.by_key(ask, named) if named else None
    mine = [each for each in ask.me.units(REPORTERS) if each.kind != "学校"]
    unit = unit or (mine[0] if len(mine) == 1 else None)
    if unit is None or not one.calls(unit):
        raise Refusal(f"请写明是哪个中队,像这样发:活动 {one.id} 三(2) 38")
    if not any(unit.path.startswith(path) for path in ask.me.paths(REPORTERS)):
        raise Denied(f"{unit.name}不在您负责的范围,没有记录。", what="签到", subject=f"unit:{unit.id}")
    found = drafts.heads_in(ask, unit.name, one.activity, words.removeprefix(unit.name))
    if found is None:
        raise Refusal(f"没看懂人数,没有记录。像这样发:活动 {one.id} 38")
    return _kept(ask, one, unit, found)


def _kept(ask: Ask, one: campaigns.Campaign, unit: Unit, said: Record) -> list[Reply]:
    day = one.business_day(ask.now)
    new = checkins.new(
        unit, one.activity, day, said.attended or 0, said.due, topic="" if one.title == one.activity else one.title,
        issue=one.issue, campaign_id=one.id, timing=timing_of(day, ask.now, one.ends_at),
    )  # fmt: skip
    return reports.keep(ask, [new], None)


def _next(ask: Ask, one: campaigns.Campaign) -> list[Reply]:
    """Somebody with several squads is asked for the next one."""
    mine = participation.due_squads(ask.me, one)
    left = participation.unreported(mine, campaigns.reported(ask.db, one, [unit.id for unit in mine]))
    return [_ask_heads(ask, one, left)] if left else []


@due("campaign")
def remind(said: Due) -> Reply | None:
    """The notice, the reminder before the end, the nudge; None for whoever has nothing left to report."""
    one = campaigns.by_id(said.db, said.payload["campaign"])
    if one is None:
        return None
    if said.lead == notices.OFF:
        return Reply(f"活动 {one.id} {participation.name(one)}已撤回,不用报了。已经报的签到保留。")
    if one.state != campaigns.OPEN or said.now > one.ends_at:
        return None
    zone = said.now.tzinfo
    mine = participation.due_squads(said.person, one)
    left = participation.unreported(mine, campaigns.reported(said.db, one, [unit.id for unit in mine]))
    head = f"{participation.name(one)},{participation.window(one, zone)}"
    if not mine and said.lead == notices.NOTICE and Role.BRIGADE in said.person.roles:
        return Reply(f"新活动 {one.id}:{head}\n您学校的中队要报,看进度发「活动 {one.id}」。")
    if not left:
        return None
    names = "、".join(unit.name for unit in left[:BUTTONS])
    start = "新活动" if said.lead == notices.NOTICE else "还没报的活动"
    text = f"老师好,{start} {one.id}:{head}\n{names}请在{participation.until(one, zone)}前报人数,按一下再写个数字就行。"
    return Reply(text, (Button("报人数", "活动", str(one.id)),))
