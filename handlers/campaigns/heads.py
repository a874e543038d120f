"""A counselor's heads for a campaign: by one tap and a number, or behind the number of the campaign."""

from dataclasses import dataclass

from handlers.asker import context
from handlers.attendance import drafts, participation, reports
from handlers.campaigns import attribution
from handlers.kit import REPORTERS, Ask, Button, Denied, Refusal, Reply, Role, Unit
from handlers.reading import Record
from handlers.wording import places, questions
from scheduling.periods import timing_of
from storage.campaigns import campaigns
from storage.checkins import checkins


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whose heads are asked for which campaign."""

    campaign: int
    unit: int
    name: str


QUESTION = questions.Question(
    "campaign-heads", _Asked, undone="还没有记。", dropped="好的，没有记。",
    asks="{name}到了多少人？如：38\n不报了，发「取消」。",
)  # fmt: skip


def ask_heads(ask: Ask, one: campaigns.Campaign, mine: list[Unit]) -> Reply:
    """The question for the heads of the first of these squads that has not reported."""
    left = participation.unreported(mine, campaigns.reported(ask.db, one, [unit.id for unit in mine]))
    head = f"活动 {one.id} {participation.name(one)}，{participation.window(one, ask.now.tzinfo)}"
    if not left:
        return Reply(f"{head}\n您的中队已经报了。要改，发「更正」。")
    if one.state != campaigns.OPEN or ask.now < one.begins_at:
        return Reply(f"{head}\n{'还没有开始。' if one.state == campaigns.OPEN else '已经结束。'}")
    unit = left[0]
    QUESTION.put(ask, _Asked(one.id, unit.id, unit.name))
    full = (Button(f"全到 {unit.members}", answer=f"应到{unit.members}实到{unit.members}"),) if unit.members else ()
    return Reply(f"{head}\n{unit.name}到了多少人？如：38，或应到42实到40", full)


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


def report(ask: Ask, one: campaigns.Campaign, words: str) -> list[Reply]:
    """活动 3 38, 活动 3 三(2) 应到42实到40."""
    if one.state != campaigns.OPEN or ask.now < one.begins_at:
        raise Refusal(f"活动 {one.id} {'还没有开始' if one.state == campaigns.OPEN else '已经结束'}，没有记录。")
    if counted := attribution.by_number(ask, one, words):
        return counted
    named = next(iter(context.reading_of(ask, f"{words} {one.activity}").records), Record()).unit
    unit = places.by_key(ask, named) if named else None
    mine = [each for each in ask.me.units(REPORTERS) if each.kind != "学校"]
    unit = unit or (mine[0] if len(mine) == 1 else None)
    if unit is None or not one.calls(unit):
        raise Refusal(f"请写明是哪个中队，像这样发：活动 {one.id} 三(2) 38")
    if not any(unit.path.startswith(path) for path in ask.me.paths(REPORTERS)):
        raise Denied(f"{unit.name}不在您负责的范围，没有记录。", what="签到", subject=f"unit:{unit.id}")
    found = drafts.heads_in(ask, unit.name, one.activity, words.removeprefix(unit.name))
    if found is None:
        raise Refusal(f"没看懂人数，没有记录。像这样发：活动 {one.id} 38")
    return _kept(ask, one, unit, found)


def _kept(ask: Ask, one: campaigns.Campaign, unit: Unit, said: Record) -> list[Reply]:
    day = said.date if said.dated and said.date else one.business_day(ask.now)
    if not one.holds(day, ask.now.tzinfo):
        raise Refusal(f"那天不在活动 {one.id} 的时间里（{participation.window(one, ask.now.tzinfo)}），没有记录。")
    there = checkins.of_day(ask.db, unit.id, one.activity, day, one.issue)
    if same := next((each for each in there if each.campaign_id is None and each.attended == said.attended), None):
        return attribution.counted(ask, one, same.id)
    due, topic = said.due or _on_roll(unit, said.attended), "" if one.title == one.activity else one.title
    new = checkins.new(
        unit, one.activity, day, said.attended or 0, due, topic=topic, issue=one.issue, campaign_id=one.id,
        timing=timing_of(day, ask.now, one.ends_at),
    )  # fmt: skip
    return reports.keep(ask, [new], None)


def _on_roll(unit: Unit, attended: int | None) -> int | None:
    """As many are due as there are, where nobody says another number and no more came."""
    return unit.members if unit.members and (attended or 0) <= unit.members else None


def _next(ask: Ask, one: campaigns.Campaign) -> list[Reply]:
    """Somebody with several squads is asked for the next one."""
    mine = participation.due_squads(ask.me, one)
    left = participation.unreported(mine, campaigns.answered(ask.db, one, [unit.id for unit in mine]))
    return [ask_heads(ask, one, left)] if left else []
