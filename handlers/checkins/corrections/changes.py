"""What words ask a check-in to become: its unit, day, activity, heads, topic."""

from dataclasses import replace

from handlers import rights
from handlers.asker.context import context_of
from handlers.attendance import phrases
from handlers.checkins.corrections import revisions
from handlers.kit import Ask, Denied, Refusal, Reply
from handlers.privacy import gate
from handlers.reading import Context, Existing, Record, read
from handlers.wording import names, places
from storage.checkins import checkins
from storage.organisation import units


def merged(old: checkins.Checkin, said: Record) -> checkins.Checkin:
    """The check-in with what was said of it."""
    due = said.due if said.due is not None else old.due
    attended = said.attended if said.attended is not None else old.attended
    if said.absent is not None and said.attended is None and due is not None:
        attended = due - said.absent
    return replace(
        old,
        activity=said.activity or old.activity,
        day=said.date if said.dated and said.date is not None else old.day,
        due=due,
        attended=attended,
        topic=gate.cleared(said.topic or "") or old.topic,
    )


def moved(ask: Ask, new: checkins.Checkin, said: Record) -> checkins.Checkin:
    """The squad is put right as well, within what is the sender's."""
    unit = places.by_key(ask, said.unit) if said.unit else None
    if unit is None or unit.id == new.unit_id:
        return new
    if not rights.may_report(ask.me, unit):
        raise Denied(f"{unit.name}不在您负责的范围，没有改。", what="更正", subject=f"unit:{unit.id}")
    return new.at(unit)


def of_same_squad(ask: Ask, old: checkins.Checkin, said: Record) -> bool:
    """Whether what was said names no other unit that is known."""
    unit = places.by_key(ask, said.unit) if said.unit else None
    return unit is None or unit.id == old.unit_id


def changed(ask: Ask, old: checkins.Checkin, words: str) -> Reply:
    """The check-in is put right as these words ask; raises Refusal for words that ask nothing, or what cannot be."""
    reading = names.without_names(ask, read(f"更正 {phrases.with_heads(words)}", _context(ask, old)))
    record = next(iter(reading.records), Record())
    revisions.check_day(reading, record, ask.today)
    topic = record.topic if "主题" in words else None
    said = record.attended, record.due, record.absent, record.activity, topic
    if not record.dated and not any(each is not None for each in said):
        raise Refusal("没看懂要改成什么，原来的没有动。可以改人数、活动、日期、主题，像这样发：更正 实到39 应到42")
    record = replace(record, topic=topic or (record.topic if record.activity else None))
    new = moved(ask, merged(old, record), record)
    if new == old:
        return revisions.warned(phrases.echo("已处理过。现在是", old, ask.today), reading)
    return revisions.warned(revisions.said(ask, "已更正", old, revisions.revised(ask, old, new)), reading)


def _context(ask: Ask, old: checkins.Checkin) -> Context:
    """The reader's, with what is put right: 少报了2个 is two more than there are."""
    known, key = context_of(ask), units.by_id(ask.db, old.unit_id).key
    there = (Existing(key, old.activity, old.day, old.attended),) if key else ()
    return replace(known, bound_unit=key or known.bound_unit, existing=there)
