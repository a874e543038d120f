"""What a check-in that is put right may become, how it is kept, and what is said of it."""

from dataclasses import replace
from datetime import date

from handlers.attendance import drafts, phrases, squads
from handlers.kit import Ask, Refusal, Reply
from handlers.reading import Reading, Record
from handlers.wording import days, names, weeks
from scheduling import periods
from storage.campaigns import campaigns
from storage.checkins import checkins, recording

MEANWHILE = "这条签到刚被别人改过，没有再改。发「我的」看现在的情况，再改一次。"


def said(ask: Ask, result: str, old: checkins.Checkin, new: checkins.Checkin) -> Reply:
    """The check-in as it is now, and what becomes of a week that has gone out."""
    reply = phrases.echo(result, new, ask.today)
    turned = phrases.turned(old, new, ask.today)
    reply = phrases.with_more(reply, f"改动：{turned}") if turned else reply
    more = frozen(ask, old) or frozen(ask, new)
    return phrases.with_more(reply, more) if more else reply


def frozen(ask: Ask, one: checkins.Checkin) -> str:
    """What becomes of a change in a week of which the digest has gone out; empty for a later week."""
    if ask.now < periods.frozen_at(one.day, ask.now.tzinfo):
        return ""
    return f"{weeks.week_spoken(one.week, ask.today)}的周报已经发出，这次算更正，下一期周报会写明。"


def warned(reply: Reply, reading: Reading) -> Reply:
    """With what is to be said of words that were not kept."""
    warning = names.privacy_warning(reading.issues)
    return replace(reply, text=f"{reply.text}\n{warning}") if warning else reply


def check_day(reading: Reading, record: Record, today: date) -> None:
    """A corrected day is held to the same rules as a new one; raises Refusal."""
    if "DATE_INVALID" in reading.issues:
        raise Refusal("没有这个日期，原来的没有动。像这样发：更正 4月3日")
    if record.dated and record.date and (record.date > today or today - record.date > drafts.OLDEST):
        raise Refusal(f"{days.day(record.date, today)}太早或还没到，原来的没有动。请核对日期，像这样发：更正 昨天")


def possible(new: checkins.Checkin) -> bool:
    """Whether so many can have come at all."""
    return 0 < new.attended <= min(squads.most_heads(new.kind), new.due or new.attended)


def revised(ask: Ask, old: checkins.Checkin, new: checkins.Checkin) -> checkins.Checkin:
    """The check-in as it is now; raises Refusal for what cannot be right."""
    if not 0 < new.attended <= squads.most_heads(new.kind):
        raise Refusal(f"实到 {new.attended} 人好像不对，没有改。请再核对，像这样发：更正 实到40")
    if new.due is not None and new.attended > new.due:
        raise Refusal(f"实到 {new.attended} 人比应到 {new.due} 人还多，没有改。请再核对，像这样发：更正 应到42实到40")
    if new.place[:3] != old.place[:3]:
        new = replace(new, sequence=1)
    there = checkins.of_day(ask.db, new.unit_id, new.activity, new.day, new.issue)
    if any(one.sequence == new.sequence and one.id != old.id for one in there):
        raise Refusal(f"{days.day(new.day)}的{new.activity}已经有一条签到，没有改。要去掉多的一条，发「撤回」。")
    if new.place != old.place:
        new = _elsewhere(ask, new)
    stored = recording.revise(ask.db, ask.rollups, old, new, ask.me.id, ask.now)
    if stored is None:
        raise Refusal(MEANWHILE)
    return stored


def _elsewhere(ask: Ask, new: checkins.Checkin) -> checkins.Checkin:
    """Of another squad, activity or day: in time or not by the new day, and for no campaign that it does not fit."""
    campaign = campaigns.by_id(ask.db, new.campaign_id) if new.campaign_id else None
    zone = ask.now.tzinfo
    if campaign and not (new.activity == campaign.activity and campaign.holds(new.day, zone)):
        campaign = None
    made_at = (new.made_at or ask.now).astimezone(zone)
    timing = periods.timing_of(new.day, made_at, campaign.ends_at if campaign else None)
    return replace(new, timing=timing, campaign_id=campaign.id if campaign else None)
