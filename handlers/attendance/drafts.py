"""The check-in that a complete record asks for: of which day and campaign; refused where it cannot be."""

from dataclasses import replace
from datetime import timedelta

from handlers.asker import context, schools
from handlers.attendance import participation, phrases, squads
from handlers.kit import Ask, Refusal, Unit
from handlers.privacy import gate
from handlers.reading import Record
from scheduling.periods import timing_of
from storage.checkins import checkins
from storage.organisation import units

OLDEST = timedelta(days=180)


def checkin_of(ask: Ask, record: Record) -> checkins.Checkin:
    """The check-in that a complete record asks for; raises Refusal for a unit that is not there or not the asker's.

    What answers a campaign belongs to the campaign's day: a report after midnight to the evening before.
    """
    return of_unit(ask, squads.unit_of(ask, record), record)


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


def like(ask: Ask, one: checkins.Checkin, record: Record) -> checkins.Checkin:
    """The same of the unit that reported this one."""
    return of_unit(ask, units.by_id(ask.db, one.unit_id), record)


def heads_like(ask: Ask, one: checkins.Checkin, words: str) -> Record | None:
    """The heads that the words tell of its unit and activity."""
    return heads_in(ask, units.by_id(ask.db, one.unit_id).name, one.activity, words)


def heads_in(ask: Ask, unit_name: str, activity: str, words: str) -> Record | None:
    """The heads that the words tell of this unit and activity: 38, 应到42实到40; None when they are not clear."""
    said = f"{unit_name} {activity} {phrases.with_heads(words)}"
    record = next(iter(context.reading_of(ask, said).records), None)
    doubts = [issue for issue in (record.issues if record else ()) if issue.startswith("COUNT")]
    return record if record and record.attended is not None and not doubts else None
