"""更正 and 撤回: a check-in is put right or taken back; what it said before is kept."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from handlers import registry, rights
from handlers.asker import examples
from handlers.asker.context import context_of, reading_of
from handlers.attendance import drafts, phrases, reports
from handlers.kit import REPORTERS, Ask, Button, Denied, Refusal, Reply
from handlers.privacy import gate
from handlers.reading import Reading, Record, read
from handlers.wording import days, names, places, private, questions, weeks
from scheduling import periods
from storage.base import numbered
from storage.campaigns import campaigns
from storage.checkins import checkins, recording
from storage.organisation import units

MOST_HEADS = 20_000
MEANWHILE = "这条签到刚被别人改过,没有再改。发「我的」看现在的情况,再改一次。"


@dataclass(frozen=True, slots=True)
class _Corrected:
    """The check-in that is put right."""

    checkin: int


CORRECT = questions.Question(
    "correct", _Corrected, undone="还没有改。", asks="直接发新的内容,如:实到39\n不改了,发「取消」。",
    dropped="好的,没有改。",
)  # fmt: skip
_WORD = re.compile(r"^/?(?:签到|checkin)(?:@\w+)?[\s:：,，]*", re.IGNORECASE)


@registry.command(
    "更正", "correct", who=REPORTERS, group="签到", rank=14, help="改最近一次签到", glued=registry.ANYTHING,
    examples=("更正", "更正 实到39", "更正 三(2)中队 应到42实到40"),
)  # fmt: skip
def correct(ask: Ask) -> Reply:
    """Change the newest check-in, or the one with this number, or the newest of a squad."""
    old, words = _meant(ask)
    if not words:
        CORRECT.put(ask, _Corrected(old.id))
        return Reply(f"要改哪里?现在是:{phrases.dated(old, ask.today)} {phrases.heads(old)}\n直接发新的内容,如:实到39")
    return _changed(ask, old, words)


@questions.answers(reports.REPLACE)
def replaced(ask: Ask, known: reports.Replacing) -> Reply:
    """What was reported a second time takes the place of the first."""
    return correct(replace(ask, args=known.correction))


@registry.reads("correct")
def correct_by_words(ask: Ask) -> Reply:
    """更正:三(2)中队实到应为39人."""
    return correct(replace(ask, args=ask.args.removeprefix("更正").lstrip(":： ")))


@questions.answers(CORRECT)
def corrected(ask: Ask, known: _Corrected) -> Reply | None:
    """The new content, after 更正 alone."""
    old = checkins.by_id(ask.db, known.checkin)
    alone = reading_of(ask, ask.args)
    if old is None or (alone.status == "ok" and alone.records and not _same_squad(ask, old, alone.records[0])):
        # A whole report of another squad is no correction of this one.
        return None
    return _changed(ask, old, ask.args)


def _same_squad(ask: Ask, old: checkins.Checkin, said: Record) -> bool:
    unit = places.by_key(ask, said.unit) if said.unit else None
    return unit is None or unit.id == old.unit_id


@registry.command("撤回", "cancel", who=REPORTERS, group="签到", rank=18, help="撤回最近一次签到", examples=("撤回",))
def cancel(ask: Ask) -> Reply:
    """Take back the newest check-in, or the one with this number."""
    if any(word in ask.args for word in ("全部", "所有")):
        raise Refusal("一次撤回一条,什么都没有动。发「我的」看报过的,再像这样发:撤回 三(2)中队")
    bare = ask.args.isascii() and ask.args.isdecimal()
    old, _ = _meant(replace(ask, args=f"#{ask.args}") if bare else ask)
    if not recording.withdraw(ask.db, ask.rollups, old, ask.me.id, ask.now):
        raise Refusal(MEANWHILE)
    counts = _frozen(ask, old) or "没有计入周报。要重新报,直接发就行。"
    return Reply(f"已撤回:{phrases.dated(old, ask.today)} {phrases.heads(old)}\n{counts}")


@registry.reads("cancel")
def cancel_by_words(ask: Ask) -> Reply:
    """撤回刚才的; 取消 alone is the answer to a question, and may come twice or too late."""
    if ask.args.strip() == "取消":
        raise Refusal("现在没有要您回答的问题,什么都没有动。要撤回最近一次签到,发「撤回」。", Button("撤回", "撤回"))
    return cancel(replace(ask, args=""))


def _meant(ask: Ask) -> tuple[checkins.Checkin, str]:
    """The check-in that is meant, by number (#17, as the buttons say it) or by words, and what else was said."""
    if ask.me.roles.isdisjoint(REPORTERS):
        raise Denied(f"签到由报它的老师来改。{examples.nearest(ask)}", what="更正")
    checkin_id, words = numbered.row(ask.args)
    if checkin_id is None:
        return _by_words(ask), ask.args
    gone = checkins.withdrawn(ask.db, checkin_id)
    if gone and _mine(ask, gone):
        raise Refusal(f"已处理过:{phrases.dated(gone, ask.today)} 已经撤回,现在没有计入周报。要重新报,直接发就行。")
    found = checkins.by_id(ask.db, checkin_id)
    if found is None or not _mine(ask, found):
        none = f"您没有编号 {checkin_id} 的签到,什么都没有动。发「我的」看您报过的。"
        raise Denied(none, what="更正", subject=f"checkin:{checkin_id}") if found or gone else Refusal(none)
    return found, words


def _by_words(ask: Ask) -> checkins.Checkin:
    if case := numbered.lettered(ask.message.text):
        how = f"签到没有动。要撤回还没审的提名,发「撤回提名 {case}」;看报过的签到,发「我的」。"
        raise Refusal(f"{case} 不是签到的编号,{how}")
    found = _newest(ask)
    none = f"没有可以更正或撤回的签到。先报一次,像这样发:{examples.checkin(ask)}"
    if found is None:
        raise Refusal(none)
    if not _mine(ask, found):
        raise Denied(none, what="更正", subject=f"checkin:{found.id}")
    return found


def _mine(ask: Ask, found: checkins.Checkin) -> bool:
    unit = units.by_id(ask.db, found.unit_id)
    return rights.may_change(ask.me, unit, found.person_id)


def _newest(ask: Ask) -> checkins.Checkin | None:
    """The one of the activity that is named beside the heads, else the newest of the squad, else the sender's."""
    context = replace(context_of(ask), bound_unit=None)
    record = next(iter(read(f"更正 {ask.args}", context).records), Record())
    unit = places.by_key(ask, record.unit) if record.unit else None
    own = unit or ask.me.units(REPORTERS)[0]
    if record.activity and (record.attended or record.due or record.absent):
        # Of one that is there heads are corrected; else the newest gets another activity or day.
        day = record.date if record.dated else None
        meant = checkins.newest(ask.db, unit_id=own.id, activity=record.activity, day=day)
        if meant is not None:
            return meant
    if unit is not None:
        return checkins.newest(ask.db, unit_id=unit.id)
    return checkins.newest(ask.db, person_id=ask.me.id) or checkins.newest(ask.db, unit_id=own.id)


def _changed(ask: Ask, old: checkins.Checkin, words: str) -> Reply:
    reading = names.without_names(ask, reading_of(ask, f"更正 {phrases.with_heads(words)}"))
    record = next(iter(reading.records), Record())
    _check_day(reading, record, ask.today)
    if (
        record.attended is None
        and record.due is None
        and record.absent is None
        and not (record.activity or record.dated)
    ):
        raise Refusal("没看懂要改成什么,原来的没有动。可以改人数、活动、日期,像这样发:更正 实到39 应到42")
    new = _moved(ask, _merged(old, record), record)
    if new == old:
        return _warned(phrases.echo("已处理过。现在是", old, ask.today), reading)
    return _warned(_said(ask, "已更正", old, revised(ask, old, new)), reading)


def _said(ask: Ask, result: str, old: checkins.Checkin, new: checkins.Checkin) -> Reply:
    said = phrases.echo(result, new, ask.today)
    frozen = _frozen(ask, old) or _frozen(ask, new)
    return phrases.with_more(said, frozen) if frozen else said


def _frozen(ask: Ask, one: checkins.Checkin) -> str:
    """What becomes of a change in a week of which the digest has gone out; empty for a later week."""
    if ask.now < periods.frozen_at(one.day, ask.now.tzinfo):
        return ""
    return f"{weeks.week_name(one.week)}的周报已经发出,这次算更正,下一期周报会写明。"


def _warned(reply: Reply, reading: Reading) -> Reply:
    warning = private.privacy_warning(reading.issues)
    return replace(reply, text=f"{reply.text}\n{warning}") if warning else reply


def _check_day(reading: Reading, record: Record, today: date) -> None:
    """A corrected day is held to the same rules as a new one; raises Refusal."""
    if "DATE_INVALID" in reading.issues:
        raise Refusal("没有这个日期,原来的没有动。像这样发:更正 4月3日")
    if record.dated and record.date and (record.date > today or today - record.date > drafts.OLDEST):
        raise Refusal(f"{days.day(record.date, today)}太早或还没到,原来的没有动。请核对日期,像这样发:更正 昨天")


def revised(ask: Ask, old: checkins.Checkin, new: checkins.Checkin) -> checkins.Checkin:
    """The check-in as it is now; raises Refusal for what cannot be right."""
    most = drafts.LARGEST_SQUAD if new.kind == units.Kind.SQUAD else MOST_HEADS
    if not 0 < new.attended <= most:
        raise Refusal(f"实到 {new.attended} 人好像不对,没有改。请再核对,像这样发:更正 实到40")
    if new.due is not None and new.attended > new.due:
        raise Refusal(f"实到 {new.attended} 人比应到 {new.due} 人还多,没有改。请再核对,像这样发:更正 应到42实到40")
    if checkins.valid_one(ask.db, new.unit_id, new.activity, new.day, new.issue) not in (None, old):
        raise Refusal(f"{days.day(new.day)}的{new.activity}已经有一条签到,没有改。要去掉多的一条,发「撤回」。")
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


def _merged(old: checkins.Checkin, said: Record) -> checkins.Checkin:
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
        topic=gate.cleared(said.topic) if said.topic else old.topic,
    )


