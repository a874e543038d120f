"""What words ask a check-in to become: its unit, day, activity, heads, topic."""

from dataclasses import dataclass, replace

from handlers import rights
from handlers.asker.context import context_of
from handlers.attendance import phrases
from handlers.checkins.corrections import revisions
from handlers.kit import Ask, Denied, Refusal, Reply
from handlers.privacy import gate
from handlers.reading import Context, Existing, Record, read
from handlers.wording import names, places, questions
from storage.checkins import checkins
from storage.organisation import units

# Of a class of 44 some 57 may come; who told a plausible number and now one beyond it is asked.
_MOST = 1.3


@dataclass(frozen=True, slots=True)
class _Far:
    """The check-in that would be changed, and the words that ask it."""

    checkin: int
    words: str


SURE = questions.Question(
    "correct-sure", _Far, undone="还没有改。", asks="是这样改吗？请回「是」或「否」。", dropped="好的，没有改。",
    yes="是，改", no="不改", other=r"(?:应该?|实到|到了|来了|是)*\d{1,4}[人名个]?",
)  # fmt: skip


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
        others=tuple({**dict(old.others), **said.others}.items()),
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


def changed(ask: Ask, old: checkins.Checkin, words: str, sure: bool = False) -> Reply:
    """The check-in is put right as these words ask; raises Refusal for words that ask nothing, or what cannot be."""
    reading = names.without_names(ask, read(f"更正 {phrases.with_heads(words)}", _context(ask, old)))
    record = next(iter(reading.records), Record())
    revisions.check_day(reading, record, ask.today)
    topic = record.topic if "主题" in words else None
    said = record.attended, record.due, record.absent, record.activity, topic, record.others or None
    if not record.dated and not any(each is not None for each in said) and of_same_squad(ask, old, record):
        raise Refusal("没看懂要改成什么，原来的没有动。可以改人数、活动、日期、主题，像这样发：更正 实到39 应到42")
    record = replace(record, topic=topic or (record.topic if record.activity else None))
    new = moved(ask, merged(old, record), record)
    if new == old:
        return revisions.warned(phrases.echo("已处理过。现在是", old, ask.today), reading)
    if not sure and (whole := _far_from(ask, old, new)):
        asks = f"{new.unit_name}应到 {whole} 人，要改成实到 {new.attended} 人吗？还没有改。"
        return Reply(asks, SURE.put(ask, _Far(old.id, words)))
    return revisions.warned(revisions.said(ask, "已更正", old, revisions.revised(ask, old, new)), reading)


@questions.answers(SURE)
def agreed(ask: Ask, known: _Far) -> Reply | None:
    """It is changed as was asked, however far that is, or to the number that is told instead."""
    old = checkins.by_id(ask.db, known.checkin)
    if old is None:
        return None
    told = any(map(str.isdecimal, ask.args.partition(" ")[0]))
    return changed(ask, old, ask.args if told else known.words, sure=not told)


def _far_from(ask: Ask, old: checkins.Checkin, new: checkins.Checkin) -> int:
    """How many were due, where so many as before are plausible and so many as now are not; else 0."""
    whole = new.due or units.by_id(ask.db, new.unit_id).members or 0
    fits = [whole <= 2 * one.attended and one.attended <= _MOST * whole for one in (old, new)]
    return whole if revisions.possible(new) and fits == [True, False] else 0


def _context(ask: Ask, old: checkins.Checkin) -> Context:
    """The reader's, with what is put right: 少报了2个 is two more than there are."""
    known, key = context_of(ask), units.by_id(ask.db, old.unit_id).key
    there = (Existing(key, old.activity, old.day, old.attended),) if key else ()
    return replace(known, bound_unit=key or known.bound_unit, existing=there)
