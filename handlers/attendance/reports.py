"""What becomes of complete records: they are stored, counted in their event, and said back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby

from handlers import rights
from handlers.asker import context, schools
from handlers.attendance import attachments, participation, phrases
from handlers.kit import Ask, Button, Denied, Refusal, Reply, Unit
from handlers.reading import Record
from handlers.wording import days, places, weeks
from scheduling.periods import timing_of
from storage.campaigns import campaigns
from storage.checkins import checkins, recording
from storage.checkins.checkins import BACKFILLED, Checkin
from storage.organisation import units

# More in one squad is a slip of the finger (COUNT_RANGE of the grammar).
LARGEST_SQUAD = 65
OLDEST = timedelta(days=180)


def store(ask: Ask, records: Sequence[Record], first: int | None, joint: bool = False) -> list[Reply]:
    """Each record for itself: one that is refused does not cost the others. `joint`: they are of one event.

    `first` is the message that was asked about: its photos belong to the check-in too.
    """
    wanted: list[Checkin] = []
    refused: list[Reply] = []
    for record in records:
        try:
            wanted.append(checkin_of(ask, record))
        except Refusal as refusal:
            ask.refused(refusal)
            refused.append(Reply(refusal.text))
    return [*keep(ask, wanted, first, joint), *refused]


def keep(ask: Ask, wanted: Sequence[Checkin], first: int | None, joint: bool = False) -> list[Reply]:
    """Store these check-ins and say so; one that is there already is said as it is."""
    stored: list[Checkin] = []
    others: list[Reply] = []
    photos = 0
    for new in wanted:
        before = _same_issue(ask, new)
        kept = None if before else recording.record(ask.db, ask.rollups, new, ask.me.id, ask.inbox_id, ask.now)
        if kept is None:
            others.append(_again(ask, new, before))
        else:
            stored.append(kept)
            full = attachments.full(ask, kept)
            others += [Reply(full)] if full else []
            photos = attachments.add_to(ask, kept) + attachments.adopt(ask, first, kept)
    together = _unite(ask, stored) if joint and len(stored) > 1 else False
    return [*_echoes(ask, stored, photos, joint, together), *others]


def _same_issue(ask: Ask, new: Checkin) -> Checkin | None:
    """The report of the same issue of a series, whatever the day: it is learned once."""
    if not new.issue:
        return None
    return checkins.of_issue(ask.db, new.unit_id, new.activity, new.issue, new.day - OLDEST)


def checkin_of(ask: Ask, record: Record) -> Checkin:
    """The check-in that a complete record asks for; raises Refusal for a unit that is not there or not the asker's.

    What answers a campaign belongs to the campaign's day: a report after midnight to the evening before.
    """
    return of_unit(ask, _unit(ask, record), record)


def of_unit(ask: Ask, unit: Unit, record: Record) -> Checkin:
    """The same for a unit that is known to be the asker's."""
    assert record.activity and record.attended is not None and record.date
    campaign = participation.answered(ask, unit, record)
    day = record.date if record.dated or campaign is None else campaign.business_day(ask.now)
    if ask.today - day > OLDEST:
        raise Refusal(too_old(day, ask.today))
    new = checkins.new(
        unit,
        record.activity,
        day,
        record.attended,
        record.due,
        topic=record.topic or "",
        others=tuple(sorted(record.others.items())),
        issue=record.number,
        timing=timing_of(day, ask.now, campaign.ends_at if campaign else None),
        campaign_id=campaign.id if campaign else None,
    )
    several = schools.has_several_schools(ask)
    return replace(new, unit_name=units.full_name(ask.db, unit)) if several else new


def heads_in(ask: Ask, unit_name: str, activity: str, words: str) -> Record | None:
    """The heads that the words tell of this unit and activity: 38, 应到42实到40; None when they are not clear."""
    said = f"{unit_name} {activity} {phrases.with_heads(words)}"
    record = next(iter(context.reading_of(ask, said).records), None)
    doubts = [issue for issue in (record.issues if record else ()) if issue.startswith("COUNT")]
    return record if record and record.attended is not None and not doubts else None


def too_old(day: date, today: date) -> str:
    """Why a day is not recorded any more."""
    return f"{days.day(day, today)}已经过去半年多,不能再报,没有记录。日期写错了的话,请改好再发一次。"


