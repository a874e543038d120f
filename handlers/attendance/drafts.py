"""The check-in that a complete record asks for: of which unit, day and campaign; refused where it cannot be."""

from dataclasses import replace
from datetime import timedelta

from handlers import rights
from handlers.asker import context, examples, other_schools, schools
from handlers.attendance import participation, phrases
from handlers.kit import Ask, Denied, Refusal, Unit
from handlers.privacy import gate
from handlers.reading import Record
from handlers.wording import places
from scheduling.periods import timing_of
from storage.checkins import checkins
from storage.organisation import units

# More in one squad is a slip of the finger (COUNT_RANGE of the grammar).
LARGEST_SQUAD = 65
OLDEST = timedelta(days=180)


def checkin_of(ask: Ask, record: Record) -> checkins.Checkin:
    """The check-in that a complete record asks for; raises Refusal for a unit that is not there or not the asker's.

    What answers a campaign belongs to the campaign's day: a report after midnight to the evening before.
    """
    return of_unit(ask, _unit(ask, record), record)


def of_unit(ask: Ask, unit: Unit, record: Record) -> checkins.Checkin:
    """The same for a unit that is known to be the asker's."""
    assert record.activity and record.attended is not None and record.date
    campaign = participation.answered(ask, unit, record)
    day = record.date if record.dated or campaign is None else campaign.business_day(ask.now)
    if ask.today - day > OLDEST:
        raise Refusal(phrases.too_old(day, ask.today))
    new = checkins.new(
        unit,
        record.activity,
        day,
        record.attended,
        record.due,
        topic=gate.cleared(record.topic or ""),
        others=tuple(sorted(record.others.items())),
        issue=record.number or (campaign.issue if campaign else 0),
        sequence=2 if record.again else 1,
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


def check_unit(ask: Ask, record: Record) -> None:
    """Raises Denied for a unit that is not the asker's, or another school, before anything else is asked of it."""
    if record.unit is None:
        other_schools.check(ask)
    elif places.by_key(ask, record.unit):
        _unit(ask, record)


def _unit(ask: Ask, record: Record) -> Unit:
    assert record.unit
    unit = places.by_key(ask, record.unit)
    if unit is None:
        raise Refusal(_not_there(ask, record))
    if rights.may_report(ask.me, unit):
        return unit
    own = places.own_squad(ask.me)
    if own is not None and unit.covers(own) and (record.attended or 0) <= LARGEST_SQUAD:
        # 全校升旗仪式 38人, said by a counselor: her squad's part in it.
        return own
    words = f"{unit.name}不在您负责的范围，没有记录。请核对中队，或请该中队的辅导员来报。"
    raise Denied(words, what="签到", subject=f"unit:{unit.id}")


def _not_there(ask: Ask, record: Record) -> str:
    key = record.unit or ""
    name, like = places.key_name(key), examples.checkin(ask, record)
    if key.startswith("G"):
        return f"名册里没有{name}这一级，没有记录。请分中队报，像这样发：\n{like}"
    return f"没有找到「{name}」。请核对中队，像这样发：{like}"
