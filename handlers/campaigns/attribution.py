"""A check-in that is there already counts for a campaign because somebody says so: 活动 3 #17."""

from dataclasses import replace

from handlers import rights
from handlers.attendance import participation, phrases
from handlers.kit import Ask, Denied, Refusal, Reply
from storage.base import numbered
from storage.campaigns import campaigns
from storage.checkins import checkins, recording
from storage.organisation import units


def by_number(ask: Ask, one: campaigns.Campaign, words: str) -> list[Reply]:
    """Nothing where the words are no number of a check-in."""
    number, _ = numbered.row(words)
    return [] if number is None else counted(ask, one, number)


def counted(ask: Ask, one: campaigns.Campaign, number: int) -> list[Reply]:
    """A check-in that is there counts for it, too, because somebody says so."""
    found = checkins.by_id(ask.db, number)
    unit = units.by_id(ask.db, found.unit_id) if found else None
    if found is None or unit is None or not rights.may_change(ask.me, unit, found.person_id):
        raise Denied(
            f"您没有编号 {number} 的签到，没有计入。发「我的」看您报过的。", what="签到", subject=f"checkin:{number}"
        )
    fits = found.activity == one.activity and participation.calls(one, unit) and one.holds(found.day, ask.now.tzinfo)
    new = replace(found, campaign_id=one.id)
    if not fits or not recording.revise(ask.db, ask.rollups, found, new, ask.me.id, ask.now):
        raise Refusal(f"{phrases.dated(found, ask.today)}不能计入活动 {one.id}，没有改。")
    return [phrases.echo(f"已计入活动 {one.id}「{one.title}」", new, ask.today)]