def _unit(ask: Ask, record: Record) -> Unit:
    assert record.unit and record.attended is not None
    unit = places.by_key(ask, record.unit)
    if unit is None:
        raise Refusal(_not_there(record.unit))
    if rights.may_report(ask.me, unit):
        return unit
    own = places.own_squad(ask.me)
    if own is not None and unit.covers(own) and record.attended <= LARGEST_SQUAD:
        # 全校升旗仪式 38人, said by a counselor: her squad's part in it.
        return own
    words = f"{unit.name}不在您负责的范围,没有记录。请核对中队,或请该中队的辅导员来报。"
    raise Denied(words, what="签到", subject=f"unit:{unit.id}")


def _not_there(key: str) -> str:
    name = places.key_name(key)
    if key.startswith("G"):
        return f"名册里没有{name}这一级,没有记录。请分中队报,像这样发:\n三(1)40 三(2)38 主题队日"
    return f"没有找到「{name}」。请核对中队,像这样发:三(2)中队 主题队日 38人"


def _unite(ask: Ask, stored: list[Checkin]) -> bool:
    """Several squads of one message held it together; another activity or day is another event."""
    together = False
    for _, same in groupby(sorted(stored, key=_event), key=_event):
        ones = list(same)
        if len(ones) > 1:
            recording.unite(ask.db, ask.rollups, ones, ask.me.id, ask.now)
            together = True
    return together


def _event(one: Checkin) -> tuple[str, str]:
    return one.activity, one.day.isoformat()


def _echoes(ask: Ask, stored: list[Checkin], photos: int, joint: bool, together: bool) -> list[Reply]:
    if not ask.message.private:
        return [phrases.in_group("已记录", one, ask.today) for one in stored]
    if len(stored) <= 1:
        return [_echo(ask, one, photos, joint) for one in stored]
    lines = "\n".join(f"{phrases.dated(one, ask.today)} {phrases.heads(one)}" for one in stored)
    topic = stored[0].topic and f"\n{stored[0].topic}"
    one_event = "\n合办的算一场。" if together else ""
    change = f"要改其中一条,像这样发:更正 {stored[0].unit_name} 实到39"
    return [Reply(f"已记录 {len(stored)} 条:\n{lines}{topic}{one_event}\n{change}")]


def _echo(ask: Ask, one: Checkin, photos: int, joint: bool) -> Reply:
    """With what is to be said about its event: that it is one with others, or how it becomes so."""
    said = phrases.echo("已记录", one, ask.today, photos)
    if one.campaign_id is not None and (campaign := campaigns.by_id(ask.db, one.campaign_id)):
        said = phrases.with_more(said, f"计入活动 {campaign.id}「{campaign.title}」。")
    if one.timing == BACKFILLED:
        said = phrases.with_more(said, f"{weeks.week_name(one.week)}的周报已经发出,这条算补报,下一期周报会写明。")
    if one.whole:
        return phrases.with_more(
            said,
            "各中队当天报的同一活动都算在这一场里,人数不重复计。",
            Button("各中队都参加了", "同场", f"#{one.id} 各中队"),
        )
    if one.event_id is not None:
        return phrases.with_more(said, "和全校的算同一场。", Button("不是同一场", "同场", f"#{one.id} 不是"))
    if joint:
        return phrases.with_more(said, f"几个中队合办的,请另外的中队报完以后发「同场 {one.id}」,只算一场。")
    return said


def _again(ask: Ask, new: Checkin, before: Checkin | None) -> Reply:
    """What is said when the squad has a check-in of that activity and day, or that issue, already."""
    before = before or checkins.valid_one(ask.db, new.unit_id, new.activity, new.day, new.issue)
    assert before is not None
    if before.attended == new.attended and new.due in (None, before.due):
        attachments.add_to(ask, before)
        return phrases.echo("已经记过,没有重复计", before, ask.today)
    button = Button(f"改成{phrases.heads(new)}", "更正", f"#{before.id} {phrases.heads(new)}")
    return Reply(
        f"{phrases.dated(before, ask.today)} 已记{phrases.heads(before)},这次没有再记。\n要改成{phrases.heads(new)}吗?",
        (button,),
    )


def unchanged(ask: Ask, words: str) -> Reply:
    """An answer that comes too late changes nothing: what stands now is said instead."""
    newest = checkins.newest(ask.db, person_id=ask.me.id)
    if newest is None:
        return Reply(f"{words}。发「帮助」看看现在能做什么。")
    return phrases.echo(f"{words}。您最近一次签到现在是", newest, ask.today)