# --- the message itself was changed -----------------------------------------------------------------------


@registry.edits("checkin")
def edited(ask: Ask) -> list[Reply] | None:
    """New words of a message correct the check-ins that it recorded, and record no others."""
    message = ask.message
    found = checkins.of_message(ask.db, ask.me.id, message.channel, message.chat, message.spoken_as)
    if not found:
        return None
    left = [one for one, stands in found if stands and _mine(ask, one)]
    if not left:
        return [Reply("那次签到已经撤回,改消息不会再记。要重新报,请发一条新消息。")]
    words = _WORD.sub("", ask.args)
    context = replace(context_of(ask), bound_unit=None)
    reading = names.without_names(ask, read(f"更正 {phrases.with_heads(words)}", context))
    if len(left) == 1 and len(reading.records) <= 1:
        replies = _corrected_one(ask, left[0], next(iter(reading.records), Record()))
        return [_warned(reply, reading) for reply in replies]
    return [_warned(_corrected_many(ask, left, reading.records), reading)]


def _corrected_one(ask: Ask, old: checkins.Checkin, said: Record) -> list[Reply]:
    if said.attended is None and said.due is None and not said.activity:
        raise Refusal("您改了报签到的消息,但没看懂要改成什么,原来的没有动。像这样发:更正 实到39 应到42")
    new = _moved(ask, _merged(old, said), said)
    return [] if new == old else [_said(ask, "已按您改的消息更正", old, revised(ask, old, new))]


def _moved(ask: Ask, new: checkins.Checkin, said: Record) -> checkins.Checkin:
    """The squad is put right as well, within what is the sender's."""
    unit = places.by_key(ask, said.unit) if said.unit else None
    if unit is None or unit.id == new.unit_id:
        return new
    if not rights.may_report(ask.me, unit):
        raise Denied(f"{unit.name}不在您负责的范围,没有改。", what="更正", subject=f"unit:{unit.id}")
    return new.at(unit)


def _corrected_many(ask: Ask, left: list[checkins.Checkin], records: Sequence[Record]) -> Reply:
    """By squad; what was not there before is not recorded, what is missing now is not withdrawn: both are said."""
    lines, new = [], 0
    for record in records:
        unit = places.by_key(ask, record.unit) if record.unit else None
        same = [one for one in left if unit and one.unit_id == unit.id]
        old = next((one for one in same if record.activity in (None, one.activity)), next(iter(same), None))
        if old is None:
            new += 1
            continue
        left.remove(old)
        merged = _merged(old, record)
        if merged != old:
            lines.append(f"已更正:{phrases.checkin_line(revised(ask, old, merged))}")
    lines += [f"有 {new} 条是新的,没有记,请另发一条消息。"] if new else []
    lines += [f"没再写到、也没有动的:{phrases.checkin_line(one)},要去掉请发「撤回 #{one.id}」" for one in left]
    return Reply("\n".join(lines) or "没有变化,已经记下的不变。")
